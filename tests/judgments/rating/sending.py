"""A rater marks, sends, and what is stored of it."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from conversations.models import Stage
from judgments.models import Judgment
from tests import worlds
from tests.judgments.faults import Fault

KEYS = {"1": 1, "2": 2, "3": 3}


def begin(page: Page, address: str, stage: Stage) -> None:
    page.goto(f"{address}/r/{worlds.entry_link(stage).token}/")
    page.get_by_role("button", name=re.compile("Start|Go on")).click()
    expect(page.locator("#marked")).to_contain_text("0 /")


def mark(page: Page, keys: str) -> dict[int, int]:
    """Give the page's units these labels by keyboard, in the order they are shown. Returns what was given."""
    units = [int(unit) for unit in page.locator("[data-unit]").evaluate_all("all => all.map(one => one.dataset.unit)")]
    page.locator("[data-unit]").first.focus()
    for key in keys:
        page.keyboard.press(key)
        if key != "1":  # waits for what is wrong with the statement
            page.keyboard.press("j")
    expect(page.locator("#marked")).to_have_text(f"{len(keys)} / {len(units)}")
    return dict(zip(units, [KEYS[key] for key in keys], strict=True))


def give(page: Page, keys: str) -> dict[int, int]:
    """Judge the page and wait until the next one is there."""
    given = mark(page, keys)
    before = page.locator("#task-form").get_attribute("data-assignment")
    page.keyboard.press("Enter")
    expect(page.locator(f'#task-form[data-assignment="{before}"]')).to_have_count(0)
    return given


def stored(stage: Stage) -> dict[int, int]:
    rows = Judgment.objects.filter(stage_number=stage.number, unit__task__stage=stage).values_list("unit_id", "label")
    assert len(rows) == len(dict(rows)), "one judgment for each unit"
    return dict(rows)


def to_submits(faults: list[Fault]) -> Callable[[str, str], Fault]:
    turn = iter([*faults, *[Fault.NONE] * 100])
    return lambda method, path: next(turn) if path.endswith("/submit/") else Fault.NONE
