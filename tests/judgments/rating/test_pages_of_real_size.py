"""axe finds nothing on any page around the task at real size, on a phone and, dark, on a desk; in Arabic too.

A function leads the browser from page to page and stops at each that is looked at. With SHOTS=folder they are photographed.
"""

import os
from collections.abc import Iterator
from typing import Literal

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, ViewportSize, expect

from accounts.models import User
from conversations.enums import Role
from conversations.models import ConsentText, Conversation, Guidelines, Membership, Study
from judgments.authoring.twins import TwinUnit, make_twin
from judgments.enums import TaskKind
from judgments.models import Task, Unit
from raters.models import EntryLink
from tests import factories, worlds
from tests.judgments.browsing import start, submitted
from tests.judgments.raters_at_work import work_until_nothing_left
from tests.judgments.rating.leaving import come_by_prolific
from tests.judgments.rating.real_size import real_sized_study
from tests.judgments.rating.watching import DESK, PHONE, WATCH, nothing_moved, violations, watch_from_now

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LEAST_TASK = 500  # pixels of 800 for the task, whatever stands around it
LONG = "The page is about one person. **Read** what they wrote before you judge what is said of them. " * 5
EXPLAINED = "The person says so in their own words, twice, and nothing later takes it back. " * 3


class Way:
    """Where a page is reached from."""

    def __init__(self, page: Page, server: str, study: Study) -> None:
        self.page, self.server, self.study = page, server, study

    def stage(self, number: int):
        return self.study.stages.get(number=number)

    def start(self, number: int) -> None:
        start(self.page, self.server, self.stage(number))

    def go(self, path: str) -> None:
        self.page.goto(f"{self.server}{path}")

    def speak_arabic(self) -> None:
        self.page.set_extra_http_headers({"Accept-Language": "ar"})
        self.page.reload()
        expect(self.page.locator("html[dir=rtl]")).to_be_attached()

    def speak_english(self) -> None:
        self.page.set_extra_http_headers({"Accept-Language": "en"})

    def judge(self, keys: str) -> None:
        self.page.keyboard.type(keys)
        self.page.keyboard.press("Enter")

    def practise(self, number: int, keys: list[str]) -> None:
        task = self.stage(number).tasks.earliest("id")
        units = [TwinUnit(unit, 1, EXPLAINED) for unit in task.units.order_by("id")]
        make_twin(task=task, kind=TaskKind.PRACTICE, units=units, actor=None, now=timezone.now())
        self.start(number)
        for each in keys:
            expect(self.page.locator("[data-unit]")).to_have_count(len(each))
            self.judge(each)
        expect(self.page.locator(".feedback")).to_be_visible()

    def be_member(self) -> None:
        user = User.objects.create_user("ada")
        Membership.objects.create(study=self.study, user=user, role=Role.OWNER)
        client = Client()
        client.force_login(user)
        cookie = client.cookies["sessionid"]
        self.page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": self.server}])


def arriving(way: Way) -> Iterator[str]:
    Conversation.objects.update(language="German")
    for stage in way.study.stages.all():
        Guidelines.objects.create(stage=stage, version=2, text=f"## What is asked\n\n{LONG}\n\n" * 8)
    ConsentText.objects.create(study=way.study, version=1, text=f"## What we ask of you\n\n{LONG}\n\n" * 6)
    way.go(f"/r/{worlds.entry_link(way.stage(3)).token}/")
    way.page.get_by_label("I have read the consent text").check()
    way.page.get_by_role("button", name="Start").click()
    expect(way.page.locator("#arrival-errors")).to_be_focused()
    yield "consent"


