"""A rater's day on material of real length, by keyboard in Chromium: what it takes, what moves, what is on the screen.

    CHROMIUM=/usr/bin/chromium python -m yardstick.embedded exec --ephemeral -- python benchmarks/long_day.py --shots FOLDER

A subject has 60 conversations of some 68,000 words together or one of 300 turns, a case two responses of 1,640 words with mathematics,
tables and long code, a person card of 12 entries and four questions after the overall one. ``--root FOLDER`` plays the same day at
another checkout, such as one from before the workbench. Figures: docs/performance.md, The long day.
"""

import argparse
import logging
import os
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
arguments.add_argument("--root", type=Path, default=HERE, help="the checkout that is played")
arguments.add_argument("--pages", type=int, default=5, help="of each stage; the last one is set aside")
arguments.add_argument("--port", type=int, default=8461)
arguments.add_argument("--shots", type=Path, help="a folder for screenshots")
asked = arguments.parse_args()
ROOT = asked.root.resolve()
# What the other checkout has is taken from there; the modules of this script from here.
sys.path[:0] = [str(ROOT), str(HERE)]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yardstick.settings")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

import django  # noqa: E402 - after the checkout is chosen

django.setup()
logging.getLogger("httpx2").setLevel(logging.WARNING)

from django.core.management import call_command  # noqa: E402 - Django must be set up first
from playwright.sync_api import Browser, sync_playwright  # noqa: E402

from benchmarks.long_day_material import long_study, words_of  # noqa: E402
from benchmarks.long_day_play import stage_played  # noqa: E402
from benchmarks.long_day_server import WebProcess, serving  # noqa: E402
from benchmarks.long_day_shots import take_shots  # noqa: E402
from benchmarks.long_day_times import first_and_next  # noqa: E402
from benchmarks.long_day_watch import Watched  # noqa: E402
from conversations.models import Study  # noqa: E402
from tests import worlds  # noqa: E402

STAGES = (1, 2, 3)


def main() -> None:
    call_command("migrate", verbosity=0)
    study = long_study(pages=asked.pages)
    print(f"words of the conversations of each subject: {words_of(study)}")
    with serving(ROOT, asked.port) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM"), args=["--no-sandbox", "--disable-gpu"]
        )
        if asked.shots:
            take_shots(browser, lambda number: address(server, study, number), asked.shots)
        else:
            play(browser, server, study)
        browser.close()


def play(browser: Browser, server: WebProcess, study: Study) -> None:
    # Before the browser's rater: nobody has opened these pages in this process yet.
    for line in first_and_next(server, address(server, study, 1), pages=asked.pages):
        print(line)
    for number in STAGES:
        report(number, stage_played(browser, address(server, study, number), number, pages=asked.pages))


def address(server: WebProcess, study: Study, number: int) -> str:
    return f"{server.url}/r/{worlds.entry_link(study.stages.get(number=number)).token}/"


def report(number: int, watched: Watched) -> None:
    requests = [count for count, _bytes in watched.later]
    sent = [size for _count, size in watched.later]
    print(f"stage {number}")
    print(f"  keys: {' '.join(map(str, watched.keys))} (the last page is set aside)")
    print(f"  first view: {watched.first[0]} requests, {kilobytes([watched.first[1]])}")
    print(f"  a later page: {statistics.median(requests):.0f} requests, {kilobytes(sent)}")
    print(f"  Enter to ready: {milliseconds(watched.ready)}")
    print(f"  moved by an input: {watched.moved:.3f} at most, {watched.replaced:.3f} where a page is replaced", end="")
    print(f", {watched.folded:.3f} where all conversations are folded" if watched.folded else "")
    unseen = f"; not after {', '.join(sorted(watched.unseen))}" if watched.unseen else ""
    print(f"  all on the screen: after {sum(watched.seen)} of {len(watched.seen)} inputs{unseen}", flush=True)


def kilobytes(sizes: Sequence[int]) -> str:
    return f"{statistics.median(sizes) / 1000:.0f} kB compressed (median), {max(sizes) / 1000:.0f} at most"


def milliseconds(times: Sequence[float]) -> str:
    worst = sorted(times)[max(0, round(0.95 * len(times)) - 1)]
    return f"median {statistics.median(times):.0f} ms, p95 {worst:.0f} ms ({len(times)} times)"


main()
