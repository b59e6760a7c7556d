"""What a page does to those who read it: what moves, what axe finds, what a screen reader says."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize

from tests.judgments.rating.real_size import STATEMENTS

DESK: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
MOST_SHIFT = 0.01
# All that moves, also shortly after an input.
WATCH = """window.shifted = 0;
new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.shifted += entry.value; })
    .observe({ type: "layout-shift", buffered: true });"""
SETTLED = "() => Promise.all(document.getAnimations().map(animation => animation.finished.catch(() => null)))"


def watch_from_now(page: Page) -> None:
    """What moves before the page is at rest is not asked for. ``WATCH`` is the page's first script."""
    page.wait_for_timeout(300)
    page.evaluate("window.shifted = 0")


def nothing_moved(page: Page) -> None:
    page.wait_for_timeout(150)
    assert page.evaluate("window.shifted") < MOST_SHIFT


def violations(page: Page) -> list[tuple[str, list[str]]]:
    """What axe finds once colours have changed to what they become."""
    page.evaluate(SETTLED)
    found = Axe().run(page).response["violations"]
    return [(each["id"], [node["html"] for node in each["nodes"]]) for each in found]


def statements_read(page: Page) -> list[str]:
    """The statements in the order in which a screen reader comes to them."""
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")
    texts = [node["name"]["value"] for node in tree["nodes"] if node.get("role", {}).get("value") == "StaticText"]
    return [text for text in texts if text in STATEMENTS]
