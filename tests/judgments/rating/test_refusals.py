"""A permanent refusal never looks like a lost connection, and never keeps a rater from the next page.

After each of these what the rater gave is still on the page or on the device, in words that say what is wrong.
"""

import json
import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from conversations.models import Stage
from judgments.models import Assignment, Judgment
from tests import worlds
from tests.judgments.browsing import start, submitted
from tests.judgments.faults import BUSY_SECONDS, Fault, FaultProxy

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def stage() -> Stage:
    found: Stage = worlds.rateable_study(subjects=3).stages.get(number=1)
    return found


@pytest.fixture
def proxy(live_server) -> Iterator[FaultProxy]:
    made = FaultProxy(live_server.url)
    yield made
    made.close()


@pytest.fixture
def rater(page: Page, proxy, stage) -> Page:
    start(page, proxy.url, stage)
    return page


def mark(page: Page, keys: str = "123") -> None:
    page.locator("[data-unit] input").first.focus()
    for key in keys:
        page.keyboard.press(key)
        if key != "1":  # waits for what is wrong with the statement
            page.keyboard.press("j")
    expect(page.locator("#marked")).to_have_text(f"{len(keys)} / 3")


def of(end: str, fault: Fault) -> Callable[[str, str], Fault]:
    return lambda method, path: fault if path.endswith(end) else Fault.NONE


def shown(page: Page) -> list[str]:
    checked: list[str] = page.locator("[data-unit] input[type=radio]:checked").evaluate_all(
        "all => all.map(one => one.value)"
    )
    return checked


def refuse(status: int, answer: dict[str, str] | None) -> Callable[[Route], None]:
    """Something between browser and server refuses, as a firewall does: in JSON of ours, or not."""
    content = json.dumps(answer) if answer else "<h1>Forbidden</h1>"
    kind = "application/json" if answer else "text/html"
    return lambda route: route.fulfill(status=status, body=content, content_type=kind)


def set_aside(page: Page) -> None:
    page.locator("#urgent-notices").get_by_role("button", name="Set the page aside").click()
    expect(page.get_by_label("Something is broken")).to_be_checked()
    page.get_by_role("button", name=re.compile("Set aside and go on")).click()


@pytest.mark.parametrize(
    ("status", "answer", "said"),
    [
        (
            400,
            {"error": "answers.2.note must be a text of at most 4000 characters.", "code": "bad_request"},
            "answers.2.note",
        ),
        (413, None, "does not take this page"),
        (422, None, "does not take this page"),
    ],
)
def test_a_refused_answer_says_why_stays_and_lets_the_rater_go_on(rater: Page, status, answer, said):
    rater.route("**/submit/", refuse(status, answer))
    mark(rater)
    rater.keyboard.press("Enter")
    expect(rater.locator("#urgent-notices")).to_contain_text(said)
    expect(rater.locator("#urgent-notices")).to_contain_text("What you gave is still here.")
    expect(rater.locator("#saving")).not_to_contain_text("No connection")
    assert shown(rater) == ["1", "2", "3"]
    assert not rater.locator(".bench").evaluate("bench => bench.inert")
    set_aside(rater)
    submitted(rater)
    assert sorted(Assignment.objects.values_list("outcome", flat=True)) == ["", "technical"]
    rater.unroute("**/submit/")
    mark(rater)
    rater.keyboard.press("Enter")
    expect(rater.locator("#marked")).to_contain_text("0 /")
    assert Judgment.objects.count() == 3


def test_a_refused_answer_can_be_mended_and_sent(rater: Page):
    rater.route("**/submit/", refuse(400, {"error": "This note is odd.", "code": "bad_request"}))
    mark(rater)
    rater.keyboard.press("Enter")
    expect(rater.locator("#urgent-notices")).to_contain_text("This note is odd.")
    rater.unroute("**/submit/")
    rater.reload()
    assert shown(rater) == ["1", "2", "3"]
    rater.keyboard.press("Enter")
    submitted(rater)
    assert Judgment.objects.count() == 3


def test_a_server_that_fails_again_and_again_keeps_nobody(rater: Page, proxy):
    proxy.decide = of("/submit/", Fault.ERROR)
    mark(rater)
    rater.keyboard.press("Enter")
    expect(rater.locator("#urgent-notices")).to_contain_text("fails at this page again and again")
    assert shown(rater) == ["1", "2", "3"]
    tries = [path for _method, path, fault in proxy.seen if fault is Fault.ERROR]
    assert len(tries) == 5
    set_aside(rater)
    submitted(rater)
    expect(rater.locator("#marked")).to_contain_text("0 /")
    assert rater.evaluate("Object.keys(localStorage).filter(key => key.includes('outbox'))") == []


