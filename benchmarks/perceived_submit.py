"""What a rater feels, measured in Chromium: from Enter to the next task painted, and how long a long page takes to open.

    CHROMIUM=/usr/bin/chromium python -m yardstick.embedded exec --ephemeral -- python benchmarks/perceived_submit.py

Last figures (2 cores, embedded PostgreSQL 18, Django's test server; median and p95): a submit 58 and 66 ms at stage 1,
68 and 81 ms at stage 2, 67 and 82 ms at stage 3. With a conversation of 500 turns and 200 kB that no rater of this
process has seen before 212 and 244 ms, 55 ms of it Markdown; turns are kept for the next rater. Opening 500 turns takes
1.34 times as long as 10; frames while scrolling 17 ms.
"""

import os
import statistics
import sys
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yardstick.settings")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
django.setup()

from django.core.management import call_command  # noqa: E402 - Django must be set up first
from django.test.utils import setup_test_environment  # noqa: E402
from playwright.sync_api import Browser, Page, expect, sync_playwright  # noqa: E402

from benchmarks.local_server import server  # noqa: E402
from tests import worlds  # noqa: E402
from tests.judgments.browsing import lengthen, start  # noqa: E402

SUBMITS = 30
WARM_UP = 3
OPENINGS = 7
LABEL_KEYS = {1: "1", 2: "y", 3: "4"}
# From the key press until the frame in which the next task stands has been painted.
WATCH = """() => {
    const task = document.getElementById("task");
    window.painted = new Promise((resolve) => {
        let pressed = 0;
        document.addEventListener("keydown", (event) => { pressed = event.timeStamp; }, { capture: true, once: true });
        const observer = new MutationObserver(() => {
            observer.disconnect();
            requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - pressed)));
        });
        observer.observe(task, { childList: true });
    });
}"""
# From the start of the navigation until the page's own module has marked a unit and the frame is painted.
OPENED = """() => new Promise((resolve) => {
    const look = () => document.querySelector(".unit--current")
        ? requestAnimationFrame(() => setTimeout(() => resolve(performance.now())))
        : setTimeout(look, 2);
    look();
})"""
# The longest frame while the pane of conversations is scrolled from its beginning to its end.
SCROLL = """async () => {
    const pane = document.querySelector(".panes--statements > .pane");
    const frame = () => new Promise(requestAnimationFrame);
    const frames = [];
    let last = await frame();
    for (let step = 0; step <= 120; step += 1) {
        pane.scrollTop = (pane.scrollHeight - pane.clientHeight) * step / 120;
        const now = await frame();
        frames.push(now - last);
        last = now;
    }
    frames.sort((one, other) => one - other);
    return [frames[Math.floor(frames.length / 2)], frames[Math.floor(frames.length * 0.95)], frames.at(-1)];
}"""


def submits(page: Page, number: int) -> list[float]:
    """Milliseconds from Enter to the next task, for each of the submits after the first few."""
    times = []
    for _task in range(WARM_UP + SUBMITS):
        expect(page.locator("#marked")).to_contain_text("0 /")
        for _unit in range(page.locator("[data-unit]").count()):
            page.keyboard.press(LABEL_KEYS[number])
        page.evaluate(WATCH)
        page.keyboard.press("Enter")
        times.append(page.evaluate("window.painted"))
    return times[WARM_UP:]


def report(what: str, times: list[float]) -> None:
    worst = sorted(times)[max(0, round(0.95 * len(times)) - 1)]
    print(f"{what}: median {statistics.median(times):.0f} ms, p95 {worst:.0f} ms ({len(times)} times)")


def measure_submits(browser: Browser, url: str, *, turns: int | None = None) -> None:
    study = worlds.rateable_study(subjects=WARM_UP + SUBMITS + 1, prompts=1)
    if turns:
        lengthen(study, turns=turns)
    for number in (1,) if turns else (1, 2, 3):
        page = browser.new_context(viewport={"width": 1280, "height": 844}).new_page()
        start(page, url, study.stages.get(number=number))
        report(f"submit at stage {number}, {turns or 2} turns", submits(page, number))
        page.close()


def measure_opening(browser: Browser, url: str, turns: int) -> float:
    study = worlds.rateable_study(subjects=1, prompts=1)
    lengthen(study, turns=turns)
    page = browser.new_context(viewport={"width": 1280, "height": 844}).new_page()
    start(page, url, study.stages.get(number=1))
    times: list[float] = []
    for _opening in range(OPENINGS):
        page.reload(wait_until="commit")
        times.append(page.evaluate(OPENED))
    report(f"open {turns} turns", times)
    middle, high, longest = page.evaluate(SCROLL)
    print(f"  frames while scrolling: median {middle:.0f} ms, p95 {high:.0f} ms, longest {longest:.0f} ms")
    page.close()
    return statistics.median(times)


def main() -> None:
    setup_test_environment()
    call_command("migrate", verbosity=0)
    with server() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM"), args=["--no-sandbox", "--disable-gpu"]
        )
        measure_submits(browser, url)
        measure_submits(browser, url, turns=500)
        short, long = (measure_opening(browser, url, turns) for turns in (10, 500))
        print(f"500 turns take {long / short:.2f} times as long to open as 10")
        browser.close()


main()
