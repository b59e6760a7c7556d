"""What a browser sees while a page is judged: what is sent, what moves, what is on the screen, when the next page can be answered."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import Page, Request

AFTER_KEY_MS = 120  # what an input moves, it moves by then
# All that moves: also what an input moves, which browsers leave out of their own sum.
MOVES = """window.moved = 0;
new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.moved += entry.value; })
    .observe({ type: "layout-shift", buffered: true });"""
# From the key until a page, or a step of one, that was not there before can be answered and is painted.
READY = """() => {
    const task = document.getElementById("task");
    const form = () => task.querySelector("#task-form");
    const at = () => `${form()?.dataset.assignment} ${form()?.dataset.goesOn}`;
    const before = at();
    const isNew = () => at() !== before && (!form() || (!form().inert && form().querySelector(".unit--current")));
    window.ready = new Promise((resolve) => {
        let pressed = 0;
        document.addEventListener("keydown", (event) => { pressed = event.timeStamp; }, { capture: true, once: true });
        const observer = new MutationObserver(() => {
            if (!isNew()) return;
            observer.disconnect();
            requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - pressed)));
        });
        observer.observe(task, { childList: true, subtree: true, attributes: true });
    });
}"""
# Which of prompt, question and texts can be seen: prompt and question whole, a text by 200 pixels at least.
SEEN = """() => {
    const share = (place) => {
        let { top, bottom, left, right } = place.getBoundingClientRect();
        for (let each = place.parentElement; each; each = each.parentElement) {
            if (getComputedStyle(each).overflowY === "visible") continue;
            const around = each.getBoundingClientRect();
            [top, bottom] = [Math.max(top, around.top), Math.min(bottom, around.bottom)];
        }
        return { height: Math.min(bottom, innerHeight) - Math.max(top, 0), whole: bottom - top, isIn: left >= 0 && right <= innerWidth };
    };
    const whole = (place) => { const { height } = share(place); return place.getBoundingClientRect().height <= height + 1; };
    const unit = document.querySelector(".unit--current");
    const asked = document.querySelector(".prompt__text");
    const texts = [...document.querySelectorAll(".panes--responses .pane__body, .bench--statements > .pane, .panes--statements > .pane:first-child")];
    return Boolean(unit) && whole(unit.querySelector(".unit__text")) && whole(unit.querySelector(".choice"))
        && (!asked || whole(asked)) && texts.every((text) => share(text).height >= 200);
}"""


@dataclass(slots=True)
class Traffic:
    """Requests since the last reading. Text that the application sends is counted as its proxy packs it."""

    page: Page
    requests: list[Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("requestfinished", lambda request: self.requests.append(request))  # noqa: PLW0108 - playwright marks what it calls

    def read(self) -> tuple[int, int]:
        """How many requests, and how many bytes of bodies."""
        taken, self.requests[:] = list(self.requests), []
        return len(taken), sum(map(_sent, taken))


def _sent(request: Request) -> int:
    response = request.response()
    if response is None or response.from_service_worker or response.status in (204, 302, 303):
        return 0
    if "content-encoding" in response.headers or "font" in response.headers.get("content-type", ""):
        return request.sizes()["responseBodySize"]
    return len(gzip.compress(response.body(), 6))


@dataclass(slots=True)
class Watched:
    """One stage, from its first page on."""

    keys: list[int] = field(default_factory=list)  # of each page
    seen: list[bool] = field(default_factory=list)  # after each input
    unseen: set[str] = field(default_factory=set)  # inputs after which not all was
    moved: float = 0.0  # the most after any input but Enter and those that fold
    folded: float = 0.0  # the most where the rater folds or unfolds all
    replaced: float = 0.0  # the most after Enter, which brings other content
    ready: list[float] = field(default_factory=list)  # milliseconds from Enter
    first: tuple[int, int] = (0, 0)  # requests and bytes of the first page, with nothing kept by the browser
    later: list[tuple[int, int]] = field(default_factory=list)  # from one page's first key to the next one's


@dataclass(slots=True)
class Hands:
    """Presses keys, and looks after each."""

    page: Page
    watched: Watched
    pressed: int = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self._watching(key, lambda key=key: self.page.keyboard.press(key))  # type: ignore[misc]
            self.pressed += 1

    def write(self, text: str) -> None:
        """Letters that are not counted as keys of the page."""
        self._watching("letters", lambda: self.page.keyboard.type(text))

    def fold(self) -> None:
        """All conversations, by the button that has focus."""
        before, self.watched.moved = self.watched.moved, 0.0
        self.press("Space")
        self.watched.folded, self.watched.moved = max(self.watched.folded, self.watched.moved), before

    def enter(self) -> None:
        self.page.evaluate(READY)
        self.page.evaluate("window.moved = 0")
        self.page.keyboard.press("Enter")
        self.pressed += 1
        self.watched.ready.append(self.page.evaluate("window.ready"))
        self.page.wait_for_timeout(AFTER_KEY_MS)
        self.watched.replaced = max(self.watched.replaced, self.page.evaluate("window.moved"))

    def _watching(self, name: str, act: Callable[[], None]) -> None:
        self.page.evaluate("window.moved = 0")
        act()
        self.page.wait_for_timeout(AFTER_KEY_MS)
        self.watched.moved = max(self.watched.moved, self.page.evaluate("window.moved"))
        self.watched.seen.append(self.page.evaluate(SEEN))
        if not self.watched.seen[-1]:
            self.watched.unseen.add(name)
