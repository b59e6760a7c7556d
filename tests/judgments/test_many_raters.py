"""Many raters at once, over HTTP against a real server: exactly k, nobody twice, nothing lost, nothing stuck."""

import json
import re
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.cookiejar import CookieJar
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

import pytest

from judgments.models import Assignment, Judgment, Slot
from tests import worlds

RATERS = 60
TASKS = 40
WAIT_SECONDS = 60


class HttpRater:
    """Knows nothing but what the server sends: cookies, pages, and the answers to what it submits."""

    def __init__(self, base: str, number: int) -> None:
        self.base = base
        self.label = number % 3 + 1  # tells this rater's answers from those of others
        self.cookies = CookieJar()
        self.opener = build_opener(HTTPCookieProcessor(self.cookies))
        self.units: list[int] = []

    def ask(self, path: str, data: bytes | None = None, **headers: str) -> str:
        request = Request(self.base + path, data, headers)  # noqa: S310 - the test's own server
        with self.opener.open(request, timeout=WAIT_SECONDS) as answer:
            text: str = answer.read().decode()
        return text

    def token(self) -> str:
        return next(cookie.value or "" for cookie in self.cookies if cookie.name == "csrftoken")

    def rate_everything(self, link: str) -> list[int]:
        """Arrive by the link and judge until there is nothing left; returns the units in the order they were judged."""
        self.ask(link)
        page = self.ask(link, urlencode({"csrfmiddlewaretoken": self.token()}).encode())
        while found := re.search(r'data-submit-url="([^"]+)"', page):
            units = [int(unit) for unit in re.findall(r'data-unit="(\d+)"', page)]
            self.units += units
            page = json.loads(self.submit(found.group(1), units))["parts"]["task"]
        return self.units

    def submit(self, address: str, units: list[int]) -> str:
        body = {
            "client_id": str(uuid.uuid4()),
            "answers": [{"unit": unit, "label": self.label, "failure_mode": "", "note": ""} for unit in units],
            "active_ms": 900,
        }
        headers = {"Content-Type": "application/json", "X-CSRFToken": self.token()}
        return self.ask(address, json.dumps(body).encode(), **headers)


@pytest.mark.django_db(transaction=True)
def test_sixty_raters_at_once_leave_exactly_k_ratings_for_each_task(live_server):
    stage = worlds.rateable_study(subjects=TASKS).stages.get(number=1)
    link = f"/r/{worlds.entry_link(stage).token}/"
    raters = [HttpRater(live_server.url, number) for number in range(RATERS)]
    with ThreadPoolExecutor(RATERS) as pool:
        judged = list(pool.map(lambda rater: rater.rate_everything(link), raters))

    assert all(len(units) == len(set(units)) for units in judged), "nobody twice"
    given = Counter((unit, rater.label) for rater, units in zip(raters, judged, strict=True) for unit in units)
    stored = Counter(Judgment.objects.filter(stage_number=1).values_list("unit_id", "label"))
    assert stored == given, "nothing lost, nothing changed"
    ratings = Counter(unit for units in judged for unit in units)
    assert len(ratings) == TASKS * len(worlds.STATEMENTS)
    assert set(ratings.values()) == {stage.k}
    assert Slot.objects.filter(stage=stage, filled_at__isnull=False).count() == TASKS * stage.k
    assert not Slot.objects.filter(stage=stage, filled_at__isnull=True).exists(), "nothing stuck"
    assert set(Assignment.objects.values_list("outcome", flat=True)) == {"submitted"}
