"""What is read before it is judged: long, hostile, flagged, one below the other."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from judgments.models import Assignment, Judgment, Task
from tests import worlds
from tests.judgments.browsing import LONG_TURNS, QUOTED_TURNS, lengthen, make_hostile, start, submitted

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# It comes to rest within a second, and stays there.
IS_STEADY = """() => new Promise(resolve => {
    const top = () => document.querySelector('[aria-current=true]').getBoundingClientRect().top;
    const look = (tries) => {
        const before = top();
        setTimeout(() => {
            const rests = Math.abs(top() - before) < 2;
            if (rests || tries === 0) resolve(rests);
            else look(tries - 1);
        }, 250);
    };
    look(4);
})"""


@pytest.fixture
def world():
    return worlds.rateable_study()


@pytest.fixture
def arrive(page: Page, live_server, world) -> Callable[[int], None]:
    return lambda number: start(page, live_server.url, world.stages.get(number=number))


def test_stage_3_is_read_one_below_the_other_on_request(page: Page, arrive):
    page.set_viewport_size({"width": 1280, "height": 844})
    arrive(3)
    switch = page.get_by_role("button", name="One below the other")
    assert is_side_by_side(page)
    expect(switch).to_have_attribute("aria-pressed", "false")
    switch.press("Enter")
    assert not is_side_by_side(page)
    expect(switch).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#notices")).to_contain_text("below the left one")
    page.reload()
    assert not is_side_by_side(page)
    switch.click()
    assert is_side_by_side(page)
    headings = page.locator("#task-form h2:visible").all_inner_texts()
    assert headings[2:4] == ["Left response", "Right response"]
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator(".panes--responses > .pane:visible")).to_have_count(1)
    expect(switch).to_be_hidden()
    page.locator(".choice__option").nth(2).click()
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate(LABELS_THAT_LEAVE_THEIR_FIELD) == []


LABELS_THAT_LEAVE_THEIR_FIELD = """[...document.querySelectorAll(".choice__option > span")].filter((label) => {
    const text = document.createRange()
    text.selectNodeContents(label)
    return text.getBoundingClientRect().width > label.getBoundingClientRect().width
}).map((label) => label.innerText)"""


def is_side_by_side(page: Page) -> bool:
    left, right = (page.locator(".panes--responses > .pane").nth(place).bounding_box() for place in (0, 1))
    assert left and right
    return abs(left["y"] - right["y"]) < 1


def test_flagged_material_is_covered_until_it_is_asked_for(page: Page, arrive, world):
    Task.objects.filter(stage__study=world).update(flagged=True)
    arrive(1)
    warning = page.get_by_role("heading", name="This page may contain offensive or upsetting text")
    expect(warning).to_be_visible()
    expect(page.locator(".unit").first).to_be_hidden()
    expect(page.locator("#submit")).to_be_hidden()
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    expect(page.locator("#marked")).to_have_text("0 / 3")
    page.get_by_label("Do not warn me again").press("Space")
    page.get_by_role("button", name="Show it").press("Enter")
    expect(page.locator(".unit").first).to_be_visible()
    expect(warning).to_be_hidden()
    page.keyboard.type("111")
    page.keyboard.press("Enter")
    submitted(page)
    expect(page.locator(".unit").first).to_be_visible()
    assert Judgment.objects.count() == 3


def test_flagged_material_is_set_aside_unread(page: Page, arrive, world):
    Task.objects.filter(stage__study=world).update(flagged=True)
    arrive(3)
    page.locator("#content-warning").get_by_role("button", name="Set aside").click()
    expect(page.get_by_label("This makes me uncomfortable")).to_be_checked()
    page.get_by_role("button", name="Set aside and go on").click()
    submitted(page)
    expect(page.locator("#content-warning")).to_be_visible()
    assert Assignment.objects.exclude(outcome="").get().outcome == "upsetting"


def test_evidence_is_found_anywhere_in_a_long_conversation(page: Page, arrive, world):
    lengthen(world)
    arrive(1)
    assert page.locator(".turn").count() < LONG_TURNS  # what is sent at first
    while page.locator(".unit--current [data-shows-evidence]").count() < len(QUOTED_TURNS):
        page.keyboard.press("j")
    for turn in QUOTED_TURNS:
        page.keyboard.press("e")
        assert_shown(page, turn)
    for place, turn in reversed(list(enumerate(QUOTED_TURNS))):
        page.locator(".unit--current [data-shows-evidence]").nth(place).click()
        assert_shown(page, turn)


def assert_shown(page: Page, turn: int) -> None:
    shown = page.locator("mark.evidence[aria-current=true]")
    expect(shown).to_have_text(f"Turn {turn} says this.")
    expect(shown).to_be_in_viewport()
    assert page.evaluate(IS_STEADY)
    expect(shown).to_be_in_viewport()


@pytest.mark.parametrize("number", [1, 2, 3])
def test_hostile_texts_show_as_what_they_are(page: Page, arrive, world, number):
    make_hostile(world)
    page.set_viewport_size({"width": 390, "height": 844})
    arrive(number)
    expect(page.locator("#task").get_by_text("<script>").first).to_be_visible()
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.evaluate("window.harmed") is None
    assert page.locator("#task :is(script, img, b, i)").count() == 0
    if number == 2:
        return
    table = page.locator(".prose table").first
    assert table.evaluate("table => table.scrollWidth > table.clientWidth && table.clientWidth < innerWidth")
    arabic = page.locator("[dir=auto]", has_text="مرحبا").last
    assert arabic.evaluate("text => getComputedStyle(text).direction") == "rtl"
