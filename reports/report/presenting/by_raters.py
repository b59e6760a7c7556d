"""Who judged: figures by link, platform and how far into their work raters were."""

from typing import Any

from judgments.stages import behaviour
from reports.report.presenting.blocks import (
    Cell,
    Section,
    TableBlock,
    count_cell,
    largest,
    left_out,
    share_cell,
    signed_cell,
)
from reports.report.presenting.sampling import by_chance, interval_notes

TITLE = "By raters"
LEAD = (
    "Whether who judged, where they came from, how long they had judged or whether they had judged the subject's attributes makes a difference. At stages 1 and 2 the value is how "
    "often they accept or say yes, at stage 3 the mean rating of whole responses, minus 3."
)
NOT_KNOWN = "These figures were computed before they were told apart by raters."
NOBODY = "No human has judged yet."
GROUPS = {"link": "Entry link", "platform": "Platform", "tenure": "Half of their work", "subject": "What they had read"}
IN_A_TABLE = 40


def by_raters_section(figures: dict[str, Any]) -> Section:
    found = figures.get("by_raters")
    if found is None:
        return Section("by-raters", TITLE, missing=NOT_KNOWN)
    blocks = [_table(title, rows) for name, title in GROUPS.items() if (rows := _judged(found.get(name, [])))]
    return Section("by-raters", TITLE, LEAD, blocks, "" if blocks else NOBODY)


def _judged(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in rows if row["judgments"]]


def _table(title: str, rows: list[dict[str, Any]]) -> TableBlock:
    shown = largest(rows, lambda row: int(row["judgments"]), IN_A_TABLE)
    cells = [
        [
            Cell(row["name"]),
            Cell(str(row["stage"])),
            count_cell(row["raters"]),
            count_cell(row["judgments"]),
            Cell(row["measured"]),
            (signed_cell if behaviour(row["stage"]).has_sides else share_cell)(row["value"]),
            share_cell(row["agreement"]),
        ]
        for row in shown
    ]
    columns = [title, "Stage", "Raters", "Judgments", "Figure", "Value", "Others say the same"]
    notes = [
        *left_out(rows, IN_A_TABLE),
        *by_chance(len(shown)),
        *interval_notes(*(row[key] for row in shown for key in ("value", "agreement"))),
    ]
    return TableBlock(f"Human judgments by {title.lower()}, with 95 % intervals.", columns, cells, notes)
