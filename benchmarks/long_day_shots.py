"""Screenshots of the long day, to be looked at: three windows, light and dark, forced colours, print."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, ViewportSize

from benchmarks.long_day_play import arrive
from benchmarks.long_day_texts import WORD

WINDOWS: dict[str, ViewportSize] = {
    "1280": {"width": 1280, "height": 800},
    "1440": {"width": 1440, "height": 900},
    "390": {"width": 390, "height": 844},
}
SCHEMES: Sequence[Literal["light", "dark"]] = ("light", "dark")
QUIET_MS = 700


def take_shots(browser: Browser, address: Callable[[int], str], folder: Path) -> None:
    """``address`` gives a new rater's way into a stage. The states follow each other on one page of each stage."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, poses in ((1, STATEMENTS), (2, FACTS), (3, RESPONSES)):
        page = browser.new_context(viewport=WINDOWS["1280"], reduced_motion="reduce").new_page()
        page.set_default_timeout(60_000)
        arrive(page, address(number))
        for pose in poses:
            pose.act(page)
            page.wait_for_timeout(QUIET_MS)
            _take(page, pose, folder / f"stage{number}-{pose.name}")
        page.context.close()


@dataclass(frozen=True, slots=True)
class Pose:
    """A state of a page: what leads to it from the one before, and whether paper and forced colours are taken of it too."""

    name: str
    act: Callable[[Page], None]
    with_media: bool = False


def _take(page: Page, pose: Pose, path: Path) -> None:
    for window, size in WINDOWS.items():
        page.set_viewport_size(size)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            page.wait_for_timeout(QUIET_MS)
            page.screenshot(path=f"{path}-{window}-{scheme}.png")
    page.set_viewport_size(WINDOWS["1280"])
    page.emulate_media(color_scheme="light")
    if pose.with_media:
        page.emulate_media(forced_colors="active")
        page.screenshot(path=f"{path}-1280-forced.png")
        page.emulate_media(forced_colors="none", media="print")
        page.screenshot(path=f"{path}-print.png", full_page=True)
        page.emulate_media(media="screen")


def _keys(*keys: str) -> Callable[[Page], None]:
    def press(page: Page) -> None:
        for key in keys:
            page.keyboard.press(key)

    return press


def _search(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type(WORD)


def _answer_first(page: Page) -> None:
    page.keyboard.press("4")
    page.keyboard.press("Enter")
    page.wait_for_selector(".ruler--begun button:nth-child(1)", state="attached")
    page.wait_for_timeout(QUIET_MS)


def _to(selector: str) -> Callable[[Page], None]:
    return lambda page: page.locator(selector).first.scroll_into_view_if_needed()


def _after(first: Callable[[Page], None], then: Callable[[Page], None]) -> Callable[[Page], None]:
    def act(page: Page) -> None:
        first(page)
        then(page)

    return act


def _tab(name: str) -> Callable[[Page], None]:
    return lambda page: page.locator(f'[data-shows="{name}"]').evaluate("tab => tab.click()")


STATEMENTS = (
    Pose("begun", _keys(), with_media=True),
    Pose("evidence", _keys("1", "4", "e"), with_media=True),
    Pose("search", _search),
    Pose("statements", _after(_keys("Escape"), _tab("statements"))),
    Pose("note", _after(_tab("conversations"), _keys("c"))),
    Pose("missing", _keys("Escape", "Enter")),
)
FACTS = (Pose("begun", _keys(), with_media=True), Pose("note", _keys("y", "n", "c")))
RESPONSES = (
    Pose("begun", _keys(), with_media=True),
    Pose("mathematics", _to("#left math[display=block]")),
    Pose("table", _to("#left table")),
    Pose("right-code", _after(_tab("right"), _to("#right pre"))),
    Pose("asked-one-by-one", _answer_first, with_media=True),
    Pose("differences", _keys("2", "d")),
    Pose("person", _tab("person")),
    Pose("set-aside", _keys("f")),
)