def stage_1(way: Way) -> Iterator[str]:
    """Its only page, again by the list, and the end of the visit."""
    way.start(1)
    way.judge("1" * 12)
    submitted(way.page)
    way.go(f"/rate/{way.study.slug}/1/history/")
    yield "history"
    way.page.locator("main table a").click()
    expect(way.page.get_by_text("You are changing an answer")).to_be_visible()
    yield "revision-1"
    way.speak_arabic()
    yield "revision-1-ar"
    way.speak_english()
    come_by_prolific(way.study, completed="DONE", stopped_early="EARLY")
    EntryLink.objects.update(return_address="https://platform.example/submit?cc={code}")
    way.go(f"/rate/{way.study.slug}/1/finish/")
    yield "finish"
    way.page.get_by_role("button", name="Finish and get the code").click()
    expect(way.page.locator("#code")).to_be_visible()
    yield "code"


def stage_3(way: Way) -> Iterator[str]:
    Task.objects.filter(stage__study=way.study).update(flagged=True)
    way.start(3)
    yield "warning"
    way.page.get_by_role("button", name="Show it").click()
    way.judge("2")
    expect(way.page.locator("[data-unit]")).to_have_count(4)
    way.judge("4125")
    submitted(way.page)
    way.go(f"/rate/{way.study.slug}/3/history/")
    way.page.locator("main table a").click()
    expect(way.page.get_by_text("You are changing an answer")).to_be_visible()
    yield "revision-3"


def practice_1(way: Way) -> Iterator[str]:
    way.practise(1, ["1" * 12])
    yield "feedback-1"


def practice_3(way: Way) -> Iterator[str]:
    way.practise(3, ["2", "1452"])
    yield "feedback-3"
    way.speak_arabic()
    yield "feedback-3-ar"


def adjudication(way: Way) -> Iterator[str]:
    for number, labels in ((1, (1, 3)), (2, (0, 1)), (3, (1, 3))):
        stage = way.stage(number)
        for label in labels:
            work_until_nothing_left(factories.rater(way.study), stage, timezone.now(), label=label)
        unit = Unit.objects.filter(task__stage=stage, attribute__isnull=False).earliest("id")
        way.go(f"/studies/{way.study.slug}/adjudication/{unit.pk}/")
        yield f"adjudication-{number}"
    way.page.get_by_role("button", name="Show what raters said").click()
    expect(way.page.get_by_role("heading", name="What raters said")).to_be_visible()
    yield "adjudication-told"


def preview(way: Way) -> Iterator[str]:
    for number in (1, 2, 3):
        way.go(f"/studies/{way.study.slug}/stages/{number}/preview/")
        yield f"preview-{number}"


def look_at(page: Page, name: str, size: ViewportSize, scheme: Literal["light", "dark"]) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size(size)
    assert violations(page) == [], (name, size, scheme)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (name, size)
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}-{size['width']}-{scheme}.png")


@pytest.mark.parametrize("pages", [arriving, stage_1, stage_3, practice_1, practice_3], ids=lambda lead: lead.__name__)
def test_pages_of_raters_are_accessible(page: Page, live_server, pages):
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    for name in pages(Way(page, live_server.url, real_sized_study())):
        look_at(page, name, PHONE, "light")
        look_at(page, name, DESK, "dark")
    assert [text for text in complaints if "status of 422" not in text] == []


@pytest.mark.parametrize("pages", [adjudication, preview], ids=lambda lead: lead.__name__)
def test_pages_of_members_are_accessible_and_stand_still(page: Page, live_server, pages):
    page.add_init_script(WATCH)
    way = Way(page, live_server.url, real_sized_study())
    way.be_member()
    for name in pages(way):
        expect(page.locator(".unit--current")).to_be_visible()
        look_at(page, name, PHONE, "light")
        look_at(page, name, DESK, "dark")
        watch_from_now(page)
        for key in ("1", "e", "r", "Escape", "Space", "2", "d", "End", "c", "Escape"):
            page.keyboard.press(key)
        nothing_moved(page)
        assert page.locator("#task-form").bounding_box()["height"] >= LEAST_TASK, name  # type: ignore[index]
