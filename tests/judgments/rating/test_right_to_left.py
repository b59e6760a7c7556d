"""On a page that reads from right to left, what is called left is at the left: a mark goes to the response that was meant."""

import pytest
from playwright.sync_api import Page

from tests import worlds
from tests.judgments.browsing import start

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def places(page: Page, selector: str) -> list[float]:
    """How far from the left each of them begins."""
    found: list[float] = page.locator(selector).evaluate_all("each => each.map(one => one.getBoundingClientRect().x)")
    return found


def reads_in_the_window(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_the_left_response_is_at_the_left_in_arabic_too(page: Page, live_server):
    page.set_viewport_size({"width": 1280, "height": 800})
    start(page, live_server.url, worlds.rateable_study().stages.get(number=3))
    page.set_extra_http_headers({"Accept-Language": "ar"})
    page.reload()
    assert page.locator("html").get_attribute("dir") == "rtl"
    left, right = places(page, "#left, #right")
    assert left < right
    steps = places(page, ".choice--scale:first-of-type .choice__option")[:5]
    assert steps == sorted(set(steps))
    assert len(steps) == 5
    assert reads_in_the_window(page)
    page.set_viewport_size({"width": 390, "height": 844})
    left, right = places(page, '.tabs [data-shows="left"], .tabs [data-shows="right"]')
    assert left < right
    assert reads_in_the_window(page)
