"""Zoomed to 200 %, by touch, by a screen reader, away from the network: the page of work keeps all that it has."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from conversations.models import Attribute, Prompt, Study
from tests.judgments.browsing import start, submitted
from tests.judgments.rating.real_size import PROMPT, real_sized_study
from tests.judgments.rating.watching import WATCH, nothing_moved, violations, watch_from_now

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SMALLEST_TARGET = 44
# What can be pressed, and each statement: gone to as Tab does, nothing may lie over it.
HIDDEN = """() => {
    const shown = (each) => each.checkVisibility({ visibilityProperty: true }) && each.getClientRects().length > 0;
    const asked = [...document.querySelectorAll(".dock__units > .unit:not(.unit--current) *")];
    const all = document.querySelectorAll("#task-form :is(button, a, summary, textarea, input, .unit__text, .pane__body > :last-child), #rating-bar button, header button");
    return [...all].filter((each) => shown(each) && !asked.includes(each)).filter((each) => {
        each.scrollIntoView({ block: "center", behavior: "instant" });
        const { left, top, width, height } = each.getBoundingClientRect();
        const y = Math.min(top + height / 2, Math.max(top + 4, 30));
        const hit = document.elementFromPoint(left + Math.min(width / 2, 20), y);
        return !hit || !(each.contains(hit) || hit.contains(each) || each.closest("label")?.contains(hit));
    }).map((each) => each.outerHTML.slice(0, 120));
}"""


# The places that are read aloud when a text comes into them.
LIVE = """(text) => [...document.querySelectorAll("[role=alert], [role=status], [aria-live], [role=log]")]
    .filter((each) => each.textContent.includes(text)).map((each) => each.getAttribute("role"))"""


@pytest.fixture
def study() -> Study:
    return real_sized_study()


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    yield context.new_page()
    context.close()


@pytest.fixture
def zoomed(browser: Browser) -> Iterator[Page]:
    """1280 x 800 at 200 %."""
    context = browser.new_context(
        viewport={"width": 640, "height": 400}, device_scale_factor=2, reduced_motion="reduce"
    )
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("number", [1, 2, 3])
def test_all_is_reached_at_200_percent_without_motion(zoomed: Page, live_server, study, number):
    start(zoomed, live_server.url, study.stages.get(number=number))
    parts = zoomed.locator(".tabs > button")
    for place in range(max(1, parts.count())):
        if parts.count():
            parts.nth(place).click()
        assert zoomed.evaluate(HIDDEN) == [], place
        assert zoomed.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("number", [2, 3])
def test_a_tap_opens_a_long_prompt_over_the_texts(phone: Page, live_server, study, number):
    Prompt.objects.filter(study=study).update(text=f"{PROMPT} " * 4)
    phone.add_init_script(WATCH)
    start(phone, live_server.url, study.stages.get(number=number))
    watch_from_now(phone)
    texts, button = phone.locator("#left, .sieve").first, phone.get_by_role("button", name="The person asks")
    before = texts.bounding_box()
    assert all(target_sizes(button))
    assert all(size for note in phone.locator(".sieve .note > summary").all() for size in target_sizes(note))
    phone.locator(".prompt__text").tap()
    expect(button).to_have_attribute("aria-expanded", "true")
    assert phone.evaluate("document.querySelector('.prompt__sheet').getBoundingClientRect().height") > 150
    assert violations(phone) == []
    assert texts.bounding_box() == before
    phone.locator(".rating-bar__submit > .muted").tap()
    expect(button).to_have_attribute("aria-expanded", "false")
    button.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    phone.keyboard.press("Escape")
    expect(button).to_have_attribute("aria-expanded", "false")
    assert texts.bounding_box() == before
    nothing_moved(phone)


def target_sizes(place: Locator) -> list[bool]:
    box = place.bounding_box()
    assert box is not None
    return [box["width"] >= SMALLEST_TARGET, box["height"] >= SMALLEST_TARGET]


def test_what_is_said_is_read_once(page: Page, live_server, study):
    """E says that there is no evidence; what waits for the network is legible; neither is said in two places."""
    Attribute.objects.update(evidence=[])
    start(page, live_server.url, study.stages.get(number=1))
    page.keyboard.press("e")
    said_once(page, "There is no evidence to be shown for this statement.", "status")
    page.keyboard.press("Enter")
    said_once(page, "Some are not judged yet. The first of them is marked.", "alert")
    page.keyboard.type("1" * 12)
    page.context.set_offline(True)
    page.keyboard.press("Enter")
    said_once(page, "No connection. Your answer is kept on this device and sent again.", "status")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert violations(page) == []
    page.context.set_offline(False)
    submitted(page)


def said_once(page: Page, text: str, role: str) -> None:
    expect(page.get_by_text(text)).to_be_visible()
    places = page.evaluate(LIVE, text)
    assert places == [role], text
