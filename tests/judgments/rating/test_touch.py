"""All three stages by touch alone."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from judgments.models import Judgment, Task
from tests import worlds
from tests.judgments.browsing import submitted

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SMALLEST_TARGET = 44


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    yield page
    context.close()


@pytest.mark.parametrize(("number", "label"), [(1, "2"), (2, "0"), (3, "4")])
def test_a_stage_is_judged_by_touch_alone(phone: Page, live_server, number, label):
    world = worlds.rateable_study(subjects=1)
    Task.objects.filter(stage__study=world).update(flagged=True)
    phone.goto(f"{live_server.url}/r/{worlds.entry_link(world.stages.get(number=number)).token}/")
    phone.get_by_role("button", name="Start").tap()
    expect(phone.locator("#marked")).to_contain_text("0 /")
    phone.get_by_role("button", name="Show it").tap()
    option = phone.locator(f".unit--current .choice__option:has(input[value='{label}'])")
    if number == 3:  # the overall answer first
        option.tap()
        phone.locator("#submit").tap()
        expect(phone.locator(".first-answer")).to_be_visible()
    units = phone.locator("[data-unit]")
    count = units.count()
    for place in range(count):
        expect(units.nth(place)).to_have_class(re.compile("unit--current"))  # the answer before led here
        option.tap()
        if number == 1 and place < count - 1:  # an unsure one waits for what is wrong
            phone.get_by_role("button", name="Statements").tap()
            phone.locator(".line").nth(place + 1).tap()
    phone.get_by_role("button", name="More").tap()
    for target in (option, phone.locator("#submit"), phone.get_by_role("button", name="Set aside").last):
        box = target.bounding_box()
        assert box
        assert box["height"] >= SMALLEST_TARGET
    phone.keyboard.press("Escape")
    if number == 1:
        phone.locator(".line:has-text('1')").first.tap()
        while phone.locator(".unit--current [data-shows-evidence]").count() == 0:
            phone.keyboard.press("j")
        phone.locator(".unit--current [data-shows-evidence]").first.tap()
        expect(phone.locator("mark.evidence[aria-current=true]")).to_be_in_viewport()
        expect(phone.locator(".unit--current")).to_be_in_viewport()
    phone.locator("#submit").tap()
    submitted(phone)
    assert set(Judgment.objects.values_list("label", flat=True)) <= ({2, 4} if number == 3 else {int(label)})
    assert Judgment.objects.count() == count + (number == 3)
