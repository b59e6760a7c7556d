"""Whatever a request holds, the answer is below 500: every route of the URL map, as somebody whom it lets in.

Odd values stand in the path, the query, headers, cookies, bodies, each field of each form that a page shows, and each
place of a JSON body that is otherwise in order. A route or a form that is added is asked without anybody's doing.
"""

import itertools
import json
import re
import uuid
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings

from judgments.enums import Outcome
from judgments.models import Assignment
from tests.yardstick.authorisation_matrix import MATRIX
from tests.yardstick.authorisation_world import World, make_world, routes
from tests.yardstick.hostile_words import DIGITS, LONG, NUL, Asking, addresses

pytestmark = pytest.mark.django_db
# As JSON: halves of surrogate pairs can only be written as escapes.
VALUES = [r'"a\u0000b"', r'"ok \ud83d"', str(2**31), str(2**62), str(2**63), "1e400", "null", '[{"\\udfff": []}]']
# What no part of a body may be, wherever it stands.
HUGE = ["[" * 100_000 + "]" * 100_000, "[" * 900 + "]" * 900, DIGITS, f'"{LONG}"', "NaN"]
BODIES = [value.encode() for value in [*HUGE, *VALUES, '{"a":' * 100_000, "{"]] + [b"", b"\xff\xfe{", b'"\xed\xa0\xbd"']
RANGES = [
    f"bytes={DIGITS}",
    f"bytes={DIGITS}-",
    f"bytes=-{DIGITS}",
    f"bytes=0-{DIGITS}",
    "bytes=-0",
    "bytes=1-0",
    "bytes=\u00b2-",
]
HEADERS = {
    "If-Modified-Since": ["Thu, 99 Zzz 9999999999 99:99:99 GMT", DIGITS],
    "If-None-Match": ['"' + DIGITS, "*"],
    "Authorization": ["Bearer", "Bearer " + DIGITS, "Bearer \xff", "Basic \xff", "Bearer a b c"],
    "Cookie": [
        'sessionid="\\000aaaaaaaaaa"',
        'csrftoken="\\000"; django_language="\\000"; messages="\\000"',
        "sessionid=" + DIGITS,
    ],
    "Accept": ["\xff", "application/json; q=" + DIGITS, "*/*;" * 500],
    "Accept-Language": [DIGITS, "de;q=" + DIGITS],
    "Content-Type": [
        "\xff",
        "application/json; charset=\xff",
        "multipart/form-data",
        "application/json; charset=utf-32",
    ],
    "X-CSRFToken": [DIGITS],
    "X-Forwarded-For": [DIGITS, "\xff, ::1%\x7f"],
}
APPS = ("accounts", "conversations", "raters", "judgments", "generation", "reports", "yardstick")
_READ = re.compile(r"""(?:GET|POST|query_params)(?:\.get|\.getlist)?[(\[]\s*["']([\w-]+)["']""")


