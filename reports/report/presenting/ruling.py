"""Judgments by the rules under which they were given, and the word without which nothing pools them."""

from dataclasses import replace
from typing import Any

from reports.report.presenting.blocks import Cell, Section, TableBlock, Text, count_cell, number_cell
from reports.report.presenting.sampling import interval_notes

LEAD = "Where guidelines or what a page shows changed while a stage was at work, judgments before and after are told apart."
ONE = "The judgments of each stage were given under one and the same rules."
NOT_KNOWN = "These figures were computed before the rules in force were stored with judgments."
# Facts of judgments.stages.rules in words: what is said, and what of values that are true or false.
WORDS = {
    "reason_shown": "the model's reason",
    "reading": "raters read",
    "others_drawn": "others by chance",
    "words_to_read": "words to read",
    "person_card": "person card",
    "person_card_version": "version of the person card",
    "leak_rules": "version of the leak rules",
    "personal_data": "personal data",
    "page": "version of the page",
}
_SHOWN = {True: "shown", False: "hidden"}


def rules_section(figures: dict[str, Any]) -> Section:
    rows = figures.get("rules")
    if not rows:
        return Section("rules", "Rules in force", missing=NOT_KNOWN if rows is None else ONE)
    columns = ["Stage", "Rules", "Judgments", "Raters", "Figure", "Value"]
    cells = [
        [
            Cell(str(row["stage"])),
            Cell("not stored" if row["number"] is None else str(row["number"]), _since(row)),
            count_cell(row["judgments"]),
            count_cell(row["raters"]),
            Cell(row["measured"]),
            number_cell(row["value"]),
        ]
        for row in rows
    ]
    notes = [f"Stage {row['stage']}, rules {row['number']}: {_in_words(row)}." for row in rows if row["number"]]
    notes += interval_notes(*(row["value"] for row in rows))
    return Section("rules", "Rules in force", LEAD, [TableBlock("Human judgments that count.", columns, cells, notes)])


def with_rules_said(section: Section, figures: dict[str, Any], *stages: int) -> Section:
    """The section with the sentence on pooled rules of these stages first."""
    pooled = figures.get("pooled_rules", {})
    sentences = [pooled[key] for stage in stages if (key := str(stage)) in pooled]
    return replace(section, blocks=[Text(sentences), *section.blocks]) if sentences and section.blocks else section


def _since(row: dict[str, Any]) -> str:
    return f"since {row['since'][:16].replace('T', ' ')} UTC" if row["since"] else ""


def _in_words(row: dict[str, Any]) -> str:
    guidelines = "no guidelines" if row["guidelines_version"] is None else f"guidelines: {row['guidelines_version']}"
    facts = [
        f"{WORDS.get(name, name)}: {_SHOWN.get(value, value) if isinstance(value, bool) else value}"
        for name, value in sorted(row["facts"].items())
    ]
    return "; ".join([guidelines, *facts])
