"""Nothing a rater gives is ever lost, changed or stored twice: a real browser on a bad connection.

After each of these, what stands in the database is exactly what was clicked, unit by unit.
"""

import itertools
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from conversations.models import Stage, Study
from judgments.models import Assignment, Judgment, JudgmentRevision, Slot, Submission
from raters.models import Enrolment
from tests import factories, worlds
from tests.judgments.browsing import submitted
from tests.judgments.faults import Fault, FaultProxy
from tests.judgments.raters_at_work import claim, judge
from tests.patience import PATIENCE, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
KEYS = {"1": 1, "2": 2, "3": 3}


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


def begin(page: Page, address: str, stage: Stage) -> None:
    page.goto(f"{address}/r/{worlds.entry_link(stage).token}/")
    page.get_by_role("button", name=re.compile("Start|Go on")).click()
    expect(page.locator("#marked")).to_contain_text("0 /")


def mark(page: Page, keys: str) -> dict[int, int]:
    """Give the page's units these labels by keyboard, in the order they are shown. Returns what was given."""
    units = [int(unit) for unit in page.locator("[data-unit]").evaluate_all("all => all.map(one => one.dataset.unit)")]
    page.locator("[data-unit] input").first.focus()
    for key in keys:
        page.keyboard.press(key)
    expect(page.locator("#marked")).to_have_text(f"{len(keys)} / {len(units)}")
    return dict(zip(units, [KEYS[key] for key in keys], strict=True))


def give(page: Page, keys: str) -> dict[int, int]:
    """Judge the page and wait until the next one is there."""
    given = mark(page, keys)
    before = page.locator("#task-form").get_attribute("data-assignment")
    page.keyboard.press("Enter")
    expect(page.locator(f'#task-form[data-assignment="{before}"]')).to_have_count(0)
    return given


def stored(stage: Stage) -> dict[int, int]:
    rows = Judgment.objects.filter(stage_number=stage.number, unit__task__stage=stage).values_list("unit_id", "label")
    assert len(rows) == len(dict(rows)), "one judgment for each unit"
    return dict(rows)


def to_saves(faults: list[Fault]) -> Callable[[str, str], Fault]:
    """The faults in turn, over and over, for everything that is saved: drafts and submits."""
    turn = itertools.cycle(faults)
    return lambda method, path: next(turn) if method == "POST" and path.startswith("/rate/") else Fault.NONE


def to_submits(faults: list[Fault]) -> Callable[[str, str], Fault]:
    turn = iter([*faults, *[Fault.NONE] * 100])
    return lambda method, path: next(turn) if path.endswith("/submit/") else Fault.NONE


@pytest.mark.parametrize(
    "faults",
    [[Fault.ERROR, Fault.NONE], [Fault.DROPPED, Fault.NONE], [Fault.LOST, Fault.NONE], [Fault.TWICE]],
    ids=[
        "every second save fails",
        "every second save breaks off",
        "every second answer is lost",
        "each arrives twice",
    ],
)
def test_saves_that_go_wrong_store_exactly_what_was_given(page: Page, proxy, stage, faults):
    begin(page, proxy.url, stage)
    proxy.decide = to_saves(faults)
    given = give(page, "123") | give(page, "321") | give(page, "212")
    expect(page.get_by_role("heading", name="All done. Thank you!")).to_be_visible()
    assert stored(stage) == given
    assert set(Assignment.objects.values_list("outcome", "revision")) == {("submitted", 1)}
    assert Submission.objects.count() == 3
    assert {fault for _, _, fault in proxy.seen} >= set(faults)


def test_draft_that_arrives_after_the_submit_changes_nothing(page: Page, proxy, stage):
    begin(page, proxy.url, stage)
    proxy.decide = lambda method, path: Fault.HELD if path.endswith("/draft/") else Fault.NONE
    given = mark(page, "123")
    wait_until(lambda: proxy.held)  # the draft has been sent and is on its way
    page.keyboard.press("Enter")
    submitted(page)
    assert proxy.held
    proxy.release()
    assert stored(stage) == given
    assert Assignment.objects.get(revision=1).outcome == "submitted"


