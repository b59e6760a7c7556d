"""The rating pages in a real browser: keys, drafts, one request for submit and next, nothing lost."""

import re
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from conversations.models import Stage
from judgments.models import Assignment, Judgment
from judgments.work.opening import open_stage, pause_stage
from tests import worlds
from tests.judgments.browsing import show_evidence

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world():
    """A study with all three stages open: two subjects with three attributes, their cases and comparisons."""
    return worlds.rateable_study()


@pytest.fixture
def arrive(page: Page, live_server, world) -> Callable[[int], None]:
    """Open the entry link of a stage and start."""

    def start(number: int) -> None:
        link = worlds.entry_link(world.stages.get(number=number))
        page.goto(f"{live_server.url}/r/{link.token}/")
        page.get_by_role("button", name=re.compile("Start|Go on")).click()
        expect(page.locator("#marked")).to_contain_text("0 /")

    return start


def labels_of(stage: Stage) -> list[int]:
    return list(Judgment.objects.filter(assignment__stage=stage).order_by("unit_id").values_list("label", flat=True))


def submitted(page: Page) -> None:
    expect(page.locator("#saving")).to_contain_text("Submitted")


def test_only_time_at_a_visible_page_with_something_done_is_active_time(page: Page, arrive):
    page.clock.install()
    arrive(1)
    page.keyboard.press("1")
    for is_hidden in (True, False):
        page.evaluate(
            """(is) => {
            Object.defineProperty(document, "hidden", { get: () => is, configurable: true });
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
            is_hidden,
        )
        page.clock.fast_forward("00:30" if is_hidden else "00:00")
    expect(page.locator("#saving")).to_contain_text("Draft saved")
    page.keyboard.press("1")
    page.clock.fast_forward("10:00")
    expect(page.locator("#saving")).to_contain_text("Draft saved")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    submitted(page)
    active = Assignment.objects.get(outcome="submitted").active_ms
    assert 60_000 <= active < 80_000, "half a minute hidden counts for nothing, ten idle minutes for the first one"


def test_stage_1_is_judged_by_keyboard_alone(page: Page, arrive, world):
    arrive(1)
    first = page.locator("#task-form").get_attribute("data-assignment")
    for key in "13j2":
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    submitted(page)
    assert sorted(labels_of(world.stages.get(number=1))) == [1, 2, 3]
    assert page.locator("#task-form").get_attribute("data-assignment") != first


def test_stage_2_takes_yes_and_no_keys(page: Page, arrive, world):
    arrive(2)
    for key in "yn1":
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    submitted(page)
    assert sorted(labels_of(world.stages.get(number=2))) == [0, 1, 1]


def test_stage_3_labels_are_stored_canonically_on_either_side(page: Page, arrive, world):
    """Whoever always says "left much better" gives a 5 when the personalized response stood left, else a 1."""
    arrive(3)
    for _step in range(4):  # two pages, the overall unit of each first
        units = page.locator("[data-unit]").count()
        for _unit in range(units):
            page.keyboard.press("1")
        page.keyboard.press("Enter")
        submitted(page)
        page.evaluate("document.getElementById('saving').textContent = ''")
    assert Assignment.objects.filter(outcome="submitted").count() == 2
    for judgment in Judgment.objects.select_related("assignment"):
        assert judgment.assignment is not None
        assert judgment.label == (5 if judgment.assignment.personalized_left else 1)


def test_an_incomplete_page_is_not_submitted_and_says_why(page: Page, arrive):
    arrive(1)
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    expect(page.locator("#urgent-notices")).to_contain_text("not judged yet")
    assert Judgment.objects.count() == 0


def test_a_draft_survives_a_reload(page: Page, arrive):
    arrive(1)
    page.keyboard.press("1")
    page.keyboard.press("c")
    page.keyboard.type("12 3?")
    page.reload()
    expect(page.locator("#marked")).to_have_text("1 / 3")
    expect(page.locator("textarea[name^=note-]").nth(1)).to_have_value("12 3?")


def test_a_draft_follows_the_rater_to_another_device(page: Page, arrive, world, live_server, browser):
    arrive(1)
    page.keyboard.press("3")
    expect(page.locator("#saving")).to_contain_text("Draft saved")
    page.get_by_role("link", name="Finish for now").click()
    resume = page.locator("code").inner_text()
    other = browser.new_context().new_page()
    other.goto(resume)
    expect(other.locator("#marked")).to_have_text("1 / 3")
    other.context.close()


def test_an_answer_survives_failing_and_repeated_requests(page: Page, arrive, world):
    """Every second save fails after the server has committed it: what is stored is what was given, once."""
    calls = {"count": 0}

    def unreliable(route: Route) -> None:
        calls["count"] += 1
        if calls["count"] % 2:
            route.fetch()  # the server commits, its answer is lost
            route.abort()
        else:
            route.continue_()

    arrive(1)
    page.route("**/submit/", unreliable)
    for key in "111":
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    submitted(page)
    assert calls["count"] == 2
    assert labels_of(world.stages.get(number=1)) == [1, 1, 1]
    assert Judgment.objects.filter(revision__gt=1).count() == 0


def test_an_answer_given_offline_is_sent_after_a_reload(page: Page, arrive, world):
    arrive(1)
    page.route("**/submit/", lambda route: route.abort())
    for key in "12j2":
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    expect(page.locator("#saving")).to_contain_text("No connection")
    assert Judgment.objects.count() == 0
    page.unroute("**/submit/")
    page.reload()
    submitted(page)
    assert sorted(labels_of(world.stages.get(number=1))) == [1, 2, 2]


def test_an_answer_waits_while_somebody_else_uses_the_browser(page: Page, arrive, world, live_server):
    """A shared computer: what one rater could not send is neither sent nor dropped by another's visit."""
    arrive(1)
    page.get_by_role("link", name="Finish for now").click()
    resume = page.locator("code").inner_text()
    page.get_by_role("link", name="Go on judging").click()
    expect(page.locator("#marked")).to_contain_text("0 /")
    page.route("**/submit/", lambda route: route.abort())
    for key in "12j3":
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    expect(page.locator("#saving")).to_contain_text("No connection")
    page.unroute("**/submit/")
    page.context.clear_cookies()
    with page.expect_response("**/submit/") as refused:
        arrive(1)
    assert refused.value.status == 404
    assert Judgment.objects.count() == 0
    page.goto(resume)
    submitted(page)
    assert sorted(labels_of(world.stages.get(number=1))) == [1, 2, 3]


def test_an_answer_given_while_the_stage_is_paused_is_taken_when_it_goes_on(page: Page, arrive, world):
    arrive(1)
    for key in "12j3":
        page.keyboard.press(key)
    stage = world.stages.get(number=1)
    pause_stage(stage=stage, actor=None, now=timezone.now())
    page.keyboard.press("Enter")
    expect(page.locator("#urgent-notices")).to_contain_text("not open")
    open_stage(stage=stage, actor=None, now=timezone.now())
    page.reload()
    submitted(page)
    assert sorted(labels_of(stage)) == [1, 2, 3]


def test_an_answer_that_was_refused_never_replaces_a_later_one(page: Page, arrive, world):
    arrive(1)
    for key in "111":
        page.keyboard.press(key)
    stage = world.stages.get(number=1)
    pause_stage(stage=stage, actor=None, now=timezone.now())
    page.keyboard.press("Enter")
    expect(page.locator("#urgent-notices")).to_contain_text("not open")
    open_stage(stage=stage, actor=None, now=timezone.now())
    page.keyboard.press("3")
    page.keyboard.press("Enter")
    submitted(page)
    with page.expect_response("**/rate/**"):
        page.reload()
    page.wait_for_load_state("networkidle")
    assert sorted(labels_of(stage)) == [1, 1, 3]


def test_an_answer_is_sent_though_the_browser_can_keep_nothing(page: Page, arrive, world):
    page.add_init_script("Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };")
    arrive(1)
    for key in "112":
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    submitted(page)
    assert sorted(labels_of(world.stages.get(number=1))) == [1, 1, 2]


def test_a_change_that_was_left_is_not_offered_again(page: Page, arrive):
    arrive(1)
    for key in "111":
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    submitted(page)
    page.keyboard.press("u")
    expect(page.get_by_text("You are changing an answer")).to_be_visible()
    page.keyboard.press("3")
    page.get_by_role("link", name="Leave unchanged").click()
    page.locator("#back").click()
    expect(page.get_by_text("You are changing an answer")).to_be_visible()
    expect(page.locator("input[value='3']:checked")).to_have_count(0)


def test_undo_leads_back_and_keeps_both_revisions(page: Page, arrive, world):
    arrive(1)
    for key in "111":
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    submitted(page)
    page.keyboard.press("u")
    expect(page.get_by_text("You are changing an answer")).to_be_visible()
    page.keyboard.press("3")
    page.keyboard.press("Enter")
    submitted(page)
    assert sorted(labels_of(world.stages.get(number=1))) == [1, 1, 3]
    assert Judgment.objects.get(label=3).revisions.get().label == 1


def test_a_page_set_aside_goes_to_somebody_else(page: Page, arrive, world):
    arrive(1)
    first = page.locator("#task-form").get_attribute("data-assignment")
    page.keyboard.press("f")
    page.get_by_label("I cannot judge this").check()
    page.get_by_role("button", name="Set aside and go on").click()
    expect(page.locator("#task-form")).not_to_have_attribute("data-assignment", str(first))
    assert Assignment.objects.get(pk=str(first)).outcome == "cannot_judge"
    assert Judgment.objects.count() == 0


def test_keys_are_inert_in_text_fields_and_can_be_switched_off(page: Page, arrive):
    arrive(1)
    page.keyboard.press("?")
    page.get_by_label("Single keys are on").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    expect(page.locator("#marked")).to_have_text("0 / 3")


def test_evidence_is_reached_from_its_attribute(page: Page, arrive):
    arrive(1)
    show_evidence(page)
    expect(page.locator("mark.evidence[aria-current=true]")).to_be_in_viewport()
