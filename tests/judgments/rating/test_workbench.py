"""What is judged, what is asked and what is known stand on one screen, at real size, and nothing moves by an answer."""

from itertools import pairwise

import pytest
from playwright.sync_api import FloatRect, Page, expect

from conversations.models import Study
from judgments.models import Judgment
from tests.judgments.browsing import start, submitted
from tests.judgments.rating.real_size import STATEMENTS, real_sized_study
from tests.judgments.rating.watching import (
    DESK,
    PHONE,
    WATCH,
    nothing_moved,
    statements_read,
    violations,
    watch_from_now,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def study() -> Study:
    return real_sized_study()


def arrive(page: Page, server: str, study: Study, number: int) -> None:
    page.set_viewport_size(DESK)
    page.add_init_script(WATCH)
    start(page, server, study.stages.get(number=number))
    watch_from_now(page)


def box(page: Page, selector: str) -> FloatRect:
    found = page.locator(selector).first.bounding_box()
    assert found is not None, selector
    return found


def on_screen(page: Page, selector: str, *, least: float = 10) -> None:
    """It is whole inside the window, and so high at least."""
    place, size = box(page, selector), page.viewport_size
    assert size is not None
    assert place["x"] >= 0, selector
    assert place["y"] >= 0, selector
    assert place["x"] + place["width"] <= size["width"] + 0.5, selector
    assert place["y"] + place["height"] <= size["height"] + 0.5, selector
    assert place["height"] >= least, selector


def texts_of(page: Page, selector: str) -> list[str]:
    return [text.strip() for text in page.locator(selector).all_text_contents()]


def accessible(page: Page) -> None:
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        page.wait_for_timeout(300)
        assert violations(page) == [], size
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), size


def all_of_stage_3_is_seen(page: Page) -> None:
    for selector in ("#prompt-heading", ".prompt__text", ".unit--current .unit__text", "#submit"):
        on_screen(page, selector)
    on_screen(page, ".unit--current .choice", least=40)
    for side in ("left", "right"):
        on_screen(page, f"#{side}-heading")
        on_screen(page, f"#{side}", least=500)
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    # A table of ten columns scrolls in itself, not the text around it.
    for side in ("left", "right"):
        assert page.locator(f"#{side}").evaluate("text => text.scrollWidth <= text.clientWidth"), side


def test_prompt_question_and_both_texts_are_seen_at_every_moment(page: Page, live_server, study):
    arrive(page, live_server.url, study, 3)
    expect(page.locator(".ruler button")).to_have_count(1)
    for key in ("Space", "End", "l", "r", "PageDown", "j", "s", "2"):
        page.keyboard.press(key)
        all_of_stage_3_is_seen(page)
    nothing_moved(page)
    page.keyboard.press("Enter")
    expect(page.locator(".ruler button")).to_have_count(4)
    all_of_stage_3_is_seen(page)
    nothing_moved(page)
    assert statements_read(page) == texts_of(page, ".person-card li") + texts_of(page, ".unit__text")
    for key in ("3", "d", "1", "k", "5", "Home", "c", "Escape"):
        page.keyboard.press(key)
        all_of_stage_3_is_seen(page)
    nothing_moved(page)
    accessible(page)
    page.keyboard.type("444")
    page.keyboard.press("Enter")
    submitted(page)
    assert Judgment.objects.count() == 5


def test_keys_scroll_the_text_read_last_and_choose_nothing(page: Page, live_server, study):
    arrive(page, live_server.url, study, 3)
    tops = lambda: page.evaluate("['left', 'right'].map((side) => document.getElementById(side).scrollTop)")  # noqa: E731
    assert page.evaluate("document.activeElement.matches('.unit--current')")
    page.keyboard.press("Space")
    assert tops()[0] > 300
    page.keyboard.press("r")
    page.keyboard.press("Escape")
    page.keyboard.press("End")
    left, right = tops()
    assert right > 2 * left
    page.keyboard.press("s")
    page.keyboard.press("Home")
    page.wait_for_function("document.getElementById('left').scrollTop === 0")
    expect(page.locator("#marked")).to_have_text("0 / 1")
    page.keyboard.press("d")
    assert page.evaluate("CSS.highlights.get('difference') === undefined || CSS.highlights.get('difference').size > 0")
    page.keyboard.press("4")
    page.keyboard.press("Control+z")
    expect(page.locator(".choice input:checked")).to_have_count(0)


def test_a_page_of_stage_1_is_judged_by_a_key_for_each_statement(page: Page, live_server, study):
    """12 accepted ones are 13 keys; one that is rejected for a reason is one key as well, one without a reason two."""
    arrive(page, live_server.url, study, 1)
    assert statements_read(page) == texts_of(page, ".unit__text")
    answers = box(page, ".unit--current .choice")
    keys = ["1", "4", "3", "6", "2", "j", *"11111111"]
    for key in keys:
        page.keyboard.press(key)
        assert box(page, ".unit--current .choice") == answers
        on_screen(page, ".unit--current .chips")
    nothing_moved(page)
    page.keyboard.press("Space")
    expect(page.locator("#marked")).to_have_text("12 / 12")
    accessible(page)
    page.keyboard.press("Enter")
    submitted(page)
    modes = Judgment.objects.exclude(failure_mode="").order_by("label").values_list("label", "failure_mode")
    assert sorted(modes) == [(3, "overgeneralization"), (3, "task_context_confusion")]
    assert Judgment.objects.filter(label=2).count() == 1


def test_twelve_statements_of_stage_2_stand_beside_their_prompt(page: Page, live_server, study):
    arrive(page, live_server.url, study, 2)
    tops = [each.bounding_box()["y"] for each in page.locator(".unit").all()]  # type: ignore[index]
    assert len(tops) == len(STATEMENTS)
    assert all(above < below for above, below in pairwise(tops))
    for key in "ynynynynynyn":
        on_screen(page, ".prompt__text")
        on_screen(page, ".unit--current", least=40)
        page.keyboard.press(key)
    assert page.evaluate("document.querySelector('.sieve__units').scrollTop") == 0
    nothing_moved(page)
    assert statements_read(page) == texts_of(page, ".unit__text")
    accessible(page)


def test_a_phone_shows_one_text_at_a_time_and_the_question_at_the_thumb(page: Page, live_server, study):
    arrive(page, live_server.url, study, 3)
    page.set_viewport_size(PHONE)
    for tab, shown in (("Right", "#right"), ("The person", ".person-card"), ("Left", "#left")):
        page.get_by_role("button", name=tab, exact=True).click()
        on_screen(page, shown, least=200)
        on_screen(page, ".unit--current .choice", least=44)
        on_screen(page, "#submit", least=44)
        assert page.locator("#left:visible, #right:visible, .person-card:visible").count() == 1
    before = box(page, ".rater-header__end")
    page.keyboard.press("2")
    expect(page.locator("#saving")).to_contain_text("saved")
    assert box(page, ".rater-header__end") == before
    page.get_by_role("button", name="More").click()
    on_screen(page, "#rating-bar [data-opens=set-aside]", least=36)
    page.keyboard.press("Escape")
    expect(page.locator("kbd:visible")).to_have_count(0)
    page.set_viewport_size({"width": 640, "height": 400})  # 1280 x 800 at 200 %
    assert page.evaluate("document.documentElement.scrollHeight > innerHeight")
    page.evaluate("scrollTo(0, 600)")
    on_screen(page, ".unit--current .choice")
