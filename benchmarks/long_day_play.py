"""A rater's day by keyboard, at the workbench or at the pages that were before it."""

import re
from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect

from benchmarks.long_day_texts import WORD
from benchmarks.long_day_watch import MOVES, Hands, Traffic, Watched

SETTLED_MS = 1500  # by then what a page loads by itself has been loaded
SEARCHED_MS = 900
MOST_TABS = 12
AT = "form => document.activeElement.closest(form) !== null"


def stage_played(browser: Browser, url: str, number: int, *, pages: int) -> Watched:
    """The first page with all that can be done besides judging, the last one is set aside."""
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.set_default_timeout(60_000)
    page.add_init_script(MOVES)
    arrive(page, url)
    traffic = Traffic(page)
    watched = Watched(first=_first(page, traffic))
    hands = Hands(page, watched)
    _read(hands, number)
    for at in range(pages):
        hands.pressed = 0
        if at < pages - 1:
            judge(hands, number)
        else:
            _set_aside(hands)
        watched.keys.append(hands.pressed)
        page.wait_for_timeout(SETTLED_MS)
        watched.later.append(traffic.read())
    page.context.close()
    return watched


def arrive(page: Page, url: str) -> None:
    page.goto(url)
    page.get_by_role("button", name=re.compile("Start|Go on")).click()
    expect(page.locator("#marked")).to_contain_text("0 /")


def _first(page: Page, traffic: Traffic) -> tuple[int, int]:
    page.context.new_cdp_session(page).send("Network.clearBrowserCache")
    page.wait_for_timeout(SETTLED_MS)
    traffic.requests.clear()
    page.reload()
    expect(page.locator("#marked")).to_contain_text("0 /")
    page.wait_for_timeout(SETTLED_MS)
    return traffic.read()


def is_workbench(page: Page) -> bool:
    return page.locator(".bench").count() > 0


def _read(hands: Hands, number: int) -> None:
    """Scrolls, jumps and notes: what the product of that time has a key for."""
    hands.press("c")
    hands.write("One thing that I would like to keep in mind.")
    if not is_workbench(hands.page):
        if number == 1:
            hands.press("e", "e")
        return
    hands.press("Escape", "Space", "PageDown", "Home")
    if number == 1:
        hands.press("e", "e", "/")
        hands.write(WORD)
        hands.page.wait_for_timeout(SEARCHED_MS)
        hands.press("Enter", "Shift+Enter", "Escape")
        hands.page.locator("#fold").focus()
        hands.fold()
        hands.fold()
    if number == 3:
        hands.press("l", "End", "r", "PageDown", "s", "Home", "s", "d", "d", "t")


def judge(hands: Hands, number: int) -> None:
    """One page. At stage 1 one statement is rejected for a reason."""
    {1: _statements, 2: _facts, 3: _responses}[number](hands)


def _statements(hands: Hands) -> None:
    _leave(hands)
    hands.press(*"1" * 5)
    if is_workbench(hands.page):
        hands.press("4")
    else:
        _blamed_by_list(hands)
    hands.press(*"1" * (_units(hands) - 6))
    hands.enter()


def _blamed_by_list(hands: Hands) -> None:
    hands.press("3", "k")
    _tab(hands, lambda: hands.page.evaluate("document.activeElement.matches('select')"))
    hands.press("ArrowDown", "Tab", "j")


def _tab(hands: Hands, is_there: Callable[[], bool]) -> None:
    for _time in range(MOST_TABS):
        hands.press("Tab")
        if is_there():
            return
    raise LookupError("Tab does not lead there.")


def _facts(hands: Hands) -> None:
    _leave(hands)
    hands.press(*("yn" * _units(hands))[: _units(hands)])
    hands.enter()


def _responses(hands: Hands) -> None:
    _leave(hands)
    hands.press("4")
    hands.enter()
    hands.press(*"2345"[: _units(hands)])
    hands.enter()


def _leave(hands: Hands) -> None:
    """A note that is still being written, by the browser's own way where there is no key."""
    hands.page.evaluate("document.activeElement.blur()")
    hands.page.evaluate("document.querySelector('.unit--current').focus({ preventScroll: true })")


def _units(hands: Hands) -> int:
    return hands.page.locator("[data-unit]").count()


def _set_aside(hands: Hands) -> None:
    _leave(hands)
    hands.press("f")
    hands.page.locator("#act-cannot_judge").focus()
    hands.press("Space")
    hands.enter()
