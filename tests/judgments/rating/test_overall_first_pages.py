"""The two steps of a page with a person card in a real browser: in place, by keys, and nothing lost between them."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, Route, expect

from conversations.models import Stage, Subject
from judgments.models import Assignment, Judgment
from judgments.work.opening import extend_open_stages
from tests import factories, worlds
from tests.judgments.rating.sending import begin

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def stage() -> Stage:
    return Stage.objects.select_related("study").get(study=worlds.rateable_study(), number=3)


@pytest.fixture
def arrive(page: Page, live_server, stage) -> Callable[[], None]:
    return lambda: begin(page, live_server.url, stage)


def answer_overall(page: Page, key: str = "2") -> None:
    page.keyboard.press(key)
    page.keyboard.press("Enter")
    at_second_step(page)


def at_second_step(page: Page) -> None:
    expect(page.locator("[data-unit]")).to_have_count(2)
    expect(page.get_by_text("Your answer, which is final:")).to_be_visible()


def finish(page: Page, keys: str) -> None:
    first = page.locator("#task-form").get_attribute("data-assignment")
    for key in keys:
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    expect(page.locator(f'#task-form[data-assignment="{first}"]')).to_have_count(0)


def as_seen() -> list[int]:
    """What was chosen on the first page that was submitted, its overall unit first."""
    page = Assignment.objects.get(outcome="submitted")
    given = page.judgments.order_by("unit__position").values_list("label", flat=True)
    return [6 - label if page.personalized_left else label for label in given]


def test_second_step_comes_in_place_and_the_page_is_judged_by_keys(page: Page, arrive):
    page.set_viewport_size({"width": 1280, "height": 500})
    arrive()
    page.get_by_text("Page note").click()
    page.get_by_label("Anything else about this page?").fill("Both short.")
    page.keyboard.press("Escape")
    left = page.locator(".panes--responses .pane").first.element_handle()
    answer_overall(page)
    assert left.evaluate("pane => pane.isConnected"), "what was being read is not drawn anew"
    expect(page.locator("[data-unit]:focus")).to_have_count(1)
    expect(page.locator("[data-unit]:focus")).to_be_in_viewport()
    expect(page.locator("#page-comment")).to_have_value("Both short.")
    expect(page.locator("#marked")).to_have_text("0 / 2")
    page.keyboard.press("j")
    page.keyboard.press("k")
    finish(page, "44")
    assert as_seen() == [2, 4, 4]
    assert Assignment.objects.get(outcome="submitted").comment == "Both short."
    page.locator("#back").click()
    at_second_step(page)


def test_what_is_lost_on_the_way_is_sent_again_and_counts_once(page: Page, arrive):
    """The overall answer's acknowledgement is lost and the page reloaded; in the second step a draft, then the same again."""
    arrive()

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/submit/", lose)
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    expect(page.locator("#saving")).to_contain_text("No connection")
    page.unroute("**/submit/")
    page.reload()
    at_second_step(page)
    expect(page.locator("#saving")).to_contain_text("Submitted")
    page.keyboard.press("5")
    expect(page.locator("#saving")).to_contain_text("Draft saved")
    page.reload()
    expect(page.locator("#marked")).to_have_text("1 / 2")
    page.route("**/submit/", lose)
    page.keyboard.press("5")
    page.keyboard.press("Enter")
    expect(page.locator("#saving")).to_contain_text("No connection")
    page.unroute("**/submit/")
    page.reload()
    expect(page.locator("#saving")).to_contain_text("Submitted")
    assert sorted(as_seen()) == [2, 5, 5]
    assert Judgment.objects.count() == 3


def test_another_window_and_another_device_go_on_with_the_second_step(
    page: Page, arrive, context: BrowserContext, browser
):
    arrive()
    window = context.new_page()
    window.goto(page.url)
    page.get_by_role("link", name="Finish for now").click()
    resume = page.locator("code").inner_text()
    page.go_back()
    device = browser.new_context().new_page()
    device.goto(resume)
    expect(device.locator("[data-unit]")).to_have_count(1)
    answer_overall(page, "2")
    at_second_step(window)
    device.keyboard.press("5")
    device.keyboard.press("Enter")
    at_second_step(device)
    expect(device.locator("#urgent-notices")).to_contain_text("That answer is final")
    finish(device, "11")
    assert as_seen() == [2, 1, 1]
    device.context.close()


def test_long_card_shows_twelve_and_the_others_by_a_key(page: Page, arrive, stage):
    for subject in Subject.objects.filter(study=stage.study):
        factories.attributes(subject, 17)
    stage.person_cards.all().delete()
    extend_open_stages(now=timezone.now())
    arrive()
    entries = page.locator(".person-card__entries li:not(.person-card__rest)")
    expect(entries).to_have_count(12)
    page.keyboard.press("p")
    expect(entries).to_have_count(20)
    expect(page.locator(".person-card__rest")).to_have_count(0)
