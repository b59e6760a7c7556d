"""200 raters at once, over slow and failing connections: exactly k, nobody twice, nothing lost, nothing stuck."""

import json
import random
import re
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.client import HTTPException
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from conversations.models import Stage
from judgments.models import Assignment, Judgment, Slot, Submission
from judgments.work.progress import progress_of
from raters.enums import EnrolmentOutcome
from raters.models import Enrolment
from tests import worlds
from tests.judgments.faults import Fault, FaultProxy
from tests.patience import PATIENCE

RATERS = 200
TASKS = 50
# So often, on average, everybody asks again without a single new rating before it counts as stuck.
TRIES_IN_VAIN = 40
TRIES_BETWEEN = 30  # two disturbances
# Of a hundred requests: what goes wrong on the way.
FAULTS = [Fault.ERROR] * 4 + [Fault.DROPPED] * 4 + [Fault.LOST] * 4 + [Fault.TWICE] * 4 + [Fault.NONE] * 84


class HttpRater:
    """Knows nothing but what the server sends: cookies, pages, and the answers to what it submits."""

    def __init__(self, base: str, number: int, finished: threading.Event) -> None:
        self.base = base
        self.label = number % 3 + 1  # tells this rater's answers from those of others
        self.chance = random.Random(number)
        self.finished = finished
        self.cookies = CookieJar()
        self.opener = build_opener(HTTPCookieProcessor(self.cookies))
        self.acknowledged: list[tuple[str, list[int]]] = []
        self.tries = self.refused = 0

    def ask(self, path: str, data: bytes | None = None, **headers: str) -> str:
        """Again and again until there is an answer, as a browser's outbox does: each time later, where it is told to wait."""
        refused = 0
        while True:
            self.tries += 1
            try:
                request = Request(self.base + path, data, headers)  # noqa: S310 - the test's own server
                with self.opener.open(request, timeout=PATIENCE) as answer:
                    text: str = answer.read().decode()
                return text
            except HTTPError as error:
                if error.code < 500:
                    raise
                if error.code == 503:
                    self.refused += 1
                    refused = min(refused + 1, 5)
                    time.sleep(int(error.headers["Retry-After"]) * refused * self.chance.uniform(1.0, 2.0))
            except (OSError, HTTPException):
                pass
            time.sleep(self.chance.uniform(0.02, 0.2))

    def token(self) -> str:
        return next((cookie.value or "" for cookie in self.cookies if cookie.name == "csrftoken"), "")

    def rate(self, link: str, rating: str) -> None:
        """Arrive by the link and judge; where nothing is free, look again until all is done."""
        self.ask(link)
        page = self.ask(link, urlencode({"csrfmiddlewaretoken": self.token()}).encode())
        while not self.finished.is_set():
            found = re.search(r'data-submit-url="([^"]+)"', page)
            if found is None:
                time.sleep(self.chance.uniform(1.0, 3.0))
                page = self.ask(rating)
                continue
            units = [int(unit) for unit in re.findall(r'data-unit="(\d+)"', page)]
            time.sleep(self.chance.uniform(0.0, 0.3))
            page = self.submit(found.group(1), units)

    def submit(self, address: str, units: list[int]) -> str:
        client_id = str(uuid.uuid4())
        body = {
            "client_id": client_id,
            "answers": [{"unit": unit, "label": self.label, "failure_mode": "", "note": ""} for unit in units],
            "active_ms": 900,
        }
        headers = {"Content-Type": "application/json", "Accept": "application/json", "X-CSRFToken": self.token()}
        answer = json.loads(self.ask(address, json.dumps(body).encode(), **headers))
        self.acknowledged.append((client_id, units))
        page: str = answer["parts"]["task"]
        return page


class Disturbance(threading.Thread):
    """Lets leases run out, and raters return their work and come back, while everybody works."""

    def __init__(self, stage: Stage, raters: list[HttpRater], finished: threading.Event) -> None:
        super().__init__(daemon=True)
        self.stage, self.raters, self.finished, self.chance = stage, raters, finished, random.Random(7)
        self.most_filled = self.tries_then = 0
        self.expired = self.returned = self.came_back = self.samples = 0
        self.problems: list[str] = []

    def run(self) -> None:
        try:
            while not self.finished.is_set():
                self._disturb()
                self._count()
                self._let_them_work()
        finally:
            self.finished.set()
            connection.close()

    def _disturb(self) -> None:
        leased = Slot.objects.filter(stage=self.stage, assignment__isnull=False, filled_at__isnull=True)
        some = list(leased.order_by("?").values_list("pk", flat=True)[:3])
        self.expired += Slot.objects.filter(pk__in=some, filled_at__isnull=True).update(
            lease_expires_at=timezone.now() - timedelta(seconds=1)
        )
        working = Enrolment.objects.filter(rater__assignments__outcome="", outcome="").order_by("?").first()
        if working is not None and self.chance.random() < 0.5:
            self.returned += Enrolment.objects.filter(pk=working.pk).update(outcome=EnrolmentOutcome.RETURNED)
        away = Enrolment.objects.filter(outcome=EnrolmentOutcome.RETURNED).order_by("?").first()
        if away is not None and self.chance.random() < 0.4:
            self.came_back += Enrolment.objects.filter(pk=away.pk).update(outcome="")

    def _count(self) -> None:
        told = progress_of(self.stage)
        self.samples += 1
        if told.waiting < 0 or told.waiting + told.leased + told.filled != told.total:
            self.problems.append(str(told))
        if told.filled == told.total or self._is_stuck(told.filled):
            self.finished.set()

    def _let_them_work(self) -> None:
        """As often as raters are answered, so that a slow machine is disturbed no more than a fast one."""
        end = self._answered() + TRIES_BETWEEN
        while self._answered() < end and not self.finished.is_set() and not self._is_stuck(self.most_filled):
            time.sleep(0.1)

    def _answered(self) -> int:
        return sum(rater.tries - rater.refused for rater in self.raters)

    def _is_stuck(self, filled: int) -> bool:
        tries = sum(rater.tries for rater in self.raters)
        if filled > self.most_filled:
            self.most_filled, self.tries_then = filled, tries
        return tries - self.tries_then > TRIES_IN_VAIN * RATERS


