"""An import reads the batch's file in steps and stores its rows in small transactions.

It may die at any moment and be started again: every row is stored once whatever happens, so starting over is safe.
"""

import dataclasses
import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from typing import Any, BinaryIO, cast

from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from accounts import jobs
from conversations import handlers
from conversations.enums import BatchState
from conversations.formats import (
    AttributeRow,
    ConversationRow,
    Format,
    Options,
    PassedOver,
    Row,
    RowError,
    parse,
    reader_of,
)
from conversations.handlers import Handler, Stored
from conversations.models import Batch, BatchProblem, Study
from conversations.queries.batches import BATCHES
from conversations.services.searching_evidence import request_search
from conversations.services.watched_stream import WatchedStream

logger = logging.getLogger(__name__)

ROWS_AT_ONCE = 500
MOST_PASSED_OVER = 1_000  # files of an archive are named
MOST_PROBLEMS = 10_000  # without a single row that can be read, nobody wants to know of more
CHARACTERS_AT_ONCE = 4 * 1024 * 1024


@dataclass
class _Tally:
    """How many rows of each kind were new and known, and how many problems there were."""

    kinds: dict[str, Stored] = field(default_factory=dict)
    problems: int = 0

    def add(self, kind: str, stored: Stored) -> None:
        total = self.kinds.setdefault(kind, Stored())
        total.new += stored.new
        total.known += stored.known
        total.grown += stored.grown

    @property
    def has_rows(self) -> bool:
        return any(one.new or one.known or one.grown for one in self.kinds.values())

    def as_json(self) -> dict[str, object]:
        kinds = {kind: _figures(one) for kind, one in self.kinds.items()}
        return {**kinds, "problems": self.problems}


def _figures(stored: Stored) -> dict[str, int]:
    figures = {"new": stored.new, "known": stored.known}
    return figures | {"grown": stored.grown} if stored.grown else figures


def import_batch(*, batch_id: int, now: datetime) -> Batch | None:
    """Import a batch to its end. Returns None where it is not free: somebody is at work on it, or it is done.

    Raises:
        OperationalError, InterfaceError: the database is away. The batch is taken up again when it is back.
    """
    batch = jobs.claim(BATCHES, batch_id, now=now)
    if batch is None:
        return None
    try:
        _Import(batch).run()
    except jobs.Superseded:
        return None
    except FileNotFoundError:
        _fail(batch, "The stored file is gone. Upload it again.")
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        logger.exception("The import of batch %d ended early.", batch.pk)
        _fail(batch, _ended_by(error))
    batch.refresh_from_db()
    return batch


def _ended_by(error: Exception) -> str:
    """Said where the person who uploads can see it; what it was is in the log."""
    return f"An error of this program ended the import ({type(error).__name__}). What was read before it is kept."


def _fail(batch: Batch, failure: str) -> None:
    """End an import that can't go on. What it has stored stays and can be undone."""
    with suppress(jobs.Superseded):
        jobs.write(BATCHES, batch, state=BatchState.FAILED, failure=failure, finished_at=timezone.now())