def test_submit_that_arrives_late_does_not_replace_what_was_given_since(page: Page, proxy, stage):
    begin(page, proxy.url, stage)
    proxy.decide = to_submits([Fault.HELD])
    given = mark(page, "111")
    page.keyboard.press("Enter")  # held; the browser tries again with the same id
    submitted(page)
    page.keyboard.press("u")
    expect(page.get_by_text("You are changing an answer")).to_be_visible()
    changed = mark(page, "333")
    page.keyboard.press("Enter")
    submitted(page)
    proxy.release()
    assert given.keys() == changed.keys()
    assert stored(stage) == changed
    assert sorted(JudgmentRevision.objects.values_list("label", flat=True)) == [1, 1, 1]


def test_two_devices_go_on_with_the_same_page(page: Page, live_server, browser: Browser, stage):
    begin(page, live_server.url, stage)
    page.locator("[data-unit] input").first.focus()
    page.keyboard.press("3")
    expect(page.locator("#saving")).to_contain_text("saved")
    phone = browser.new_context(has_touch=True, viewport={"width": 390, "height": 844}).new_page()
    phone.goto(f"{live_server.url}/r/resume/{Enrolment.objects.get(entry_link__isnull=False).resume_token}/")
    expect(phone.locator("#marked")).to_have_text("1 / 3")
    phone.keyboard.press("2")
    phone.keyboard.press("2")
    phone.keyboard.press("Enter")
    submitted(phone)
    assert sorted(stored(stage).values()) == [2, 2, 3]
    assert Assignment.objects.filter(revision=1).count() == 1
    phone.context.close()


def test_slow_network_loses_nothing(page: Page, live_server, stage):
    begin(page, live_server.url, stage)
    network = page.context.new_cdp_session(page)
    slow_3g = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
    network.send("Network.emulateNetworkConditions", slow_3g)
    given = give(page, "123") | give(page, "231") | give(page, "312")
    assert stored(stage) == given


def test_offline_answer_is_sent_when_the_connection_is_back(page: Page, live_server, stage):
    begin(page, live_server.url, stage)
    page.context.set_offline(True)
    given = mark(page, "213")
    page.keyboard.press("Enter")
    expect(page.locator("#saving")).to_contain_text("No connection")
    assert stored(stage) == {}
    page.context.set_offline(False)
    submitted(page)
    assert stored(stage) == given


def test_reload_in_the_middle_of_a_send_stores_the_answer_once(page: Page, proxy, stage):
    begin(page, proxy.url, stage)
    proxy.decide = to_submits([Fault.LOST, Fault.DROPPED])
    given = mark(page, "132")
    page.keyboard.press("Enter")
    wait_until(lambda: any(path.endswith("/submit/") for _, path, _ in proxy.seen))
    page.reload()
    submitted(page)
    assert stored(stage) == given
    assert Assignment.objects.get(revision=1).outcome == "submitted"


def test_answer_survives_a_crash_of_the_browser(page: Page, proxy, browser: Browser, stage):
    begin(page, proxy.url, stage)
    proxy.decide = lambda method, path: Fault.DROPPED if method == "POST" else Fault.NONE
    given = mark(page, "321")
    page.keyboard.press("Enter")
    expect(page.locator("#saving")).to_contain_text("No connection")
    left_behind = page.context.storage_state()
    address = page.url
    page.context.close()
    proxy.decide = lambda method, path: Fault.NONE
    again = browser.new_context(storage_state=left_behind).new_page()
    again.goto(address)
    expect(again.locator("#saving")).to_contain_text("Submitted")
    assert stored(stage) == given
    again.context.close()


def test_answer_survives_an_expired_session(page: Page, live_server, stage):
    begin(page, live_server.url, stage)
    given = mark(page, "123")
    page.context.clear_cookies()
    page.keyboard.press("Enter")
    expect(page.locator("#urgent-notices")).to_contain_text("Open your link again: your answer is kept.")
    assert stored(stage) == {}
    page.goto(f"{live_server.url}/r/resume/{Enrolment.objects.get(entry_link__isnull=False).resume_token}/")
    submitted(page)
    assert stored(stage) == given


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
        self.command = [sys.executable, "-m", "granian", "--interface", "wsgi", "yardstick.wsgi:application"]
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
    assert page.locator("#task-form").evaluate("form => form.inert")
    submitted(page)
    assert stored(stage) == given
    assert not page.locator("#task-form").evaluate("form => form.inert")


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