@pytest.fixture
def _connections_of_a_page(transactional_db) -> Iterator[None]:
    """As few connections, and as little patience, as one web process has."""
    pool = connection.pool  # type: ignore[attr-defined]  # it is one of ours
    before = pool.max_size, pool.timeout
    pool.resize(1, 8)
    pool.timeout = settings.DATABASES["default"]["OPTIONS"]["pool"]["timeout"]
    yield
    pool.resize(1, before[0])
    pool.timeout = before[1]


@pytest.mark.django_db(transaction=True)
def test_two_hundred_raters_on_bad_connections_leave_exactly_k_ratings_for_each_task(
    live_server, _connections_of_a_page
):
    stage = worlds.rateable_study(subjects=TASKS).stages.get(number=1)
    link = f"/r/{worlds.entry_link(stage).token}/"
    rating = f"/rate/{stage.study.slug}/1/"
    proxy = FaultProxy(live_server.url)
    chance = random.Random(11)
    proxy.decide = lambda method, path: chance.choice(FAULTS) if path.startswith("/rate/") else Fault.NONE
    proxy.delay_seconds = lambda: chance.choice([0.0, 0.0, 0.05, 0.3])
    finished = threading.Event()
    raters = [HttpRater(proxy.url, number, finished) for number in range(RATERS)]
    disturbance = Disturbance(stage, raters, finished)
    disturbance.start()
    started = time.monotonic()
    with ThreadPoolExecutor(RATERS) as pool:
        for done in [pool.submit(rater.rate, link, rating) for rater in raters]:
            done.result()
    disturbance.join()
    proxy.close()

    acknowledged = [given for rater in raters for given in rater.acknowledged]
    surplus = Assignment.objects.filter(outcome="surplus").count()
    counted = Assignment.objects.filter(outcome="submitted").count()
    faults = Counter(fault.name for _, _, fault in proxy.seen)
    print(  # noqa: T201 - the counts are the point
        f"{RATERS} raters, {TASKS} tasks, {time.monotonic() - started:.0f} s: {len(acknowledged)} answers acknowledged,"
        f" {counted} counted, {surplus} surplus; {disturbance.expired} leases expired, {disturbance.returned} raters"
        f" returned, {disturbance.came_back} came back; {disturbance.samples} counts that add up; {dict(faults)};"
        f" {sum(rater.tries for rater in raters)} requests, {sum(rater.refused for rater in raters)} of them told to wait"
    )
    assert counted == TASKS * stage.k, "exactly k"
    assert set(Slot.objects.filter(stage=stage, filled_at__isnull=False).values_list("task").distinct()) == set(
        Slot.objects.filter(stage=stage).values_list("task").distinct()
    )
    assert not Slot.objects.filter(stage=stage, filled_at__isnull=True).exists(), "no slot stuck"
    assert disturbance.problems == [], "waiting + leased + done = total at each look"
    assert disturbance.expired > 10 and disturbance.returned > 3, "the disturbance was real"
    for name in ("ERROR", "DROPPED", "LOST", "TWICE"):
        assert faults[name] > 10
    # Nothing lost: every acknowledged answer is stored, as it was given.
    assert {uuid.UUID(client_id) for client_id, _ in acknowledged} <= set(
        Submission.objects.values_list("pk", flat=True)
    )
    stored = Counter(Judgment.objects.filter(stage_number=1).values_list("unit_id", "label"))
    given = Counter((unit, rater.label) for rater in raters for _, units in rater.acknowledged for unit in units)
    assert given - stored == Counter(), "no acknowledged answer lost or changed"
    for rater in raters:
        asked = [unit for _, units in rater.acknowledged for unit in units]
        assert len(asked) == len(set(asked)), "nobody is asked twice"
