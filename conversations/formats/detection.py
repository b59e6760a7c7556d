"""Recognise a format by the first elements of a file, never by the file's name."""

from .decoding import LimitPassed, closed, decode
from .fields import FieldError, Record
from .foreign import container, foreign
from .heads import first_records, text_of
from .options import Options
from .reader import Beginning
from .registry import READERS, Format, reader_of

_FIELDS_NAMED = 12
SEVERAL_LINES = "The file is one JSON object over several lines. Put each object on a line of its own, or all of them into one array."
UNKNOWN = "The content tells of no format that is known. Say which one it is."


class NotRecognised(Exception):
    """The content tells of no format that is read here. The message says why, for the uploader."""


def recognise(head: bytes) -> Format:
    """The format of a file that begins so.

    Raises:
        NotRecognised: with what the file looks like instead, or what could not be read of it.
    """
    data = text_of(head)
    if not data:
        raise NotRecognised("The file is empty.")
    if (words := container(head)) is not None:
        raise NotRecognised(f"This looks like {words}.")
    if data.startswith((b"[", b"{")):
        return _by_elements(data)
    if (found := _by_readers(Beginning(data))) is not None:
        return found
    raise NotRecognised(UNKNOWN)


def _by_readers(beginning: Beginning) -> Format | None:
    return next((Format(reader.name) for reader in READERS if reader.recognises(beginning)), None)


def _by_elements(data: bytes) -> Format:
    records, problems = first_records(data)
    if problems and data.startswith(b"{"):
        _refuse_one_object(data)
    for record in records:
        _refuse_foreign(record)
        if (found := _by_readers(Beginning(data, record))) is not None:
            return found
    raise NotRecognised(_why_not(records, problems))


def _refuse_one_object(data: bytes) -> None:
    """An object over several lines says what it would be if it stood on one."""
    try:
        record = Record.of(decode(closed(data)))
    except FieldError:
        return
    _refuse_foreign(record)
    if _by_readers(Beginning(data, record)) is not None:
        raise NotRecognised(SEVERAL_LINES)


def _refuse_foreign(record: Record) -> None:
    if (words := foreign(record)) is not None:
        raise NotRecognised(f"This looks like {words}: not supported.")


def _why_not(records: list[Record], problems: list[FieldError]) -> str:
    for problem in problems:
        if isinstance(problem, LimitPassed):
            return f"The first rows can't be read: expected {problem.expected}, found {problem.found}."
    named = next((record.names() for record in records if record.names()), [])
    if not named:
        return UNKNOWN
    fields = ", ".join(ascii(name[:40])[1:-1] for name in named[:_FIELDS_NAMED])
    return f"{UNKNOWN} Its first row has the fields {fields}."


def default_options(format: Format, head: bytes) -> Options:  # noqa: A002 - what it is called everywhere
    """What to propose to the uploader; for a format without a user id it is theirs to confirm."""
    return reader_of(format).propose(head)
