"""No answer is lost that comes late, from two windows, or to a server that is killed."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.utils import timezone
from playwright.sync_api import Page, expect

from conversations.models import Stage, Study
from judgments.models import Assignment, Slot
from tests import factories, worlds
from tests.judgments.browsing import submitted
from tests.judgments.faults import Fault, FaultProxy
from tests.judgments.raters_at_work import claim, judge
from tests.judgments.rating.sending import begin, give, mark, stored, to_submits
from tests.patience import PATIENCE, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def study() -> Study:
    return worlds.rateable_study(subjects=3)


@pytest.fixture
def stage(study) -> Stage:
    found: Stage = study.stages.get(number=1)
    return found


@pytest.fixture
def proxy(live_server) -> Iterator[FaultProxy]:
    made = FaultProxy(live_server.url)
    yield made
    made.close()


def test_late_answer_is_kept_as_surplus_and_the_rater_is_told(page: Page, live_server, study, stage):
    begin(page, live_server.url, stage)
    mine = Assignment.objects.get()
    given = mark(page, "123")
    expect(page.locator("#saving")).to_contain_text("saved")
    Slot.objects.filter(assignment=mine).update(lease_expires_at=timezone.now() - timedelta(minutes=1))
    for _ in range(stage.k):
        judge(claim(rater=factories.rater(study), stage=stage, now=timezone.now()), now=timezone.now())
    assert not Slot.objects.filter(task=mine.task_id, filled_at=None).exists()
    page.keyboard.press("Enter")
    expect(page.locator("#urgent-notices")).to_contain_text("Your answer is kept and paid all the same.")
    mine.refresh_from_db()
    assert mine.outcome == "surplus"
    assert dict(mine.judgments.values_list("unit_id", "label")) == given


def test_expired_lease_that_nobody_took_counts(page: Page, live_server, stage):
    begin(page, live_server.url, stage)
    mine = Assignment.objects.get()
    given = mark(page, "123")
    Slot.objects.filter(assignment=mine).update(lease_expires_at=timezone.now() - timedelta(hours=3))
    page.keyboard.press("Enter")
    submitted(page)
    mine.refresh_from_db()
    assert (mine.outcome, stored(stage)) == ("submitted", given)


class RealServer:
    """The product's own server on the test's database: stopped and started as on a bad day."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        name = str(connection.settings_dict["NAME"])
        address = re.sub(r"/[^/?]+(?=\?|$)", f"/{name}", os.environ["DATABASE_URL"], count=1)
        self.environment = os.environ | {"DATABASE_URL": address, "YARDSTICK_DATABASE_POOL": "4"}
        self.command = [sys.executable, "-m", "yardstick.web", "--interface", "wsgi", "yardstick.wsgi:application"]
        self.command += [
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
            "--workers",
            "1",
            "--blocking-threads",
            "2",
            "--no-ws",
        ]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.command,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        wait_until(self.answers)

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health/live"):  # noqa: S310 - the test's own
                return True
        except OSError:
            return False

    def kill(self) -> None:
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@pytest.fixture
def server(unused_tcp_port) -> Iterator[RealServer]:
    made = RealServer(unused_tcp_port)
    made.start()
    yield made
    made.kill()


@pytest.fixture
def unused_tcp_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def test_answer_survives_a_server_that_is_killed_and_started_again(page: Page, server, stage):
    begin(page, server.url, stage)
    given = give(page, "123")
    more = mark(page, "321")
    server.kill()
    page.keyboard.press("Enter")
    expect(page.locator("#saving")).to_contain_text("No connection")
    server.start()
    expect(page.locator("#saving")).to_contain_text("Submitted")
    assert stored(stage) == given | more


def test_an_older_answer_in_another_tab_does_not_come_after_a_newer_one(page: Page, proxy, stage):
    begin(page, proxy.url, stage)
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.locator("#marked")).to_contain_text("0 /")
    mark(page, "111")
    proxy.decide = lambda method, path: Fault.DROPPED if path.endswith("/submit/") else Fault.NONE
    page.keyboard.press("Enter")
    expect(page.locator("#saving")).to_contain_text("No connection")
    proxy.decide = lambda method, path: Fault.NONE
    second = mark(other, "222")
    other.keyboard.press("Enter")
    submitted(other)
    expect(page.locator("#marked")).to_contain_text("0 /")  # it went on to the next page by itself
    assert stored(stage) == second


def test_nothing_can_be_marked_while_an_answer_is_on_its_way(page: Page, proxy, stage):
    begin(page, proxy.url, stage)
    given = mark(page, "111")
    proxy.decide = to_submits([Fault.DROPPED, Fault.DROPPED])
    page.keyboard.press("Enter")
    expect(page.locator("#saving")).to_contain_text("No connection")
    page.keyboard.press("3")
    assert page.locator(".bench").evaluate("bench => bench.inert")
    submitted(page)
    assert stored(stage) == given
    assert not page.locator(".bench").evaluate("bench => bench.inert")


def test_a_newer_draft_from_elsewhere_takes_nothing_that_was_marked_since(page: Page, proxy, stage):
    begin(page, proxy.url, stage)
    units = page.locator("[data-unit]")
    units.nth(0).locator("input").nth(0).check()
    expect(page.locator("#saving")).to_contain_text("Draft saved")
    assignment = Assignment.objects.get(outcome="")
    assert assignment.draft is not None
    elsewhere = {**assignment.draft, "answers": [dict(answer) for answer in assignment.draft["answers"]]}
    elsewhere["answers"][0]["label"], elsewhere["answers"][1]["label"] = None, 3
    Assignment.objects.filter(pk=assignment.pk).update(draft=elsewhere, draft_revision=F("draft_revision") + 1)
    units.nth(0).locator("input").nth(1).focus()
    may_arrive = threading.Event()
    proxy.delay_seconds = lambda: float(not may_arrive.wait(PATIENCE))
    sent_before = drafts_sent(proxy)
    units.nth(0).locator("textarea").first.evaluate(
        "note => { note.value = 'seen'; note.dispatchEvent(new Event('input', {bubbles: true})); }"
    )
    wait_until(lambda: drafts_sent(proxy) > sent_before)  # it is on its way, and comes too late
    page.locator(".line").nth(2).click()
    units.nth(2).locator("input").nth(1).check()
    may_arrive.set()
    expect(page.locator("#urgent-notices")).to_contain_text("another window")
    expect(units.nth(0).locator("input:checked")).to_have_count(0)
    expect(units.nth(1).locator("input:checked")).to_have_value("3")
    expect(units.nth(2).locator("input:checked")).to_have_value("2")


def drafts_sent(proxy: FaultProxy) -> int:
    return sum(path.endswith("/draft/") for _, path, _ in proxy.seen)


def test_an_undelivered_answer_goes_before_the_visit_is_ended(page: Page, proxy, stage):
    begin(page, proxy.url, stage)
    given = mark(page, "123")
    proxy.decide = lambda method, path: Fault.DROPPED if path.endswith("/submit/") else Fault.NONE
    page.keyboard.press("Enter")
    expect(page.locator("#saving")).to_contain_text("No connection")
    page.goto(page.url.rstrip("/") + "/finish/")
    expect(page.get_by_text("not delivered yet")).to_be_visible()
    assert stored(stage) == {}
    proxy.decide = lambda method, path: Fault.NONE
    expect(page.get_by_text("not delivered yet")).to_be_hidden()
    assert stored(stage) == given
