"""Recognise a format by the first elements of a file, never by the file's name."""

import re
from dataclasses import dataclass

from .containers import WINDOWS_1252, is_container
from .decoding import LimitPassed
from .fields import FieldError, Record
from .foreign import foreign
from .heads import first_records, text_of
from .lists_inside import ListInside, lists_inside
from .options import OfferedChoice, Options
from .reader import Beginning
from .registry import READERS, Format, reader_of

_FIELDS_NAMED = 12
_LETTER_IN_UTF8 = re.compile(rb"[\xc3-\xf4][\x80-\xbf]")
UNKNOWN = "The content tells of no format that is known. Say which one it is."
UNPACKED_FIRST = "This file is packed: it is looked at once all of it is here."
ANOTHER_ENCODING = (
    "The text is not UTF-8: the byte 0x{byte:02x} at byte {place:,}. If it comes from an older Excel it is Windows-1252:"
    " choose that encoding, or save the sheet as “CSV UTF-8”."
)


class NotRecognised(Exception):
    """The content tells of no format that is read here. The message says why, for the uploader, and may offer a choice."""

    def __init__(self, message: str, choice: OfferedChoice | None = None) -> None:
        super().__init__(message)
        self.choice = choice


@dataclass(frozen=True, slots=True)
class Recognised:
    format: Format
    starts_at: int = 0  # in the head without its mark and blanks: where the list of an object begins


def recognise(head: bytes) -> Format:
    """The format of a text that begins so.

    Raises:
        NotRecognised: with what the file looks like instead, or what could not be read of it.
    """
    return recognised(head).format


def recognised(head: bytes, part: str = "") -> Recognised:
    """And where to begin, if that is a list inside an object; ``part`` names the list where there are several."""
    data = text_of(head)
    if not data:
        raise NotRecognised("The file is empty.")
    if is_container(head):
        raise NotRecognised(UNPACKED_FIRST)
    if data.startswith((b"[", b"{")):
        return _by_elements(data, part)
    _refuse_another_encoding(head)
    if (found := _by_readers(Beginning(data))) is not None:
        return Recognised(found)
    raise NotRecognised(UNKNOWN)


def _refuse_another_encoding(head: bytes) -> None:
    """A text in which no letter beyond ASCII is UTF-8. One damaged letter among others costs its row and not the file."""
    if b"\x00" in head:
        raise NotRecognised(UNKNOWN)  # a picture, a sound, a program
    whole = head[: head.rfind(b"\n") + 1] or head
    try:
        whole.decode()
    except UnicodeDecodeError as error:
        if not _LETTER_IN_UTF8.search(whole):
            raise NotRecognised(
                ANOTHER_ENCODING.format(byte=whole[error.start], place=error.start + 1),
                OfferedChoice("encoding", (WINDOWS_1252,)),
            ) from None


def _by_readers(beginning: Beginning) -> Format | None:
    return next((Format(reader.name) for reader in READERS if reader.recognises(beginning)), None)


def _by_elements(data: bytes, part: str) -> Recognised:
    records, problems = first_records(data)
    for record in () if part else records:
        if (words := foreign(record)) is not None:
            raise NotRecognised(f"This looks like {words}: not supported.")
        if (found := _by_readers(Beginning(data, record))) is not None:
            return Recognised(found)
    if data.startswith(b"{") and (inside := _in_a_list(data, part)) is not None:
        return inside
    raise NotRecognised(_why_not(records, problems))


def _in_a_list(data: bytes, part: str) -> Recognised | None:
    """The list of an object whose elements are of a format; where several are, the uploader says which one."""
    lists = lists_inside(data)
    read: dict[str, Recognised] = {}
    refusals: list[str] = []
    for one in lists:
        if not part or one.name == part:
            try:
                read[one.name] = Recognised(_by_elements(data[one.start :], "").format, one.start)
            except NotRecognised as refusal:
                refusals.append(str(refusal))
    if len(read) == 1:
        return next(iter(read.values()))
    if (words := _which_list(lists, list(read), refusals, part)) is not None:
        raise NotRecognised(words, OfferedChoice("part", tuple(read)) if read else None)
    return None


def _which_list(lists: list[ListInside], read: list[str], refusals: list[str], part: str) -> str | None:
    """Why none of them is the one to be read; None where nothing of them tells anything."""
    if read:
        return f"This object holds {len(read)} lists that can be read: choose one. They are {_listed(read)}."
    if part and not refusals:
        return f"There is no list “{part[:60]}” in this object. Its lists: {_listed([one.name for one in lists])}."
    return next((words for words in refusals if part or words.startswith("This looks like")), None)


def _listed(names: list[str]) -> str:
    return ", ".join(f"“{name[:60]}”" for name in names) or "none"


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
