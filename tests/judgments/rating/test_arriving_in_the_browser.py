"""Arriving, in a browser: Start is in view however long the texts are, and so is what keeps from it."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from conversations.models import ConsentText, Conversation
from tests import worlds

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", [390, 1280])
def test_start_and_its_errors_are_in_view_at_once(page: Page, live_server, width):
    study = worlds.rateable_study(subjects=1, prompts=1)
    ConsentText.objects.create(study=study, version=1, text="You agree to take part.\n\n" * 200)
    Conversation.objects.update(language="German")
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{live_server.url}/r/{worlds.entry_link(study.stages.get(number=1)).token}/")
    start = page.get_by_role("button", name="Start")
    expect(start).to_be_in_viewport(ratio=1)
    page.get_by_label("I have read the consent text").check()
    start.click()
    errors = page.locator("#arrival-errors")
    expect(errors).to_be_focused()
    expect(errors).to_be_in_viewport(ratio=1)
    expect(start).to_be_in_viewport(ratio=1)
    assert Axe().run(page).response["violations"] == []
    errors.get_by_role("link", name="Which of these languages do you read well?").click()
    german = page.get_by_label("German")
    expect(german).to_be_in_viewport()
    german.check()
    start.click()
    expect(page.locator("#marked")).to_contain_text("0 /")
