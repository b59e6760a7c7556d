"""CSV with one turn a row. The rows of a conversation stand together."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from .fields import FieldError, Record, excerpt, problem
from .limits import MAX_CSV_CONVERSATIONS, MAX_LANGUAGE_CHARACTERS, MAX_LINE_BYTES, MAX_NAME_CHARACTERS
from .options import Options, SubjectPolicy
from .rows import ConversationRow, Row, RowError, Turn
from .subjects import file_subject
from .turns import check_size, turn_content, turn_role

DEFAULT_COLUMNS: Mapping[str, str] = {
    "subject": "user_id",
    "conversation": "conversation_id",
    "turn": "turn",
    "role": "role",
    "content": "content",
    "language": "language",
    "model": "model",
}
_OPTIONAL = frozenset({"turn", "language", "model"})
_DELIMITERS = ",;\t|"


def sniff_delimiter(header: str) -> str:
    return max(_DELIMITERS, key=header.count)


def parse_csv(stream: BinaryIO, options: Options) -> Iterator[Row | RowError]:
    source = _Lines(stream)
    header_line = source.header()
    try:
        reader = _reader([header_line], sniff_delimiter(header_line))
        header = next(reader, [])
        columns = _columns(header, options)
    except csv.Error as error:
        yield problem(1, "a header line of CSV", str(error))
        return
    except FieldError as error:
        yield error.row(1)
        return
    yield from _rows(source, _reader(source, sniff_delimiter(header_line)), header, columns, options)


def _reader(source: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(MAX_LINE_BYTES)
    return csv.reader(iter(source), delimiter=delimiter, strict=True)


class _Lines:
    """Decoded lines. A byte that is not UTF-8 becomes half a surrogate pair, which its own row is then refused for."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.number = 0
        self.problems: list[RowError] = []

    def header(self) -> str:
        line = self._next().removeprefix("\ufeff")
        while line and not line.strip():
            line = self._next()
        return line

    def __iter__(self) -> Iterator[str]:
        while line := self._next():
            yield line

    def _next(self) -> str:
        line = self.stream.readline(MAX_LINE_BYTES + 1)
        self.number += bool(line)
        if len(line) > MAX_LINE_BYTES and not line.endswith(b"\n"):
            self.problems.append(problem(self.number, f"at most {MAX_LINE_BYTES:,} bytes", "a longer line"))
            while line and not line.endswith(b"\n"):
                line = self.stream.readline(MAX_LINE_BYTES)
            return "\n"
        return line.decode("utf-8", "surrogateescape")


def _columns(header: list[str], options: Options) -> dict[str, int]:
    """Where each of our fields stands; a column that was named but is not there is refused."""
    places = {name.strip(): index for index, name in enumerate(header)}
    if len(places) != len(header):
        raise FieldError("", "a header that names each column once", excerpt(", ".join(header)))
    columns: dict[str, int] = {}
    for ours, default in DEFAULT_COLUMNS.items():
        name = options.columns.get(ours, default)
        if name in places:
            columns[ours] = places[name]
        elif _wanted(ours, options):
            raise FieldError(
                name, f"a column for {ours}", f"the columns {', '.join(excerpt(column) for column in header[:20])}"
            )
    return columns


def _wanted(ours: str, options: Options) -> bool:
    if ours == "subject":
        return options.subject_policy is SubjectPolicy.FIELD
    return ours not in _OPTIONAL or bool(options.columns.get(ours))


@dataclass
class _Conversation:
    line: int
    subject: str
    conversation: str
    turns: list[Turn] = field(default_factory=list)
    characters: int = 0
    last_turn: int = -1
    language: str | None = None
    model: str | None = None
    refused: bool = False

    @property
    def key(self) -> tuple[str, str]:
        return self.subject, self.conversation

    def row(self) -> ConversationRow:
        return ConversationRow(
            line=self.line,
            subject=self.subject,
            conversation=self.conversation,
            turns=tuple(self.turns),
            language=self.language,
            model=self.model,
        )


def _rows(
    source: _Lines, reader: Iterator[list[str]], header: list[str], columns: dict[str, int], options: Options
) -> Iterator[Row | RowError]:
    conversations = _Conversations(options)
    for line, cells in _cells(source, reader, len(header)):
        if isinstance(cells, RowError):
            yield cells
            conversations.refuse_current()  # the row may have been a turn of it
            continue
        try:
            yield from conversations.take(line, Record({ours: cells[place] for ours, place in columns.items()}))
        except FieldError as error:
            yield error.row(line)
            conversations.refuse_current()
    yield from conversations.finish()


class _Conversations:
    """Collects the turns of one conversation after another."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.current: _Conversation | None = None
        self.finished: set[int] = set()

    def take(self, line: int, record: Record) -> Iterator[Row]:
        subject, conversation = _names(record, self.options)
        if self.current is None or self.current.key != (subject, conversation):
            yield from self.finish()
            self.current = _Conversation(line, subject, conversation)
            self._check_new(self.current)
        if not self.current.refused:
            _add(self.current, record)

    def finish(self) -> Iterator[Row]:
        if self.current is None:
            return
        self.finished.add(hash(self.current.key))
        if not self.current.refused:
            yield self.current.row()

    def refuse_current(self) -> None:
        if self.current is not None:
            self.current.refused = True

    def _check_new(self, current: _Conversation) -> None:
        if hash(current.key) in self.finished:
            again = f"{excerpt(current.conversation)} a second time"
            raise FieldError("conversation", "the rows of a conversation together", again)
        if len(self.finished) >= MAX_CSV_CONVERSATIONS:
            raise FieldError("conversation", f"at most {MAX_CSV_CONVERSATIONS:,} conversations in a CSV file", "more")


def _cells(source: _Lines, reader: Iterator[list[str]], width: int) -> Iterator[tuple[int, list[str] | RowError]]:
    while True:
        line = source.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            yield line, problem(line, "a row of CSV", str(error))
            continue
        finally:
            problems, source.problems = source.problems, []
        for error_row in problems:
            yield error_row.line, error_row
        if not cells:
            continue
        if len(cells) != width:
            yield line, problem(line, f"{width} cells", f"{len(cells)}")
        else:
            yield line, cells
    for error_row in problems:
        yield error_row.line, error_row


def _names(record: Record, options: Options) -> tuple[str, str]:
    conversation = record.identifier("conversation")
    if options.subject_policy is SubjectPolicy.FILE:
        return file_subject(options), conversation
    if options.subject_policy is SubjectPolicy.CONVERSATION:
        return conversation, conversation
    return record.identifier("subject"), conversation


def _add(current: _Conversation, record: Record) -> None:
    turn = Turn(turn_role(record), turn_content(record))
    number = _turn_number(record)
    if number is not None:
        if number <= current.last_turn:
            raise FieldError("turn", f"a number above {current.last_turn}", str(number))
        current.last_turn = number
    current.characters += len(turn.content)
    check_size(len(current.turns) + 1, current.characters, "content")
    current.turns.append(turn)
    current.language = current.language or record.optional_text("language", MAX_LANGUAGE_CHARACTERS)
    current.model = current.model or record.optional_text("model", MAX_NAME_CHARACTERS)


def _turn_number(record: Record) -> int | None:
    value = record.values.get("turn")
    if value is None:
        return None
    if not value.strip().isdecimal() or len(value) > 9:
        raise record.error("turn", "a whole number")
    return int(value)
