"""One kind of row: the fields it may have, and the row that is made of them."""

from collections.abc import Callable
from dataclasses import dataclass

from conversations.formats.context import Context
from conversations.formats.fields import Record
from conversations.formats.limits import MAX_NAME_CHARACTERS
from conversations.formats.rows import Row


@dataclass(frozen=True, slots=True)
class RowKind:
    fields: frozenset[str]
    build: Callable[[int, Record, Context], Row]


def system_of(record: Record, context: Context) -> str:
    """The system that the row names, or the one stated for the upload."""
    if record.missing("system") and context.options.system:
        return context.options.system
    return record.text("system", MAX_NAME_CHARACTERS)
