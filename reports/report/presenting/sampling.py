"""What an interval is over, in words; where there is none, why; and a word on chance where many groups are compared."""

from typing import Any

from reports.report.presenting import wording
from reports.report.presenting.blocks import Block, Text, why_missing

type Figure = dict[str, Any]

MANY_GROUPS = 5
BY_CHANCE = 0.05


def interval_notes(*estimates: Figure | None) -> list[str]:
    """For below a table: why figures are missing, what the intervals are over, and why some have none."""
    known = [each for each in estimates if each is not None]
    return [
        *why_missing(*known),
        *_over(known),
        *dict.fromkeys(each["no_interval"] for each in known if each.get("no_interval")),
        *_failed(known),
    ]


def notes_below(*estimates: Figure | None) -> list[Block]:
    """The same below big numbers, which say themselves why one is missing."""
    notes = interval_notes(*(each for each in estimates if each is not None and each["value"] is not None))
    return [Text(notes)] if notes else []


def _over(known: list[Figure]) -> list[str]:
    """The widest first; figures of few raters or prompts count fewer samples, and that is said."""
    samples = sorted({each["over"] for each in known if each.get("over")}, key=len, reverse=True)
    if not samples:
        return []
    said = f"95 % intervals: where a figure would lie with other {samples[0]} like these"
    if len(samples) == 1:
        return [f"{said}."]
    return [f"{said}; where these are too few to tell, with other {', or '.join(samples[1:])}."]


def _failed(known: list[Figure]) -> list[str]:
    times = sum(each.get("failed") or 0 for each in known)
    if not times:
        return []
    return [
        f"With one part left out, figures could not be computed {wording.many(times, 'time')}; they have no interval."
    ]


def by_chance(groups: int) -> list[str]:
    """With many groups some lie apart although nothing is behind it."""
    if groups < MANY_GROUPS:
        return []
    expected = max(1, round(BY_CHANCE * groups))
    said = f"Of {groups} groups that do not differ, {wording.many(expected, 'interval')} or so would lie apart from the rest by chance alone"
    return [f"{said}: take a single one for a hint to look at, not for a finding."]
