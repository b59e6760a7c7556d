"""What benchmarks/verdict_simulation.py demands of its cells, and how it prints them."""

from collections.abc import Callable, Sequence
from statistics import mean
from typing import Any

from benchmarks.verdict_cells import LEVELS

type Result = dict[str, Any]

LEAST, LEAST_90, MOST_ON_AVERAGE = 0.93, 0.88, 0.97
MOST_WRONG, MOST_WIDE = 0.05, 1.15
DIFFER = 0.15  # raters' SD from which on coverage must not be too high
ERRORS = 3  # Monte Carlo errors that a share may lie beyond its bound
PATTERNS = {"balanced": "bal", "unbalanced": "unb", "trickling": "tri"}
HEAD = (
    "cell subj raters prompts  SDr  SDp dist pat k silent arms nested truth | shown  95 %  90 % these  width |"
    " wrong word | looks: wrong word early"
)


def line(found: Result) -> str:
    return (
        f"{found['number']:4} {found['subjects']:4} {found['raters']:6} {found['prompts']:7} {found['rater_sd']:4} {found['prompt_sd']:4} "
        f"{'skew' if found['skewed'] else 'norm'} {PATTERNS[found['pattern']]} {found['k']} {found['silent']:6} {found['arms']:4} "
        f"{'nest' if found['nested'] else 'cross':>6} {'at m' if found['at_margin'] else 'none'}  | {_share(found['shown'])} "
        f"{_share(found['covered'])} {_share(found['covered_90'])} {_share(found['covered_these'])} "
        f"{'  -   ' if found['width'] is None else format(found['width'], '6.2f')} | {_share(found['wrong'])} "
        f"{_share(found['settled'])} | {_share(found['wrong_at_looks']):>12} {_share(found['settled_at_looks'])} {_share(found['settled_early'])}"
    )


def _share(value: float | None) -> str:
    return "  -  " if value is None else f"{100 * value:5.1f}"


def summary(found: Sequence[Result]) -> list[str]:
    """The aggregates."""
    shown = [each for each in found if each["covered"] is not None]
    studies = sum(each["repetitions"] for each in found)
    these = [each["covered_these"] for each in found if each["covered_these"] is not None]
    lines = [f"{len(found)} cells, {studies} studies; an interval for others in {len(shown)} cells."]
    for name, chosen in GROUPS.items():
        cells = [each for each in shown if chosen(each)]
        if cells:
            lines.append(
                f"{name}: {len(cells)} cells, 95 % covers {_range(cells, 'covered')}, 90 % {_range(cells, 'covered_90')}, width {_range(cells, 'width', 1)}"
            )
    for at_margin, word in ((False, '"better" or "worse" at no effect'), (True, "no difference at exactly the margin")):
        cells = [each for each in shown if each["at_margin"] == at_margin]
        if cells:
            lines.append(f"{word}: {_range(cells, 'wrong')}; at five looks {_range(cells, 'wrong_at_looks')}")
    if these:
        lines.append(
            f"For these raters and prompts: {len(these)} cells, 95 % covers {100 * min(these):.1f}-{100 * max(these):.1f}"
        )
    return lines


TABLE = (
    "| level | cells | 95 % covers: mean, least | 90 % covers: mean, least | width | wrong word: mean, most | at five looks |",
    "| --- | --- | --- | --- | --- | --- | --- |",
)


def by_level(found: Sequence[Result]) -> list[str]:
    """A table in Markdown: each level over all cells that have it and show an interval for others."""
    shown = [each for each in found if each["covered"] is not None]
    lines = list(TABLE)
    for name, levels in LEVELS.items():
        for level in levels:
            cells = [each for each in shown if each[name] == level]
            if cells:
                lines.append(_level(f"{name} {level}", cells))
    return lines


def _level(name: str, cells: Sequence[Result]) -> str:
    covered, covered_90, wrong, looks = (
        [100 * each[figure] for each in cells] for figure in ("covered", "covered_90", "wrong", "wrong_at_looks")
    )
    width = mean(each["width"] for each in cells)
    return (
        f"| {name.replace('_', ' ')} | {len(cells)} | {mean(covered):.1f}, {min(covered):.1f} | {mean(covered_90):.1f}, {min(covered_90):.1f} "
        f"| {width:.2f} | {mean(wrong):.1f}, {max(wrong):.1f} | {mean(looks):.1f}, {max(looks):.1f} |"
    )


def _range(cells: Sequence[Result], figure: str, scale: int = 100) -> str:
    values = [scale * each[figure] for each in cells]
    digits = 1 if scale > 1 else 2
    return f"{min(values):.{digits}f}-{max(values):.{digits}f} (mean {mean(values):.{digits}f})"


def _large(each: Result) -> bool:
    return bool(each["raters"] >= 30 and each["prompts"] == 60)


GROUPS: dict[str, Callable[[Result], bool]] = {
    "all": lambda each: True,
    f"raters differ by {DIFFER} and more": lambda each: bool(each["rater_sd"] >= DIFFER),
    "normal": lambda each: not each["skewed"],
    "skewed": lambda each: bool(each["skewed"]),
    "30 raters and 60 prompts or more": _large,
    "the same, 50 subjects or more": lambda each: _large(each) and each["subjects"] >= 50,
}


def demands_missed(found: Sequence[Result]) -> list[str]:
    """In words; none where every demand is met."""
    silent = [each for each in found if not _may_speak(each)]
    spoke = [f"Cell {each['number']}: an interval or a word for others of too few." for each in silent if each["shown"]]
    shown = [each for each in found if each["covered"] is not None]
    below = [*_below(shown, "covered", LEAST), *_below(shown, "covered_90", LEAST_90)]
    above = [*_above(shown, "wrong", MOST_WRONG), *_above(shown, "wrong_at_looks", MOST_WRONG)]
    return [*spoke, *below, *above, *_on_average(shown)]


def _may_speak(each: Result) -> bool:
    return bool(each["raters"] >= 6 and (each["nested"] or each["prompts"] >= 10))


def _below(found: Sequence[Result], figure: str, bound: float) -> list[str]:
    return [
        f"Cell {each['number']}: {figure} {each[figure]:.3f}, below {bound}."
        for each in found
        if each[figure] < bound - _noise(bound, each)
    ]


def _above(found: Sequence[Result], figure: str, bound: float) -> list[str]:
    return [
        f"Cell {each['number']}: {figure} {each[figure]:.3f}, above {bound}."
        for each in found
        if each[figure] > bound + _noise(bound, each)
    ]


def _noise(bound: float, *cells: Result) -> float:
    studies = sum(each["repetitions"] for each in cells)
    spread: float = (bound * (1 - bound) / studies) ** 0.5
    return ERRORS * spread


def _on_average(shown: Sequence[Result]) -> list[str]:
    missed = []
    differing = [each for each in shown if each["rater_sd"] >= DIFFER]
    if differing:
        average = mean(each["covered"] for each in differing)
        if average > MOST_ON_AVERAGE + _noise(MOST_ON_AVERAGE, *differing):
            missed.append(f"Where raters differ, 95 % covers {average:.3f} on average, above {MOST_ON_AVERAGE}.")
    wide = [each["width"] for each in shown if _large(each)]
    if wide and mean(wide) > MOST_WIDE:
        missed.append(f"With 30 raters and 60 prompts the width is {mean(wide):.2f} on average, above {MOST_WIDE}.")
    return missed
