"""Who stores which kind of row. The app that owns the tables registers a handler when it starts (``AppConfig.ready``)."""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from conversations.formats import Row, RowError
from conversations.models import Batch


@dataclass
class Stored:
    """What became of some rows: how many were new, how many were known before, and what was wrong with others."""

    new: int = 0
    known: int = 0
    grown: int = 0  # known before, and longer now
    problems: list[RowError] = dataclasses.field(default_factory=list)


def problem(line: int, field: str, expected: str, found: str, *, kept: bool = False) -> RowError:
    """One line of the error report. ``kept``: the row was stored all the same."""
    return RowError(line=line, field=field, expected=expected, found=found, kept=kept)


type Beat = Callable[[], None]
type Prepare = Callable[[Batch, Sequence[Any], Beat], Sequence[Any]]
type Store = Callable[[Batch, Sequence[Any]], Stored]
type CountStored = Callable[[Batch], int]
type RemoveStored = Callable[[Batch], None]


@dataclass(frozen=True, slots=True)
class Handler:
    """``store`` gets some rows of one kind inside a transaction and must be repeatable: the same row twice changes nothing.

    ``prepare`` makes of the rows what ``store`` gets instead, before the transaction: what takes long belongs there. It
    calls ``beat`` again and again, so that the import is not taken for dead.
    A file is read once for each ``step`` that occurs in it, so rows may refer to rows of earlier steps wherever they stand.
    ``count`` counts what a batch has stored; with it the figures stay right when an import is resumed.
    ``remove`` is called when a batch is undone, for what lies in tables that ``conversations`` does not know.
    """

    kind: str
    step: int
    store: Store
    count: CountStored | None = None
    remove: RemoveStored | None = None
    prepare: Prepare | None = None
    count_grown: CountStored | None = None


_HANDLERS: dict[type[Row], Handler] = {}


def register(row_type: type[Row], handler: Handler) -> None:
    """Raises ValueError where another handler has that kind of row."""
    if _HANDLERS.get(row_type, handler) != handler:
        raise ValueError(f"Rows of {row_type.__name__} have a handler already.")
    _HANDLERS[row_type] = handler


def handler_for(row_type: type[Row]) -> Handler | None:
    return _HANDLERS.get(row_type)


def steps() -> list[int]:
    """All steps in which files are read, in order."""
    return sorted({handler.step for handler in _HANDLERS.values()})


def all_handlers() -> list[Handler]:
    return list(_HANDLERS.values())
