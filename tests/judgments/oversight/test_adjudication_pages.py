"""Adjudicating and previewing in a browser: the keys of raters, without their traces."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from conversations.enums import Role
from conversations.models import Membership, Study
from judgments.models import Adjudication, Assignment, Consensus
from tests import factories, worlds
from tests.judgments.raters_at_work import work_until_nothing_left

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
REPAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50))))"
SETTLED = "() => Promise.all(document.getAnimations().map(animation => animation.finished.catch(() => null)))"


@pytest.fixture
def study() -> Study:
    return worlds.rateable_study()


@pytest.fixture
def owner(page: Page, live_server, study) -> Page:
    user = User.objects.create_user("ada")
    Membership.objects.create(study=study, user=user, role=Role.OWNER)
    client = Client()
    client.force_login(user)
    cookie = client.cookies["sessionid"]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    return page


def check(page: Page) -> None:
    """Nothing for axe to find and nothing that scrolls sideways, in both schemes, on a phone and on a desk."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.evaluate(REPAINTED)
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 844})
            page.evaluate(SETTLED)
            violations = Axe().run(page).response["violations"]
            found = [(each["id"], [node["html"] for node in each["nodes"]]) for each in violations]
            assert found == [], f"{page.url}, {scheme}, {width} px"
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{width} px"


def test_units_are_adjudicated_by_keyboard_alone(owner, live_server, study):
    for number, labels in ((1, (1, 3)), (3, (1, 5))):
        stage = study.stages.get(number=number)
        for label in labels:
            work_until_nothing_left(factories.rater(study), stage, timezone.now(), label=label)
    owner.goto(f"{live_server.url}/studies/{study.slug}/adjudication/")
    check(owner)
    owner.get_by_role("link", name="Cooks with weights").first.click()
    expect(owner.locator(".unit--current")).to_be_visible()  # the page's module is at work
    owner.keyboard.press("e")
    expect(owner.locator("mark[aria-current=true]")).to_be_in_viewport()
    owner.keyboard.press("2")
    expect(owner.get_by_role("radio", name="Unsure")).to_be_checked()
    owner.keyboard.press("Enter")
    expect(owner.get_by_role("alert").filter(has_text="give the reason")).to_be_visible()
    owner.keyboard.type("It does not say always.")
    check(owner)
    owner.keyboard.press("Control+Enter")
    expect(owner.get_by_role("heading", name="What raters said")).to_be_visible()
    check(owner)
    decided = Adjudication.objects.get()
    assert (decided.label, decided.note) == (2, "It does not say always.")
    assert Consensus.objects.get(unit_id=decided.unit_id).label == 2
    owner.locator("body").click(position={"x": 2, "y": 300})
    with owner.expect_navigation():
        owner.keyboard.press("j")
    expect(owner.get_by_text("what the raters said is shown once you have")).to_be_visible()
    owner.keyboard.press("?")
    expect(owner.get_by_role("dialog", name="Keys")).to_be_visible()


def test_a_preview_has_the_keys_of_raters_and_keeps_nothing(owner, live_server, study):
    owner.goto(f"{live_server.url}/studies/{study.slug}/stages/1/preview/")
    expect(owner.locator(".unit--current")).to_be_visible()
    units = owner.locator("[data-unit]")  # in an order that is drawn, and one of them has no evidence
    units.filter(has_text="Cooks with weights").get_by_role("radio").first.focus()
    owner.keyboard.press("e")
    expect(owner.locator("mark[aria-current=true]")).to_be_in_viewport()
    units.first.get_by_role("radio").first.focus()
    owner.keyboard.type("1")
    owner.keyboard.press("Enter")
    expect(owner.get_by_role("alert").filter(has_text="not judged yet")).to_be_visible()
    owner.keyboard.type("2j3")
    check(owner)
    owner.keyboard.press("g")
    expect(owner.get_by_role("dialog", name="Guidelines")).to_be_visible()
    owner.keyboard.press("Escape")
    with owner.expect_navigation(url="**page=2"):
        owner.keyboard.press("Enter")
    expect(owner.locator(".unit--current")).to_be_visible()
    owner.keyboard.type("111")
    owner.keyboard.press("Enter")
    expect(owner.get_by_role("alert").filter(has_text="the last page")).to_be_visible()
    kept = owner.evaluate("[...Object.keys(localStorage), ...Object.keys(sessionStorage)]")
    assert [name for name in kept if not name.startswith("htmx")] == []
    assert not Assignment.objects.exists()
