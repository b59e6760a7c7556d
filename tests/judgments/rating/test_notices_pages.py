"""What a rating page says stands in one styled place: over no content, above no button, and legible in every theme."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import FloatRect, Locator, Page, expect

from conversations.models import Stage, Study
from judgments.models import Assignment
from judgments.work.opening import pause_stage
from tests import worlds
from tests.judgments.browsing import start

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LEAST_CONTRAST = 4.5
SIZES = [(390, 844), (1280, 800), (844, 390)]
NOTICE = "#urgent-notices .toast"
# Of the words as they are painted: colours are laid over each other down to the page's own.
CONTRAST = """element => {
    const pixel = (colours) => {
        const context = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d");
        for (const colour of colours) { context.fillStyle = colour; context.fillRect(0, 0, 1, 1); }
        return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const behind = [];
    for (let each = element; each; each = each.parentElement) behind.unshift(getComputedStyle(each).backgroundColor);
    const luminance = (colours) => {
        const [red, green, blue] = pixel(colours).map((part) => part / 255).map((part) =>
            part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const [light, dark] = [luminance(behind), luminance([...behind, getComputedStyle(element).color])].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
}"""


@pytest.fixture
def study() -> Study:
    return worlds.rateable_study()


@pytest.fixture(params=SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def sized(request, page: Page) -> Page:
    width, height = request.param
    page.set_viewport_size({"width": width, "height": height})
    return page


def box(place: Locator) -> FloatRect:
    found = place.bounding_box()
    assert found is not None
    return found


def overlap(one: FloatRect, other: FloatRect) -> bool:
    return (
        one["x"] < other["x"] + other["width"] - 1
        and other["x"] < one["x"] + one["width"] - 1
        and one["y"] < other["y"] + other["height"] - 1
        and other["y"] < one["y"] + one["height"] - 1
    )


def must_be_seen(page: Page) -> None:
    """The notice is whole inside the window, legible, and over nothing that the rater works with now."""
    notice = page.locator(NOTICE)
    place = box(notice)
    size = page.viewport_size
    assert size is not None
    assert place["x"] >= 0
    assert place["x"] + place["width"] <= size["width"]
    assert place["y"] >= 0
    assert place["y"] + place["height"] <= size["height"]
    for other in (".unit--current", "#rating-bar .rating-bar__inner", ".rater-header", "#saving"):
        for each in page.locator(other).all():
            if each.is_visible():
                assert not overlap(place, box(each)), other
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for words in (notice.locator("p"), *notice.locator("button").all()):
            assert words.evaluate(CONTRAST) >= LEAST_CONTRAST, (scheme, words.inner_text())


@pytest.mark.parametrize("number", [1, 2, 3])
def test_an_incomplete_page_says_so_beside_the_unit_that_is_left(sized: Page, live_server, study, number):
    start(sized, live_server.url, study.stages.get(number=number))
    sized.keyboard.press("Enter")
    expect(sized.locator(NOTICE)).to_contain_text("not judged yet")
    must_be_seen(sized)


def test_everything_can_be_scrolled_to_beside_a_notice(sized: Page, live_server, study):
    start(sized, live_server.url, study.stages.get(number=1))
    sized.keyboard.press("Enter")
    expect(sized.locator(NOTICE)).to_be_visible()
    last = sized.locator("#task-form textarea:visible, #task-form .unit").last
    sized.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    assert not overlap(box(sized.locator(NOTICE)), box(last))


def test_a_notice_is_closed_by_keyboard_and_gives_its_room_back(page: Page, live_server, study):
    start(page, live_server.url, study.stages.get(number=1))
    before = box(page.locator(".rater-foot"))
    page.keyboard.press("Enter")
    page.locator(NOTICE).get_by_role("button", name="Close").press("Enter")
    expect(page.locator(NOTICE)).to_have_count(0)
    assert box(page.locator(".rater-foot")) == before


def test_a_refusal_with_its_ways_out_is_seen_whole(sized: Page, live_server, study):
    stage = study.stages.get(number=1)
    start(sized, live_server.url, stage)
    body = '{"error": "answers.0.note must be a text of at most 4000 characters.", "code": "bad_request"}'
    sized.route("**/submit/", lambda route: route.fulfill(status=400, body=body, content_type="application/json"))
    for _ in range(3):
        sized.keyboard.press("1")
    sized.keyboard.press("Enter")
    expect(sized.locator(NOTICE)).to_contain_text("answers.0.note")
    must_be_seen(sized)
    sized.get_by_role("button", name="Set the page aside").click()
    expect(sized.get_by_role("dialog")).to_be_visible()


def test_a_stage_that_is_paused_meanwhile_says_so_in_the_same_place(page: Page, live_server, study):
    stage: Stage = study.stages.get(number=1)
    start(page, live_server.url, stage)
    for _ in range(3):
        page.keyboard.press("1")
    pause_stage(stage=stage, actor=None, now=timezone.now())
    page.keyboard.press("Enter")
    expect(page.locator(NOTICE)).to_contain_text("not open")
    must_be_seen(page)
    assert Assignment.objects.filter(outcome="submitted").count() == 0


def test_no_module_writes_into_the_notices_past_the_component():
    """Bare text over the content came from that."""
    scripts = Path(settings.BASE_DIR, "static", "js").rglob("*.js")
    naming = {
        path.name for path in scripts if re.search(r"notices[\"'`]", re.sub(r"import .*", "", path.read_text("utf-8")))
    }
    assert naming == {"notices.js"}
