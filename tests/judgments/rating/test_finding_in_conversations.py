"""Search, evidence, position and the ruler, in a history of real size of which most is not loaded yet."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from conversations.models import Attribute, Conversation
from tests import worlds
from tests.judgments.browsing import start
from tests.judgments.rating.histories import sixty

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
QUOTED = (41, 11)


@pytest.fixture
def world():
    study = worlds.rateable_study(subjects=1, prompts=1)
    made = sixty(study)
    pointers = [
        {
            "conversation": made[place].pk,
            "turn": 2,
            "quote": made[place].turns[2]["content"][:20],
            "start": 0,
            "end": 20,
            "state": "exact",
        }
        for place in QUOTED
    ]
    Attribute.objects.filter(subject__study=study).update(evidence=pointers)
    for place in (3, 58):
        made[place].turns[6]["content"] += " I keep a Grey\n Parrot at home."
    Conversation.objects.bulk_update(made, ["turns"])
    return study


def test_what_is_not_loaded_is_searched_quoted_and_gone_to(page: Page, live_server, world):
    page.set_viewport_size({"width": 1280, "height": 800})
    start(page, live_server.url, world.stages.get(number=1))
    where, found = page.locator("#where"), page.locator("#found")
    ticks = page.locator(".talks__ruler .tick")
    expect(ticks).to_have_count(60)
    assert ticks.evaluate_all("all => all.flatMap((tick, at) => tick.matches('.tick--quoted') ? [at] : [])") == [11, 41]
    assert page.locator(".conversation[open]").count() == 1
    assert [each["id"] for each in Axe().run(page).response["violations"]] == []

    page.keyboard.press("/")
    with page.expect_response(lambda answer: answer.url.endswith("find=grey%20parrot")):
        page.keyboard.type("grey parrot")
    expect(found).to_have_text("1 of 2")
    shown = page.locator(".turn[aria-current=true]")
    expect(shown).to_contain_text("Parrot")
    expect(shown).to_be_in_viewport()
    expect(where).to_have_text("4 of 60")
    page.keyboard.press("Enter")
    expect(found).to_have_text("2 of 2")
    expect(where).to_have_text("59 of 60")
    assert page.evaluate("CSS.highlights.get('found').size") == 2
    page.keyboard.press("Shift+Enter")
    expect(where).to_have_text("4 of 60")
    assert [each["id"] for each in Axe().run(page).response["violations"]] == []
    page.locator("#find").fill("nowhere at all")
    expect(found).to_have_text("Found nowhere")
    page.keyboard.press("Escape")
    expect(page.locator("#find")).to_have_value("")
    expect(page.locator(".talks__hits")).to_be_hidden()
    expect(page.locator("#marked")).to_contain_text("0 /")

    page.keyboard.press("e")
    expect(where).to_have_text("42 of 60")
    page.keyboard.press("e")
    expect(where).to_have_text("12 of 60")
    expect(page.locator("mark[aria-current=true]")).to_be_in_viewport()

    leave_out_and_bring_back(page)

    page.get_by_role("button", name="Next conversation").click()
    expect(where).to_have_text("13 of 60")
    ticks.nth(29).click()
    expect(where).to_have_text("30 of 60")
    expect(page.locator(".conversation").nth(29).locator(".turn").first).to_be_in_viewport()
    page.get_by_role("button", name="Unfold all").click()
    expect(page.locator(".conversation[open]")).to_have_count(60)
    page.get_by_role("button", name="Fold all", exact=True).click()
    expect(page.locator(".conversation[open]")).to_have_count(0)
    assert re.fullmatch(r"\d+ of 60", where.text_content() or "")


def leave_out_and_bring_back(page: Page) -> None:
    """Conversations without evidence, by the keyboard; what a search finds in them is seen."""
    where, ticks = page.locator("#where"), page.locator(".talks__ruler .tick")
    only = page.get_by_role("button", name="Only with evidence")
    only.press("Enter")
    expect(only).to_have_attribute("aria-pressed", "true")
    expect(where).to_have_text("1 of 2")
    expect(ticks).to_have_count(2)
    assert page.locator(".conversation:visible").count() == 2
    assert [each["id"] for each in Axe().run(page).response["violations"]] == []
    page.keyboard.press("/")
    page.keyboard.type("grey parrot")
    expect(where).to_have_text("4 of 60")
    expect(only).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    only.click()
    only.click()
    expect(where).to_have_text("42 of 60")
    page.keyboard.press("e")
    expect(where).to_have_text("12 of 60")
