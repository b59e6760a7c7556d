"""Nothing a rater gives is ever lost, changed or stored twice: a real browser on a bad connection.

After each of these, what stands in the database is exactly what was clicked, unit by unit.
"""

import itertools
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from conversations.models import Stage, Study
from judgments.models import Assignment, JudgmentRevision, Submission
from raters.models import Enrolment
from tests import worlds
from tests.judgments.browsing import submitted
from tests.judgments.faults import Fault, FaultProxy
from tests.judgments.rating.sending import begin, give, mark, stored, to_submits
from tests.patience import wait_until

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


def to_saves(faults: list[Fault]) -> Callable[[str, str], Fault]:
    """The faults in turn, over and over, for everything that is saved: drafts and submits."""
    turn = itertools.cycle(faults)
    return lambda method, path: next(turn) if method == "POST" and path.startswith("/rate/") else Fault.NONE


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
    for key in "2j2":
        phone.keyboard.press(key)
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
