"""A file as it is uploaded: which texts are in it, and which reader each of them is for."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO

from .containers import Damaged, Member, PassedOver, members
from .containers.streams import BLOCK, stream_of
from .detection import UNKNOWN, NotRecognised, Recognised, recognised
from .heads import HEAD_BYTES, text_of
from .options import Options
from .reader import Reader
from .registry import Format, reader_of

NOTHING_TO_READ = "nothing in it tells of a format that is read"


@dataclass(frozen=True, slots=True)
class Examined:
    """What a file is: its format, that of its first text that is read, and what that text begins with."""

    format: Format
    head: bytes


@dataclass(frozen=True, slots=True)
class OpenedText:
    name: str  # empty where the file is that text itself
    reader: Reader
    stream: BinaryIO  # reading it may raise Damaged


def examine(stream: BinaryIO, options: Options | None = None, named: Format | None = None) -> Examined:
    """The format is the one that was ``named``, or that of the first text whose content tells of one.

    Raises:
        NotRecognised: with what the file is, or what of it can't be read.
    """
    options = options or Options()
    refusal: NotRecognised | None = None
    try:
        for member in members(stream, options):
            if isinstance(member, PassedOver):
                continue
            head = _head(member.open())
            try:
                found = _recognised(head, options, member)
            except NotRecognised as why:
                refusal = refusal or why
                if named is None or member.name:
                    continue
                return Examined(named, head)
            return Examined(named or found.format, text_of(head)[found.starts_at :] if found.starts_at else head)
    except Damaged as damage:
        raise NotRecognised(str(damage), damage.choice) from damage
    raise refusal or NotRecognised("Nothing in this archive tells of a format that is known.")


def opened_texts(stream: BinaryIO, named: Format, options: Options) -> Iterator[OpenedText | PassedOver]:
    """Each text with its reader: of several each by its own content, one alone by the format that was named."""
    for member in members(stream, options):
        if isinstance(member, PassedOver):
            yield member
            continue
        text = member.open()
        head = _head(text)
        try:
            found = _recognised(head, options, member)
        except NotRecognised as why:
            if member.name:
                yield PassedOver(member.name, _why_passed_over(why))
                continue
            found = Recognised(named)
        format = named if not member.name else found.format  # noqa: A001 - what it is called everywhere
        begun = text_of(head)[found.starts_at :] if found.starts_at and format == found.format else head
        yield OpenedText(member.name, reader_of(format), _joined(begun, text))


def _why_passed_over(why: NotRecognised) -> str:
    """Of what has nothing to do with conversations nothing more is said: not even the names of its fields."""
    return NOTHING_TO_READ if str(why).startswith(UNKNOWN) else str(why)


def _recognised(head: bytes, options: Options, member: Member) -> Recognised:
    return recognised(head, "" if member.name else options.part)


def _head(text: BinaryIO) -> bytes:
    return text.read(HEAD_BYTES)


def _joined(head: bytes, rest: BinaryIO) -> BinaryIO:
    return stream_of(chain([head], iter(lambda: rest.read(BLOCK), b"")))
