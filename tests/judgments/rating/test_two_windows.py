"""One page in two windows or on two devices: what was given last counts, whichever is sent last."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from conversations.models import Stage
from judgments.models import Assignment, Judgment
from tests import worlds
from tests.judgments.browsing import start, submitted

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def stage() -> Stage:
    found: Stage = worlds.rateable_study(subjects=3).stages.get(number=1)
    return found


@pytest.fixture
def first(page: Page, live_server, stage) -> Page:
    start(page, live_server.url, stage)
    return page


@pytest.fixture
def elsewhere(first: Page, browser: Browser) -> Iterator[Page]:
    """The same rater and the same page on another device: nothing is shared but the server."""
    context = browser.new_context(storage_state=first.context.storage_state())
    made = context.new_page()
    made.goto(first.url)
    expect(made.locator("#marked")).to_contain_text("0 /")
    yield made
    context.close()


def mark(page: Page, keys: str) -> None:
    page.locator("[data-unit] input").first.focus()
    for key in keys:
        page.keyboard.press(key)
        if key != "1":  # waits for what is wrong with the statement
            page.keyboard.press("j")
    expect(page.locator("#marked")).to_have_text(f"{len(keys)} / 3")


def saves_no_drafts(*pages: Page) -> None:
    for page in pages:
        page.route("**/draft/", lambda route: route.abort())


def labels() -> list[int]:
    """Of the page that was begun first, in the order of its units on the page."""
    return list(Judgment.objects.order_by("unit_id").values_list("label", flat=True))


def shown(page: Page) -> list[str]:
    checked: list[str] = page.locator("[data-unit] input[type=radio]:checked").evaluate_all(
        "all => all.map(one => one.value)"
    )
    return checked


def test_two_windows_show_the_same_and_go_on_together(first: Page):
    other = first.context.new_page()
    other.goto(first.url)
    mark(first, "111")
    expect(other.locator("#marked")).to_have_text("3 / 3")
    mark(other, "222")
    expect(first.locator("[data-unit] input[value='2']:checked")).to_have_count(3)
    before = first.locator("#task-form").get_attribute("data-assignment")
    other.keyboard.press("Enter")
    submitted(other)
    expect(first.locator(f'#task-form[data-assignment="{before}"]')).to_have_count(0)
    assert labels() == [2, 2, 2]
    assert set(Assignment.objects.values_list("outcome", "revision")) == {("submitted", 1), ("", 0)}


def test_an_older_answer_that_is_sent_last_does_not_count(first: Page, elsewhere: Page):
    saves_no_drafts(first, elsewhere)
    mark(first, "111")
    mark(elsewhere, "222")
    elsewhere.keyboard.press("Enter")
    submitted(elsewhere)
    first.bring_to_front()
    first.keyboard.press("Enter")
    expect(first.locator("#urgent-notices")).to_contain_text("newer answer to this page in another window")
    assert labels() == [2, 2, 2]
    assert Assignment.objects.get(outcome="submitted").revision == 1
    assert first.locator("#task-form").get_attribute("data-assignment") == elsewhere.locator(
        "#task-form"
    ).get_attribute("data-assignment")


def test_a_newer_answer_counts_though_another_was_submitted_before_it(first: Page, elsewhere: Page):
    saves_no_drafts(first, elsewhere)
    mark(elsewhere, "222")
    mark(first, "111")
    elsewhere.keyboard.press("Enter")
    submitted(elsewhere)
    first.keyboard.press("3")  # after the other was sent
    first.keyboard.press("Enter")
    submitted(first)
    assert labels() != [2, 2, 2]
    assert Assignment.objects.get(outcome="submitted").revision == 2


def test_an_older_answer_does_not_hide_a_newer_draft(first: Page, elsewhere: Page):
    saves_no_drafts(first)
    mark(first, "111")
    mark(elsewhere, "22")
    expect(elsewhere.locator("#saving")).to_contain_text("Draft saved")
    first.keyboard.press("Enter")
    expect(first.locator("#urgent-notices")).to_contain_text("went on with this page in another window")
    assert labels() == []
    assert shown(first) == ["2", "2"]


def test_what_two_devices_give_in_turn_is_all_there(first: Page, elsewhere: Page):
    mark(first, "1")
    expect(first.locator("#saving")).to_contain_text("Draft saved")
    elsewhere.locator(".line").nth(2).click()
    elsewhere.locator("[data-unit]").nth(2).locator("input[value='3']").check()
    expect(elsewhere.locator("#urgent-notices")).to_contain_text("went on with this page in another window")
    expect(elsewhere.locator("#saving")).to_contain_text("Draft saved")
    first.locator(".line").nth(1).click()
    first.locator("[data-unit]").nth(1).locator("input[value='2']").check()
    expect(first.locator("[data-unit] input:checked")).to_have_count(3)
    assert shown(first) == ["1", "2", "3"]


def test_an_older_answer_does_not_take_back_that_a_page_was_set_aside(first: Page, elsewhere: Page):
    saves_no_drafts(first, elsewhere)
    mark(first, "111")
    elsewhere.keyboard.press("f")
    elsewhere.get_by_label("Something is broken").check()
    elsewhere.get_by_role("button", name=re.compile("Set aside and go on")).click()
    expect(elsewhere.locator("#marked")).to_contain_text("0 /")
    submitted(elsewhere)
    first.keyboard.press("Enter")
    expect(first.locator("#urgent-notices")).to_contain_text("newer answer to this page in another window")
    assert labels() == []
    assert sorted(Assignment.objects.values_list("outcome", flat=True)) == ["", "technical"]
