"""The tutorial, the check and the pages that make them, in a real browser."""

import os
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth import get_user_model
from django.utils import timezone
from playwright.sync_api import Page, expect

from conversations.enums import Role
from conversations.models import Membership
from judgments.authoring import questions
from judgments.authoring.twins import TwinUnit, make_twin
from judgments.enums import TaskKind
from judgments.models import Assignment, Task
from tests import worlds

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WHY = "The person says it in their own words, and says that it is always so."


@pytest.fixture
def stage():
    study = worlds.rateable_study()
    found = study.stages.select_related("study").get(number=1)
    original = found.tasks.filter(kind=TaskKind.REGULAR).earliest("id")
    units = [TwinUnit(unit, 1 + place, WHY) for place, unit in enumerate(original.units.all())]
    make_twin(task=original, kind=TaskKind.PRACTICE, units=units, actor=None, now=timezone.now())
    questions.add_suggested_questions(stage=found, actor=None)
    return found


def accessible(page: Page, name: str) -> None:
    page.wait_for_load_state()  # a click that leads on does not wait for the next page's scripts: keys would be lost
    violations = Axe().run(page).response["violations"]
    assert [(found["id"], found["nodes"][0]["html"]) for found in violations] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def shows_guidelines(page: Page) -> None:
    page.wait_for_load_state()
    page.keyboard.press("g")
    expect(page.get_by_role("dialog", name="Guidelines")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Guidelines")).to_be_hidden()


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_rater_practises_answers_the_check_and_starts(page: Page, live_server, stage, width, scheme):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{live_server.url}/r/{worlds.entry_link(stage).token}/")
    page.get_by_role("button", name=re.compile("Start|Go on")).click()
    expect(page.locator("#task-progress")).to_contain_text("Practice 1 of 1")
    accessible(page, f"practice-{width}-{scheme}")
    for key in "111":
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Let us compare")).to_be_visible()
    expect(page.get_by_role("region", name="The page you judged")).to_contain_text("Conversation 1")
    accessible(page, f"feedback-{width}-{scheme}")
    shows_guidelines(page)
    page.reload()
    expect(page.get_by_text("1 of 3 answers are as expected")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="A few questions first")).to_be_visible()
    for group in page.get_by_role("group").all():
        group.get_by_role("radio").first.check()
    accessible(page, f"check-{width}-{scheme}")
    shows_guidelines(page)
    page.get_by_role("button", name="Check my answers").click()
    expect(page.get_by_role("heading", name="Almost: one more try")).to_be_visible()
    accessible(page, f"again-{width}-{scheme}")
    for question, group in zip(stage.questions.all(), page.get_by_role("group").all(), strict=True):
        group.get_by_role("radio").nth(question.answer).check()
    page.get_by_role("button", name="Check my answers").click()
    expect(page.locator("#marked")).to_contain_text("0 /")
    assert Assignment.objects.get(outcome="").task.kind == TaskKind.REGULAR


def test_who_fails_twice_is_asked_to_return_in_friendly_words(page: Page, live_server, stage):
    Task.objects.filter(kind=TaskKind.PRACTICE).delete()
    page.goto(f"{live_server.url}/r/{worlds.entry_link(stage).token}/")
    page.get_by_role("button", name=re.compile("Start|Go on")).click()
    for heading in ("A few questions first", "Almost: one more try"):
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
        for question, group in zip(stage.questions.all(), page.get_by_role("group").all(), strict=True):
            group.get_by_role("radio").nth(0 if question.answer else 1).check()
        page.get_by_role("button", name="Check my answers").click()
    expect(page.get_by_role("heading", name="Thank you for trying")).to_be_visible()
    accessible(page, "failed")


@pytest.mark.parametrize("width", [390, 1280])
def test_pages_that_make_gold_and_questions_are_accessible(page: Page, live_server, client, stage, width):
    user = get_user_model().objects.create_user("admin")
    Membership.objects.create(study=stage.study, user=user, role=Role.ADMIN)
    client.force_login(user)
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page.set_viewport_size({"width": width, "height": 844})
    base = f"{live_server.url}/studies/{stage.study.slug}/stages"
    third = stage.study.stages.get(number=3).tasks.first()
    for name, path in {
        "gold": "1/gold/",
        "pick": "1/gold/pick/",
        "form": f"3/gold/from/{third.pk}/",
        "questions": "1/questions/",
        "question": f"1/questions/{stage.questions.first().pk}/",
        "none": "2/gold/",
        "stage": "1/",
    }.items():
        page.goto(f"{base}/{path}")
        expect(page.locator("h1")).to_be_visible()
        accessible(page, f"{name}-{width}")
    page.goto(f"{base}/3/gold/from/{third.pk}/")
    page.get_by_role("radio", name="Attention check").check()
    expect(page.get_by_label("Instruction of an attention check")).to_be_visible()
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_text("Made: attention check.")).to_be_visible()
