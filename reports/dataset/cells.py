"""Values of a table as text: in files for people and for spreadsheets."""

from datetime import UTC, datetime
from typing import Any

from conversations.spreadsheets import as_text


def moment_text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def cell(value: Any) -> str:
    """As ``exact_cell``; a text that a spreadsheet would run begins with an apostrophe."""
    return as_text(value) if isinstance(value, str) else exact_cell(value)


def exact_cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case datetime():
            return moment_text(value)
        case _:
            return str(value)
