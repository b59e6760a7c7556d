"""Pages that are too long to be sent at once, in a browser: what is opened, scrolled to or quoted is loaded."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from conversations.models import Response
from judgments.models import Assignment, Judgment
from tests import worlds
from tests.judgments.browsing import lengthen, start, submitted

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TURNS = 2_000
AT_END = "() => { const pane = document.querySelector('.pane'); pane.scrollTop = pane.scrollHeight; scrollTo(0, document.body.scrollHeight) }"


@pytest.fixture
def world():
    return worlds.rateable_study(subjects=2, prompts=1)


@pytest.fixture
def arrive(page: Page, live_server, world) -> Callable[[int], None]:
    return lambda number: start(page, live_server.url, world.stages.get(number=number))


@pytest.mark.parametrize("width", [1280, 390])
def test_turns_are_loaded_as_they_are_scrolled_to_and_marks_stay(page: Page, arrive, world, width):
    lengthen(world, turns=600)
    page.set_viewport_size({"width": width, "height": 844})
    arrive(1)
    page.keyboard.press("1")
    sent = page.locator(".turn").count()
    assert 50 < sent < 600
    page.wait_for_timeout(300)
    assert page.locator(".turn").count() == sent  # far from them nothing is loaded
    while page.locator(".turn").count() < 600:
        known = page.locator(".turn").count()
        page.evaluate(AT_END)
        expect(page.locator(".turn").nth(known)).to_be_attached()
    expect(page.locator(".rest")).to_have_count(0)
    texts = page.locator(".turn__text").all_text_contents()
    assert [f"Turn {number} says this." in text for number, text in enumerate(texts)] == [True] * 600
    expect(page.locator("#marked")).to_have_text("1 / 3")
    page.keyboard.type("11")
    page.keyboard.press("Enter")
    submitted(page)
    assert Judgment.objects.count() == 3
    assert page.locator(".turn").count() < 600  # the next page


def test_evidence_far_behind_is_loaded_without_what_lies_between(page: Page, arrive, world):
    lengthen(world, turns=TURNS)
    arrive(1)
    sent = page.locator(".turn").count()
    while page.locator(".unit--current [data-shows-evidence]").count() < 3:
        page.keyboard.press("j")
    page.locator(".unit--current [data-shows-evidence]").nth(2).click()
    shown = page.locator("mark.evidence[aria-current=true]")
    expect(shown).to_have_text("Turn 498 says this.")
    expect(shown).to_be_in_viewport()
    assert page.locator(".turn").count() < sent + 300
    assert page.locator(".rest").count() > 5


def test_what_could_not_be_loaded_says_so_and_is_tried_again_by_hand(page: Page, arrive, world):
    lengthen(world, turns=TURNS)
    arrive(1)
    sent = page.locator(".turn").count()
    page.route("**/material/**", lambda route: route.abort())
    page.locator(".rest button").first.click()
    failed = page.get_by_role("button", name=re.compile("^Turns .*: this could not be loaded. Try again"))
    expect(failed).to_have_count(1)
    page.unroute("**/material/**")
    failed.press("Enter")
    expect(page.locator(".turn").nth(sent)).to_be_attached()
    assert page.evaluate("document.activeElement.classList.contains('turn')")
    assert "Turn" in page.evaluate("document.activeElement.textContent")


@pytest.mark.parametrize("width", [1280, 390])
def test_long_responses_go_on_one_beside_or_below_the_other(page: Page, arrive, world, width):
    for response in Response.objects.filter(case__subject__study=world):
        Response.objects.filter(pk=response.pk).update(text=f"{response.kind} and so on, " * 8_000 + "the end.")
    page.set_viewport_size({"width": width, "height": 844})
    arrive(3)
    expect(page.locator(".plain-note")).to_have_count(2)
    assert [found["id"] for found in Axe().run(page).response["violations"]] == []
    if width > 1000:
        page.get_by_role("button", name="One below the other").click()
    for key, place in (("l", 0), ("r", 1)):
        page.keyboard.press(key)
        pane = page.locator(".panes--responses .pane").nth(place)
        while pane.locator(".rest").count():
            page.evaluate(
                "[...document.querySelectorAll('.rest')].find((rest) => rest.checkVisibility())?.scrollIntoView()"
            )
            page.wait_for_timeout(50)
        text = pane.locator(".pane__body").text_content() or ""
        assert text.rstrip().endswith("the end.")
        assert text.count(" and so on,") == 8_000
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert Assignment.objects.get().outcome == ""
