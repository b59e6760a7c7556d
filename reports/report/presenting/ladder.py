"""What fixing each stage is worth to readers: one sentence and one chart for each system that has the arms."""

from collections.abc import Iterator
from typing import Any

from reports.report.charts.chart import Chart
from reports.report.charts.steps import FIRST, REST, StepRow, steps
from reports.report.presenting import wording
from reports.report.presenting.blocks import Block, Cell, Drawn, Heading, TableBlock, Text, signed_cell
from reports.report.presenting.sampling import interval_notes

RUNGS = {
    "own": "Its own selection",
    "accepted": "Accepted attributes, selected anew",
    "relevant": "Attributes that people found relevant",
}
STEPS = {
    "extraction": "Without rejected attributes",
    "selection": "Selected as people do",
    "extraction and selection": "Both fixed",
}
LEFT = "Left to the best"
AXIS = "Points on the scale of five, against the generic response. 0: no difference. 2: all say much better."
NOTE = (
    "Each bar begins where the one before ends; the line through its end is the interval of the step. What is left to the best competes with no "
    "step: nobody says that all can be had."
)


def ladder_blocks(ladders: list[dict[str, Any]]) -> list[Block]:
    blocks: list[Block] = []
    for place, ladder in enumerate(ladders):
        name = [Heading(ladder["system"])] if len(ladders) > 1 else []
        said = [Text([ladder["sentence"]])] if len(ladders) > 1 or ladder["word"] is None else []
        drawn = [Drawn(_chart(place, ladder), NOTE)] if ladder["cases"] else []
        blocks += [*name, *said, *drawn, _table(ladder)]
    return blocks


def _chart(place: int, ladder: dict[str, Any]) -> Chart:
    rows = list(_rows(ladder))
    return steps(
        f"ladder-{place + 1}" if place else "ladder",
        f"What fixing each stage is worth: {ladder['system']}",
        f"{ladder['sentence']} In points: {'; '.join(f'{row.name} {row.said}' for row in rows)}.",
        rows,
        AXIS,
    )


def _rows(ladder: dict[str, Any]) -> Iterator[StepRow]:
    rungs = _rungs(ladder)
    first = rungs[0]["effect"]
    place = first["value"]
    yield StepRow(RUNGS[rungs[0]["policy"]], place, place, first["low"], first["high"], FIRST)
    for step in ladder["steps"]:
        effect = step["effect"]
        low, high = (None if effect[end] is None else place + effect[end] for end in ("low", "high"))
        yield StepRow(STEPS[step["name"]], place, place + effect["value"], low, high)
        place += effect["value"]
    left = ladder["left"]
    if left["value"] is not None:
        yield StepRow(LEFT, place, place + left["value"], None, None, REST)


def _rungs(ladder: dict[str, Any]) -> list[dict[str, Any]]:
    return [rung for rung in ladder["rungs"] if rung["arm"] is not None]


def _table(ladder: dict[str, Any]) -> TableBlock:
    """Rungs and the steps between them, from the lowest up."""
    steps_to = {step["upper"]: step for step in ladder["steps"]}
    rungs = _rungs(ladder)
    rows = []
    for rung in rungs:
        if rung["policy"] in steps_to:
            step = steps_to[rung["policy"]]
            rows.append([Cell(f"Step: {STEPS[step['name']].lower()}"), signed_cell(step["effect"]), Cell(step["word"])])
        rows.append([Cell(RUNGS[rung["policy"]]), signed_cell(rung["effect"]), Cell("")])
    whole = ladder["word"] is not None
    apart = [[Cell("First step minus the second"), signed_cell(ladder["apart"]), Cell("")]] if whole else []
    rows += [
        *apart,
        *([[Cell(LEFT), signed_cell(ladder["left"]), Cell("")]] if ladder["left"]["value"] is not None else []),
    ]
    shown = [row["effect"] for row in (*rungs, *ladder["steps"])]
    known = [each for each in (ladder["apart"], ladder["left"]) if each["value"] is not None]
    return TableBlock(
        f"{ladder['system']} in {wording.many(ladder['cases'], 'case')}, in points against the generic response.",
        ["Attributes that it is given", "Points", "Word"],
        rows,
        [*ladder["notes"], *interval_notes(*shown, *known)],
    )
