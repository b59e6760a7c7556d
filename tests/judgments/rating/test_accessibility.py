"""axe finds nothing on any page of a rater, in light and dark, on a phone and on a desk; nothing scrolls sideways.

A page is a function that leads the browser there; add yours to PAGES.
"""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Page, expect

from conversations.models import ConsentText, Study
from judgments.models import Assignment, Slot, Task
from judgments.work.opening import close_stage
from tests import worlds
from tests.judgments.browsing import make_hostile, show_evidence, start, submitted

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SETTLED = """() => Promise.all(document.getAnimations().map(animation => animation.finished.catch(() => null)))"""


class Way:
    """Where a page is reached from."""

    def __init__(self, page: Page, server: str, study: Study) -> None:
        self.page, self.server, self.study = page, server, study

    def stage(self, number: int):
        return self.study.stages.get(number=number)

    def start(self, number: int) -> None:
        start(self.page, self.server, self.stage(number))

    def go(self, path: str) -> None:
        self.page.goto(f"{self.server}/rate/{self.study.slug}/{path}")

    def judge_one(self) -> None:
        self.page.keyboard.type("111")
        self.page.keyboard.press("Enter")
        submitted(self.page)


def arrival(way: Way) -> None:
    way.page.goto(f"{way.server}/r/{worlds.entry_link(way.stage(3)).token}/")


def consent(way: Way) -> None:
    ConsentText.objects.create(study=way.study, version=1, text="I **agree** to take part.")
    arrival(way)
    expect(way.page.get_by_role("heading", name="Consent")).to_be_visible()


def stage_1(way: Way) -> None:
    way.start(1)
    show_evidence(way.page)
    way.page.keyboard.type("32")
    way.page.keyboard.press("c")


def stage_2(way: Way) -> None:
    way.start(2)
    way.page.keyboard.type("yn")


def stage_3(way: Way) -> None:
    way.start(3)
    way.page.keyboard.type("15")


def stage_3_goes_on(way: Way) -> None:
    way.start(3)
    way.page.keyboard.press("2")
    way.page.keyboard.press("Enter")
    expect(way.page.locator("[data-unit]")).to_have_count(2)
    way.page.keyboard.press("4")


def stage_3_read_linearly(way: Way) -> None:
    way.start(3)
    way.page.evaluate("localStorage.setItem('yardstick:reading', 'linear')")
    way.page.reload()


def hostile_texts(way: Way) -> None:
    make_hostile(way.study)
    way.start(1)


def warning(way: Way) -> None:
    Task.objects.filter(stage__study=way.study).update(flagged=True)
    way.start(1)
    expect(way.page.get_by_role("button", name="Show it")).to_be_visible()


def refusal(way: Way) -> None:
    way.start(1)
    way.page.route("**/submit/", lambda route: route.fulfill(status=400, body="{}", content_type="application/json"))
    way.page.keyboard.type("111")
    way.page.keyboard.press("Enter")
    expect(way.page.get_by_role("button", name="Set the page aside")).to_be_visible()


def keys_dialog(way: Way) -> None:
    way.start(3)
    way.page.keyboard.press("?")
    way.page.locator("[data-act=next] [data-changes-key]").click()
    way.page.keyboard.press("w")
    way.page.locator("[data-act=previous] [data-changes-key]").click()


def guidelines_dialog(way: Way) -> None:
    way.start(2)
    way.page.keyboard.press("g")


def set_aside_dialog(way: Way) -> None:
    way.start(1)
    way.page.keyboard.press("f")


def revision(way: Way) -> None:
    way.start(1)
    way.judge_one()
    way.page.keyboard.press("u")
    expect(way.page.get_by_text("You are changing an answer")).to_be_visible()


def history(way: Way) -> None:
    way.start(1)
    way.judge_one()
    way.go("1/history/")


def finish(way: Way) -> None:
    way.start(1)
    way.go("1/finish/")


def nothing_left(way: Way) -> None:
    way.start(1)
    Slot.objects.filter(stage=way.stage(1)).delete()
    Assignment.objects.all().delete()
    way.go("1/")
    expect(way.page.locator("#task-form")).to_have_count(0)


def stranger(way: Way) -> None:
    way.go("1/")


def closed(way: Way) -> None:
    stage = way.stage(1)
    link = worlds.entry_link(stage)
    close_stage(stage=stage, actor=None, now=timezone.now())
    way.page.goto(f"{way.server}/r/{link.token}/")


PAGES = [
    *(arrival, consent, closed, stranger),
    *(stage_1, stage_2, stage_3, stage_3_goes_on, stage_3_read_linearly, hostile_texts, warning, revision, refusal),
    *(keys_dialog, guidelines_dialog, set_aside_dialog),
    *(history, finish, nothing_left),
]


@pytest.mark.parametrize("lead", PAGES, ids=lambda lead: lead.__name__)
def test_a_page_of_a_rater_is_accessible(page: Page, live_server, lead: Callable[[Way], None]):
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    lead(Way(page, live_server.url, worlds.rateable_study()))
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 844})
            page.evaluate(SETTLED)
            violations = Axe().run(page).response["violations"]
            found = [(each["id"], [node["html"] for node in each["nodes"]]) for each in violations]
            assert found == [], f"{scheme}, {width} px"
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{width} px"
    assert [text for text in complaints if not re.search("status of 40[034]", text)] == []
