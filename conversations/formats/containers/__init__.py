"""What a file is wrapped in: every wrapping becomes texts in UTF-8 that the readers know, and nothing is unpacked at once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO
from zipfile import ZipFile, ZipInfo

from conversations.formats.heads import HEAD_BYTES
from conversations.formats.options import Options

from . import archives, tables
from .archives import shown
from .streams import Damaged
from .texts import ENCODINGS, WINDOWS_1252, as_utf8

__all__ = ["ENCODINGS", "WINDOWS_1252", "Damaged", "Member", "PassedOver", "is_container", "members"]

_ZIP, _GZIP = (b"PK\x03\x04", b"PK\x05\x06"), b"\x1f\x8b"
_TABLES = ((b"PAR1", "parquet"), (b"ARROW1", "arrow"), (b"\xff\xff\xff\xff", "arrow"))
# Wrappings that nobody reads, and what to do with them.
_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"\xd0\xcf\x11\xe0", "This is an old Excel workbook (.xls): open it and save it as .xlsx, or as “CSV UTF-8”."),
    (b"%PDF", "This is a PDF: there are no conversations to be told apart in it. Upload the export itself."),
    (b"7z\xbc\xaf\x27\x1c", "This is a 7z archive: unpack it and upload the files in it, or pack them as ZIP."),
    (b"Rar!", "This is a RAR archive: unpack it and upload the files in it, or pack them as ZIP."),
    (b"BZh", "This is a bzip2 file: unpack it and upload the file in it, or pack it as gzip."),
    (b"\xfd7zXZ\x00", "This is an xz file: unpack it and upload the file in it, or pack it as gzip."),
    (b"\x28\xb5\x2f\xfd", "This is a Zstandard file: unpack it and upload the file in it, or pack it as gzip."),
    (b"SQLite format 3", "This is an SQLite database: export its table of conversations as CSV or JSON Lines."),
)
_WORKBOOK = (b"[Content_Types].xml", b"xl/")
_TAR_AT = 257
_IN_ARCHIVE = "a file packed once more: upload it by itself"


@dataclass(frozen=True, slots=True)
class Member:
    """One text in a file. ``name`` is empty where the file is that text itself."""

    name: str
    open: Callable[[], BinaryIO]  # from its beginning; a JSON or CSV text in UTF-8, whose reading may raise Damaged


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A file of an archive that is not read."""

    name: str
    why: str


def is_container(head: bytes) -> bool:
    """Whether a look at the beginning of a file is not enough to read it."""
    return head.startswith((*_ZIP, _GZIP)) or any(head.startswith(mark) for mark, _kind in _TABLES)


def members(stream: BinaryIO, options: Options) -> Iterator[Member | PassedOver]:
    """The texts in a file, in their order.

    Raises:
        Damaged: it is one that nobody reads, or is not whole.
    """
    head = _head(stream)
    if (words := next((words for mark, words in _FOREIGN if head.startswith(mark)), None)) is not None:
        raise Damaged(words)
    if head.startswith(_ZIP):
        yield from _of_zip(stream, head, options)
    elif head.startswith(_GZIP):
        yield Member("", lambda: _text(_unpacked(stream), options))
    elif (kind := next((kind for mark, kind in _TABLES if head.startswith(mark)), None)) is not None:
        yield Member("", lambda: tables.as_text(stream, kind))
    else:
        yield Member("", lambda: _text(_from_beginning(stream), options))


def _of_zip(stream: BinaryIO, head: bytes, options: Options) -> Iterator[Member | PassedOver]:
    workbook = Member("", lambda: tables.as_text(stream, "xlsx", options.part))
    try:
        archive = archives.opened(stream)
    except Damaged:
        if not any(name in head for name in _WORKBOOK):
            raise
        yield workbook
        return
    if {"[Content_Types].xml", "xl/workbook.xml"} & {info.filename for info in archive.infolist()}:
        yield workbook
    else:
        yield from _of_archive(archive, options)


def _of_archive(archive: ZipFile, options: Options) -> Iterator[Member | PassedOver]:
    files = archives.files_in(archive)
    if not files:
        raise Damaged("This ZIP archive is empty.")
    if all(map(archives.is_encrypted, files)):
        raise Damaged("This ZIP archive is encrypted: unpack it with its password and upload the files in it.")
    for info in files:
        if options.part and info.filename != options.part:
            yield PassedOver(shown(info.filename), "another file of this archive was chosen")
        elif archives.is_encrypted(info):
            yield PassedOver(shown(info.filename), "it is encrypted")
        else:
            yield _in_archive(archive, info, options)


def _in_archive(archive: ZipFile, info: ZipInfo, options: Options) -> Member | PassedOver:
    try:
        head = archives.unzipped(archive, info).read(16)
    except Damaged as damage:
        return PassedOver(shown(info.filename), str(damage))
    if is_container(head) or any(head.startswith(mark) for mark, _words in _FOREIGN):
        return PassedOver(shown(info.filename), _IN_ARCHIVE)
    return Member(shown(info.filename), lambda: _text(archives.unzipped(archive, info), options))


def _unpacked(stream: BinaryIO) -> BinaryIO:
    size = stream.seek(0, 2)
    return archives.gunzipped(stream, size)


def _text(stream: BinaryIO, options: Options) -> BinaryIO:
    head = _peek(stream)
    if head[_TAR_AT : _TAR_AT + 5] == b"ustar":
        raise Damaged("This is a tar archive: unpack it and upload the files in it, or pack them as ZIP.")
    return as_utf8(stream, head, options.encoding)


def _peek(stream: BinaryIO) -> bytes:
    peek = getattr(stream, "peek", None)
    if peek is not None:
        return bytes(peek(HEAD_BYTES)[:HEAD_BYTES])
    head = stream.read(HEAD_BYTES)
    stream.seek(0)
    return head


def _from_beginning(stream: BinaryIO) -> BinaryIO:
    if stream.seekable():
        stream.seek(0)
    return stream


def _head(stream: BinaryIO) -> bytes:
    if not stream.seekable():
        return b""
    stream.seek(0)
    return stream.read(HEAD_BYTES)
