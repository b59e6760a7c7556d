"""Who looked early."""

from typing import Any

from judgments.enums import LookWay
from reports.report.presenting.blocks import Block, Cell, Section, TableBlock, Text, count_cell

LEAD = (
    "Who sees labels before their stage has ended can, without meaning to, end it when the figures please. So it is "
    "written down, the owner's looks too."
)
NOBODY = "Nobody saw labels of a stage before it had ended, and none was opened again."
NOT_KNOWN = "These figures were computed before it was written down who looks."


def looking_section(figures: dict[str, Any]) -> Section:
    found = figures.get("looking")
    if found is None:
        return Section("looking", "Who looked early", missing=NOT_KNOWN)
    blocks = [*_looks(found["looks"]), *_reopenings(found["reopenings"])]
    return Section("looking", "Who looked early", LEAD, blocks, "" if blocks else NOBODY)


def _looks(looks: list[dict[str, Any]]) -> list[Block]:
    if not looks:
        return []
    rows = [
        [
            Cell(f"{look['stage']}, {'open or paused' if look['while_collecting'] else 'closed, then opened again'}"),
            Cell(LookWay(look["way"]).label),
            Cell(look["role"]),
            count_cell(look["members"]),
            Cell(_moment(look["first_at"])),
        ]
        for look in looks
    ]
    columns = ["Stage", "Through", "Role", "People", "First, UTC"]
    notes = ["Operator: whoever runs the installation, at its command line."]
    return [TableBlock("Labels that were seen before their stage had ended.", columns, rows, notes)]


def _reopenings(reopenings: list[dict[str, Any]]) -> list[Block]:
    sentences = [
        f"Stage {each['stage']} was closed and opened again at {_moment(each['reopened_at'])} UTC, "
        f"{'after labels of it had been seen' if each['after_looks'] else 'before anybody had seen labels of it'}."
        for each in reopenings
    ]
    return [Text(sentences)] if sentences else []


def _moment(written: str) -> str:
    return written[:16].replace("T", " ")
