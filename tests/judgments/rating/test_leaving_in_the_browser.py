"""Leaving, in a browser: by keyboard, accessible on desk and phone."""

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from conversations.models import Stage, Study
from judgments.work.pay import pay_of
from raters.models import Arrival, Enrolment, EntryLink
from raters.services.messages import send_to_rater
from tests import worlds
from tests.judgments.rating.leaving import come_by_prolific, worked_a_minute_each


@pytest.fixture
def study() -> Study:
    made = worlds.rateable_study(subjects=4, prompts=1)
    Study.objects.filter(pk=made.pk).update(pay_per_hour="12.00", currency="EUR")
    return made


@pytest.fixture
def browser_context_args(browser_context_args):
    """A rater's zone that is not the server's."""
    return {**browser_context_args, "timezone_id": "Asia/Kolkata", "locale": "en-GB"}


@pytest.fixture
def visited(page: Page, live_server, study) -> Callable[[], list[str]]:
    """Come to stage 3, judge two pages, get a word from the researcher. The addresses of the pages for who leaves."""
    stage = study.stages.get(number=3)
    Stage.objects.filter(pk=stage.pk).update(blinding_questions=2)

    def visit() -> list[str]:
        page.goto(f"{live_server.url}/r/{worlds.entry_link(stage).token}/")
        page.get_by_role("button", name=re.compile("Start|Go on")).click()
        for step in range(4):  # two pages, the overall unit of each first
            expect(page.locator("#marked")).to_contain_text("0 /")
            for _unit in range(page.locator("[data-unit]").count()):
                page.keyboard.press("2")
            page.keyboard.press("Enter")
            if step % 2:
                expect(page.locator("#saving")).to_contain_text("Submitted")
                page.reload()
            else:
                expect(page.locator(".first-answer")).to_be_visible()
        worked_a_minute_each()
        enrolment = Enrolment.objects.get(study=study)
        arrival = come_by_prolific(study, stopped_early="EARLY", withdrew="LEFT")
        EntryLink.objects.filter(arrivals=arrival).update(return_address=f"{PLATFORM}submit?cc={{code}}")
        Arrival.objects.update(stage=stage)
        sender = User.objects.create_user("ada")
        send_to_rater(enrolment=enrolment, sender=sender, text="Thank you, it is paid.", now=timezone.now())
        return [f"{live_server.url}/rate/{study.slug}/3/{name}" for name in ADDRESSES]

    return visit


PLATFORM = "https://platform.example/"
ADDRESSES = ["", "blinding/", "finish/", "history/", "messages/", "withdraw/"]


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_who_leaves_are_accessible(page: Page, visited, study, width, scheme):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 844})
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    for address in visited():
        if address.endswith("finish/"):
            page.get_by_role("button", name="Skip all").click()
        else:
            page.goto(address)
        look_at(page, address)
        told = page.locator("time[data-local]").all_inner_texts()
        assert [text for text in told if "GMT+5:30" not in text] == []
        assert bool(told) == address.endswith(("history/", "messages/"))
    rating = page.url.replace("withdraw/", "")
    page.goto(rating + "finish/")
    page.get_by_role("button", name="End this visit").click()
    expect(page.locator("#count-down")).to_be_visible()
    look_at(page, "ended")
    Study.objects.filter(pk=study.pk).update(state="closed")
    page.goto(rating)
    look_at(page, "closed")
    assert complaints == []


def stays_or_is_led_back(page: Page) -> None:
    """The count is seen and can be stopped; it runs once, and only then leads away by itself."""
    count = page.locator("#count-down")
    expect(count).to_contain_text("You are taken there in")
    page.get_by_role("button", name="Stay on this page").click()
    expect(count).to_have_text("You stay here until you choose to go.")
    page.reload()
    expect(page.get_by_role("link", name="Return to the platform")).to_be_visible()
    expect(count).to_be_hidden()
    page.context.route(f"{PLATFORM}**", lambda route: route.fulfill(body="back"))
    page.evaluate("sessionStorage.clear()")
    page.clock.install()
    page.reload()
    expect(count).to_be_visible()
    page.clock.run_for(31_000)
    expect(page).to_have_url(f"{PLATFORM}submit?cc=LEFT")
    page.clock.resume()


def look_at(page: Page, name: str) -> None:
    violations = Axe().run(page).response["violations"]
    assert [(name, found["id"], found["nodes"][0]["html"]) for found in violations] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_who_stops_answers_by_keyboard_and_withdraws(page: Page, visited, study):
    visited()
    page.goto(page.url.split("/rate/")[0] + f"/rate/{study.slug}/3/finish/")
    page.get_by_label("The left one").focus()
    page.keyboard.press("Space")
    page.get_by_label("4", exact=True).focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Question 2 of 2")).to_be_visible()
    page.get_by_role("button", name="Skip this one").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    page.get_by_role("link", name="Withdraw from the study").click()
    page.get_by_role("button", name="Withdraw").click()
    expect(page.get_by_role("heading", name="You have withdrawn")).to_be_visible()
    assert Enrolment.objects.get(study=study).outcome == "withdrew"
    assert [pay.amount for pay in pay_of(study=study)] == [Decimal("0.40")]
    page.goto(page.url.split("/rate/")[0] + reverse("arrival:ended", args=[study.slug, 3]))
    stays_or_is_led_back(page)