class _Import:
    """One attempt at a batch."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.format = Format(batch.format)
        self.options = Options.from_json(batch.options)
        self.tally = _Tally()
        self.seen: set[int] = set()
        self.steps = handlers.steps()
        self.stream: BinaryIO = BytesIO()
        self.readings = 0
        self.written_at = time.monotonic()
        self.passed_over: list[dict[str, str]] = []

    def run(self) -> None:
        BatchProblem.objects.filter(batch=self.batch).delete()  # of an attempt that died
        for number, step in enumerate(self.steps):
            if number and step not in self.seen:
                continue
            with self.batch.file.open("rb") as opened:
                self.stream, self.readings = opened.file.file, number
                watched = cast("BinaryIO", WatchedStream(self.stream, self._beat_if_due))
                for some in _chunks(self._of_step(parse(watched, self.format, self.options), step)):
                    self._store(some)
                    if self.tally.problems >= MOST_PROBLEMS and not self.tally.has_rows:
                        break
        self._finish()

    def _of_step(self, rows: Iterator[Row | RowError | PassedOver], step: int) -> Iterator[Row | RowError]:
        """Rows of this step. The first reading notes which others there are and reports what could not be read."""
        is_first = not self.seen
        for row in rows:
            if isinstance(row, Row):
                if (step_of_row := self._step_of(row)) is None:
                    row = handlers.problem(row.line, "kind", "a kind of row that is stored here", type(row).__name__)  # noqa: PLW2901
                elif step_of_row == step:
                    yield row
            if is_first and isinstance(row, RowError):
                yield row
            elif is_first and isinstance(row, PassedOver):
                self._note(row)

    def _step_of(self, row: Row) -> int | None:
        handler = handlers.handler_for(type(row))
        if handler is None:
            return None
        self.seen.add(handler.step)
        return handler.step

    def _note(self, passed_over: PassedOver) -> None:
        if len(self.passed_over) < MOST_PASSED_OVER:
            self.passed_over.append({"name": passed_over.name, "why": passed_over.why})

    def _store(self, some: list[Row | RowError]) -> None:
        prepared = [
            (handler, handler.prepare(self.batch, rows, self._beat_if_due) if handler.prepare else rows)
            for handler, rows in _by_handler(row for row in some if isinstance(row, Row))
        ]
        self._commit(prepared, [row for row in some if isinstance(row, RowError)], some[0].file)

    @transaction.atomic
    def _commit(self, prepared: list[tuple[Handler, Sequence[Any]]], problems: list[RowError], file: str) -> None:
        # Subjects are numbered in turn, and what a row refers to must not vanish: batches of a study take turns.
        Study.objects.select_for_update(no_key=True).get(pk=self.batch.study_id)
        for handler, rows in prepared:
            stored = handler.store(self.batch, rows)
            self.tally.add(handler.kind, stored)
            problems.extend(dataclasses.replace(one, file=file) for one in stored.problems)
        self.tally.problems += len(problems)
        BatchProblem.objects.bulk_create(_problem(self.batch, row) for row in problems)
        self._beat()

    def _beat_if_due(self) -> None:
        if time.monotonic() - self.written_at > jobs.BEAT_EVERY.total_seconds():
            self._beat()

    def _beat(self) -> None:
        """Say that we live and how far we are. Raises jobs.Superseded where the batch is not ours any more."""
        self.written_at = time.monotonic()
        counts = self.tally.as_json()
        jobs.write(BATCHES, self.batch, bytes_read=self._position(), counts=counts, heartbeat_at=timezone.now())

    def _position(self) -> int:
        """How much of all readings is done, in bytes of the file; a reading that is left out counts as done.

        An archive may hold what its first file doesn't, and so need more readings than were expected.
        """
        expected = 1 if reader_of(self.format).holds_conversations_only else len(self.steps)
        done = self.readings * self.batch.size + min(self.stream.tell(), self.batch.size)
        return min(done // expected, self.batch.size)

    def _finish(self) -> None:
        """The final figures are counted, so that they are right whatever attempts went before."""
        for handler in handlers.all_handlers():
            total = self.tally.kinds.get(handler.kind)
            counted = handler.count(self.batch) if handler.count else None
            if counted is not None and (total or counted):
                rows = total.new + total.known + total.grown if total else 0
                grown = handler.count_grown(self.batch) if handler.count_grown else 0
                self.tally.kinds[handler.kind] = Stored(new=counted, known=max(0, rows - counted - grown), grown=grown)
        now = timezone.now()
        failure = self._why_nothing_was_stored()
        with transaction.atomic():
            jobs.write(
                BATCHES,
                self.batch,
                state=BatchState.FAILED if failure else BatchState.DONE,
                failure=failure,
                bytes_read=self.batch.size,
                counts=self.tally.as_json(),
                passed_over=self.passed_over,
                heartbeat_at=now,
                finished_at=now,
            )
            request_search(self.batch)

    def _why_nothing_was_stored(self) -> str:
        """Empty where something was, or was known before."""
        if self.tally.has_rows:
            return ""
        first = BatchProblem.objects.filter(batch=self.batch).order_by("pk").first()
        if first is None:
            return "Nothing could be read: the file has no rows."
        file = f"{first.file}, " if first.file else ""
        field = f", {first.field}" if first.field else ""
        problem = f"{file}line {first.line}{field}: expected {first.expected}, found {first.found}"
        count = self.tally.problems
        return f"Nothing could be read{'' if count == 1 else f', the first of {count:,} problems'}: {problem}."


def _chunks(rows: Iterator[Row | RowError]) -> Iterator[list[Row | RowError]]:
    """Some rows of one file at a time: so many, or so much text, whichever comes first."""
    some: list[Row | RowError] = []
    characters = 0
    for row in rows:
        if some and some[-1].file != row.file:
            yield some
            some, characters = [], 0
        some.append(row)
        characters += _weight(row)
        if len(some) >= ROWS_AT_ONCE or characters >= CHARACTERS_AT_ONCE:
            yield some
            some, characters = [], 0
    if some:
        yield some


def _weight(row: Row | RowError) -> int:
    if isinstance(row, ConversationRow):
        return sum(len(turn.content) for turn in row.turns)
    if isinstance(row, AttributeRow):
        return len(row.text) + len(row.reason) + sum(len(pointer.quote or "") for pointer in row.evidence)
    return len(getattr(row, "text", "")) + sum(len(one.attribute) for one in getattr(row, "attributes", None) or ())


def _by_handler(rows: Iterator[Row]) -> Iterator[tuple[Handler, list[Row]]]:
    """Rows of one kind together. Within a step kinds don't depend on each other's order."""
    by_type: dict[type[Row], list[Row]] = {}
    for row in rows:
        by_type.setdefault(type(row), []).append(row)
    for row_type, some in by_type.items():
        handler = handlers.handler_for(row_type)
        if handler is not None:
            yield handler, some


def _problem(batch: Batch, row: RowError) -> BatchProblem:
    return BatchProblem(
        batch=batch,
        file=row.file,
        line=row.line,
        field=row.field,
        expected=row.expected,
        found=row.found,
        kept=row.kept,
    )