def test_a_failing_page_can_be_tried_again(rater: Page, proxy):
    proxy.decide = of("/submit/", Fault.ERROR)
    mark(rater)
    rater.keyboard.press("Enter")
    again = rater.locator("#urgent-notices").get_by_role("button", name="Try again")
    again.wait_for()
    proxy.decide = lambda method, path: Fault.NONE
    again.click()
    submitted(rater)
    assert sorted(Judgment.objects.values_list("label", flat=True)) == [1, 2, 3]


def submits(proxy) -> int:
    return sum(path.endswith("/submit/") for _method, path, _fault in proxy.seen)


def test_a_failing_answer_of_an_earlier_page_does_not_keep_the_next(rater: Page, proxy, stage):
    """It was given up; its page went to nobody else, and the rater sees it again with what they gave."""
    proxy.decide = of("/submit/", Fault.ERROR)
    mark(rater)
    rater.keyboard.press("Enter")
    expect(rater.locator("#urgent-notices")).to_contain_text("again and again")
    tried = submits(proxy)
    rater.reload()
    expect(rater.locator("#urgent-notices")).to_contain_text("again and again")
    assert submits(proxy) == tried + 1, "one more try tells it, not five"
    assert shown(rater) == ["1", "2", "3"]
    Assignment.objects.filter(outcome="").update(outcome="returned", submitted_at="2026-01-01T00:00Z")
    rater.reload()
    expect(rater.locator("#marked")).to_contain_text("0 /")
    mark(rater, "22")  # the page is not at rest behind what fails
    assert shown(rater) == ["2", "2"]


def test_a_busy_server_is_waited_for_as_long_as_it_asks(rater: Page, proxy):
    faults = iter([Fault.BUSY])
    sent: list[float] = []

    def decide(method: str, path: str) -> Fault:
        if not path.endswith("/submit/"):
            return Fault.NONE
        sent.append(time.monotonic())
        return next(faults, Fault.NONE)

    proxy.decide = decide
    mark(rater)
    rater.keyboard.press("Enter")
    expect(rater.locator("#saving")).to_contain_text("The server is busy")
    submitted(rater)
    assert len(sent) == 2
    assert sent[1] - sent[0] >= BUSY_SECONDS
    assert Judgment.objects.count() == 3


def test_a_busy_server_is_not_given_up_like_a_failing_one(rater: Page, proxy):
    faults = iter([Fault.BUSY, Fault.DROPPED, Fault.BUSY, Fault.DROPPED, Fault.ERROR, Fault.DROPPED])
    proxy.decide = lambda method, path: next(faults, Fault.NONE) if path.endswith("/submit/") else Fault.NONE
    rater.add_init_script("Math.random = () => 0")
    mark(rater)
    rater.keyboard.press("Enter")
    expect(rater.locator("#saving")).to_contain_text("Submitted")
    expect(rater.locator("#urgent-notices")).to_be_empty()


def test_a_draft_that_the_server_never_takes_is_said_to_be_here_only(rater: Page, proxy):
    proxy.decide = of("/draft/", Fault.ERROR)
    mark(rater, "12")
    expect(rater.locator("#saving")).to_contain_text("Kept on this device only")
    assert len([path for _method, path, fault in proxy.seen if fault is Fault.ERROR]) == 5
    rater.reload()
    assert shown(rater) == ["1", "2"]
    rater.locator(".line").nth(2).click()
    rater.locator("[data-unit]").nth(2).locator("input[value='3']").check()
    rater.keyboard.press("Enter")
    submitted(rater)


def test_half_a_character_in_a_note_is_stored(rater: Page):
    """A browser cuts a pair of surrogates where a text is at its longest."""
    mark(rater)
    rater.locator("textarea[name^=note-]").first.evaluate(
        "note => { note.value = 'ok \\ud83d'; note.dispatchEvent(new Event('input', {bubbles: true})); }"
    )
    rater.locator("#submit").click()
    submitted(rater)
    assert sorted(Judgment.objects.values_list("note", flat=True)) == ["", "", "ok \N{REPLACEMENT CHARACTER}"]


def test_a_visit_can_be_ended_beside_an_answer_that_fails(rater: Page, proxy):
    proxy.decide = of("/submit/", Fault.ERROR)
    mark(rater)
    rater.keyboard.press("Enter")
    expect(rater.locator("#urgent-notices")).to_contain_text("again and again")
    rater.goto(rater.url.rstrip("/") + "/finish/")
    expect(rater.get_by_text("could not be delivered")).to_be_visible()