@pytest.fixture(autouse=True)
def _files(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # a form is sent dozens of times


@pytest.fixture
def world() -> World:
    made = make_world()
    # A page to draw up answers to: its lessons are behind the rater.
    Assignment.objects.filter(task__kind="regular").update(outcome="", submitted_at=None, revision=0)
    return made


@pytest.fixture
def ask(world) -> Asking:
    return Asking(world)


@cache
def names_that_are_read() -> list[str]:
    """Every parameter that some view reads by its name."""
    root = Path(settings.BASE_DIR)
    files = itertools.chain.from_iterable((root / app).rglob("*.py") for app in APPS)
    found = {name for file in files for name in _READ.findall(file.read_text("utf-8"))}
    return sorted(found | {"cursor", "limit", "format", "PROLIFIC_PID", "SESSION_ID", "PID", "SID"})


def test_odd_words_in_a_path(ask):
    for name, parameters in routes():
        known = {**ask.world.arguments, **ask.world.of_route.get(name, {})}
        address, method = ask.world.url(name), next(iter(MATRIX[name]))
        for parameter, word in itertools.product(parameters, [NUL, DIGITS, str(2**63)]):
            odd = address.replace(f"/{known[parameter]}/", f"/{quote(word, safe='')}/", 1)
            if odd != address:
                ask(name, method, odd)
    ask.must_all_be_answered(at_least=300)


def test_odd_words_in_a_query(ask):
    names = names_that_are_read()
    assert {"q", "page", "stage", "part"} <= set(names)
    for name, _method, url in addresses(ask, "GET"):
        for word in [NUL, DIGITS, str(2**63), "cD1hYmM="]:  # the last is a cursor: p=abc
            query = "&".join(f"{each}={quote(word, safe='')}" for each in names)
            ask(name, "GET", f"{url}?{query}")
    ask.must_all_be_answered(at_least=300)


@pytest.mark.parametrize("header", HEADERS)
def test_odd_headers(ask, header):
    """What reads a header stands before the views, but for what a view reads itself."""
    for name in (
        "home",
        "login",
        "conversations:study",
        "judgments:rate",
        "arrival:arrive",
        "api:study",
        "health-ready",
    ):
        for value in HEADERS[header]:
            ask(name, "GET", ask.world.url(name), headers={header: value})
    for name in (
        "login",
        "judgments:draft",
        "api:guidelines-list",
        "conversations:preview-batch",
        "conversations:upload",
    ):
        for value in HEADERS[header]:
            ask(name, "POST", ask.world.url(name), b"{}", headers={header: value})
    ask.must_all_be_answered(at_least=12)


@pytest.mark.parametrize("name", ["api:export-download", "reports:download"])
def test_odd_ranges_of_a_download(ask, name):
    for value in RANGES:
        ask(name, "GET", ask.world.url(name), headers={"Range": value})
        ask(name, "GET", ask.world.url(name), headers={"Range": value, "If-Range": DIGITS})
    ask.must_all_be_answered(at_least=2 * len(RANGES))


def test_odd_bodies(ask):
    for name, method, url in addresses(ask, "POST", "PATCH"):
        if name.startswith(("api:", "judgments:")) or name in TAKES_JSON:
            for body in BODIES:
                ask(name, method, url, body)
        for content_type in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
            ask(name, method, url, b"\xff\x00=%00&" * 3 + b"--x\r\n\r\n\x00--x--", content_type)
    ask.must_all_be_answered(at_least=300)


TAKES_JSON = {"passkey-options", "prolific-hook"}


def rater_bodies(world: World) -> Iterator[tuple[str, Any]]:
    """What the rating page sends, in order in every part."""
    for name in ("judgments:submit", "judgments:draft", "judgments:set-aside", *PRACTICE):
        page = Assignment.objects.get(pk={**world.arguments, **world.of_route.get(name, {})}["assignment_id"])
        units = page.task.units.values_list("pk", flat=True)
        answers = [{"unit": unit, "label": 3, "failure_mode": "", "note": "why"} for unit in units]
        content = {"answers": answers, "missing_attributes": "more", "comment": "well"}
        identity = {"client_id": str(uuid.uuid4()), "active_ms": 10, "revision": 7}
        if name.endswith("submit"):
            yield name, content | identity
        elif name.endswith("draft"):
            yield name, {"draft": content, "revision": 7, "active_ms": 10}
        else:
            yield name, {"act": Outcome.TECHNICAL.value, "comment": "it broke"} | identity


PRACTICE = ("judgments:practice-submit", "judgments:practice-set-aside")
API_BODIES: list[tuple[str, str, Any]] = [
    ("api:study-list", "POST", {"title": "T", "slug": "t-t", "k": 3, "description": "d", "margin": "0.10"}),
    ("api:study", "PATCH", {"title": "T", "pay_per_hour": "12.00", "currency": "EUR", "contact": "a@example.org"}),
    ("api:stage", "PATCH", {"k": 3, "gating": "majority", "lease_minutes": 30, "page_size": 5, "seconds_per_unit": 9}),
    ("api:guidelines-list", "POST", {"text": "Judge."}),
    ("api:guidelines-translations", "POST", {"language": "de", "text": "Urteilen."}),
    ("api:run-list", "POST", {"kind": "extraction", "endpoint": "Local model", "limit": 1, "budget": "1.00"}),
    ("api:run-estimate", "POST", {"kind": "extraction", "max_attributes": 3, "limit": 2, "confidence_threshold": 0.4}),
    ("api:run-estimate", "POST", {"kind": "responses", "policy": "selection", "selection_system": "s"}),
    ("api:run-estimate", "POST", {"kind": "votes", "stage": 1}),
    ("api:run-estimate", "POST", {"kind": "scores", "method": "bm25", "with_reason": True}),
    ("api:export-list", "POST", {"kind": "judgments", "format": "csv"}),
]


def test_odd_values_in_what_the_rating_page_sends(ask):
    for name, body in rater_bodies(ask.world):
        whole = ask(name, "POST", ask.world.url(name), json.dumps(body).encode())
        assert whole.status_code in {200, 404, 409}, f"{name}: the body must be in order, {whole.content[:200]}"
        for odd in with_each_odd_value(body):
            ask(name, "POST", ask.world.url(name), odd)
    ask.must_all_be_answered(at_least=300)


def test_odd_values_in_what_scripts_send(ask):
    for name, method, body in API_BODIES:
        for odd in with_each_odd_value(body):
            ask(name, method, ask.world.url(name), odd)
    ask.must_all_be_answered(at_least=300)


def with_each_odd_value(body: Any) -> Iterator[bytes]:
    """The body with each odd value at each of its places, and under a name that nobody asks for."""
    mark = "odd-value-stands-here"
    for place in _places(body):
        for value in VALUES:
            yield json.dumps(_replaced(body, place, mark)).replace(f'"{mark}"', value).encode()
    for value in [*HUGE, *VALUES]:
        yield json.dumps(body | {"unknown": mark}).replace(f'"{mark}"', value).encode()


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """One of several elements stands for all."""
    if path:
        yield path
    if isinstance(value, dict):
        for name in value:
            yield from _places(value[name], (*path, name))
    elif isinstance(value, list):
        for index in range(min(1, len(value))):
            yield from _places(value[index], (*path, index))


def _replaced(value: Any, path: tuple[Any, ...], by: Any) -> Any:
    if not path:
        return by
    copy = value.copy()
    copy[path[0]] = _replaced(value[path[0]], path[1:], by)
    return copy
