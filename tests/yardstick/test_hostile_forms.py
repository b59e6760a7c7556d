"""No form, and no file beside one, is answered by an error of ours, whatever words it carries."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test.html import Element, parse_html

from judgments.models import Assignment
from tests.yardstick.authorisation_world import World, make_world
from tests.yardstick.hostile_words import DIGITS, LONG, NUL, Asking, addresses

pytestmark = pytest.mark.django_db
WORDS = [NUL, str(2**31), str(2**63), DIGITS]


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


def test_odd_words_in_each_field_of_each_form(ask):
    fields, seen = 0, set()
    for name, _method, url in list(addresses(ask, "GET")):
        page = ask(name, "GET", url)
        if page.status_code != 200 or not page.headers["Content-Type"].startswith("text/html"):
            continue
        for action, values in forms_of(page.content.decode()):
            if action in seen or action.endswith("/test/"):  # a model is asked there
                continue
            seen |= {action} - {""}
            for field, word in itertools.product(values, WORDS):
                _fill_in(ask, name, action or url, {**values, field: word})
            _fill_in(ask, name, action or url, {field: LONG[: (1 << 20) // max(1, len(values))] for field in values})
            fields += len(values)
    assert fields > 150
    ask.must_all_be_answered(at_least=fields)


def _fill_in(ask: Asking, name: str, url: str, values: dict[str, Any]) -> None:
    ask(name, "POST", url, urlencode(values, doseq=True).encode(), "application/x-www-form-urlencoded")


FILE = b'{"kind": "conversation", "subject": "s", "turns": [{"role": "user", "content": "Hi"}]}\n'
WITH_FILE = {
    "api:batch-list": ["origin", "format", "subject_policy", "subject_field", "file_subject", "system", "columns"],
    "conversations:upload": [],
    "conversations:preview-batch": [],
    "datasets:upload": [],
}


@pytest.mark.parametrize("name", WITH_FILE)
def test_odd_words_beside_a_file(ask, name):
    url = ask.world.url(name)
    page = ask("conversations:upload", "GET", ask.world.url("conversations:upload")).content.decode()
    fields = [field for _action, values in forms_of(page) for field in values] + WITH_FILE[name] + ["title"]
    for field, word in itertools.product(dict.fromkeys(fields), [*WORDS, "[" * 100_000, '{"content": "a\\u0000"}']):
        ask(name, "POST", url, *_multipart({"origin": "real", field: word}, "a.jsonl"))
    for filename in [NUL, LONG[:5000], "\ud83d", "../../a", "\xff", ""]:
        ask(name, "POST", url, *_multipart({"origin": "real"}, filename))
    ask.must_all_be_answered(at_least=30)


def _multipart(fields: dict[str, str], filename: str) -> tuple[bytes, str]:
    parts = [f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{word}\r\n' for name, word in fields.items()]
    parts.append(f'--x\r\nContent-Disposition: form-data; name="file"; filename="{filename}"\r\n\r\n')
    return "".join(parts).encode(errors="surrogatepass") + FILE + b"\r\n--x--\r\n", "multipart/form-data; boundary=x"


def forms_of(html: str) -> Iterator[tuple[str, dict[str, list[str]]]]:
    """Each POST form of a page, filled in as somebody would who accepts what it proposes."""
    for form in _all(parse_html(html), "form"):
        attributes = dict(form.attributes)
        if (attributes.get("method") or "").lower() != "post":
            continue
        values: dict[str, list[str]] = {}
        for field in itertools.chain.from_iterable(
            _all(form, tag) for tag in ("input", "textarea", "select", "button")
        ):
            _fill(values, field)
        yield str(attributes.get("action") or ""), values


def _fill(values: dict[str, list[str]], field: Element) -> None:
    attributes = dict(field.attributes)
    name, kind = attributes.get("name"), str(attributes.get("type") or field.name)
    if not name or kind == "file":
        return
    if kind == "select":
        options = [str(dict(option.attributes).get("value") or "") for option in _all(field, "option")]
        values[name] = [next((option for option in options if option), "")]
    elif kind in {"radio", "checkbox"}:
        values.setdefault(name, [str(attributes.get("value") or "on")])
    elif kind == "textarea":
        values[name] = ["".join(str(child) for child in field.children) or "text"]
    else:
        values[name] = [str(attributes.get("value") or {"number": "1", "date": "2030-01-01"}.get(kind, "text"))]


def _all(element: Element, tag: str) -> Iterator[Element]:
    for child in element.children:
        if isinstance(child, Element):
            if child.name == tag:
                yield child
            yield from _all(child, tag)
