"""ZIP and gzip: what is in them is read as it is unpacked, and never more of it than anybody packs so small."""

import gzip
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from .streams import BLOCK, Damaged, bounded, stream_of

MOST_MEMBERS = 100_000
MOST_DIRECTORY_BYTES = 64 * 1024 * 1024
MOST_TIMES_PACKED = 200
LEAST_ALLOWED_BYTES = 256 * 1024 * 1024
_END = b"PK\x05\x06"
_END_64 = b"PK\x06\x06"
_TAIL = 66_000
_NOBODYS = re.compile(r"(?:^|/)(?:__MACOSX/|\.DS_Store$|Thumbs\.db$)")
_DIGITS = re.compile(r"(\d+)")
_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)
DAMAGED_ZIP = "This ZIP archive is damaged or was cut off: download it again, or unpack it and upload the files in it."


def opened(stream: BinaryIO) -> zipfile.ZipFile:
    """Raises Damaged, with what is wrong."""
    _refuse_large_directory(stream)
    stream.seek(0)
    try:
        archive = zipfile.ZipFile(stream)
    except _ERRORS:
        raise Damaged(DAMAGED_ZIP) from None
    if len(archive.infolist()) > MOST_MEMBERS:
        raise Damaged(
            f"This ZIP archive holds more than {MOST_MEMBERS:,} files. Upload those with conversations alone."
        )
    return archive


def _refuse_large_directory(stream: BinaryIO) -> None:
    """The list of files stands at the end, and is read at once."""
    size = stream.seek(0, 2)
    stream.seek(max(0, size - _TAIL))
    tail = stream.read(_TAIL)
    end, end_64 = tail.rfind(_END), tail.rfind(_END_64)
    try:
        listed = struct.unpack_from("<L", tail, end + 12)[0] if end >= 0 else 0
        if listed == 0xFFFFFFFF and end_64 >= 0:
            listed = struct.unpack_from("<Q", tail, end_64 + 40)[0]
    except struct.error:
        raise Damaged(DAMAGED_ZIP) from None
    if listed > MOST_DIRECTORY_BYTES:
        raise Damaged(f"The list of files in this ZIP archive is longer than {MOST_DIRECTORY_BYTES:,} bytes.")


def files_in(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """In the order that people count: 2 before 10."""
    found = [info for info in archive.infolist() if not info.is_dir() and not _NOBODYS.search(info.filename)]
    return sorted(found, key=lambda info: _natural(info.filename))


def _natural(name: str) -> list[tuple[int, int | str]]:
    return [(0, int(part)) if part.isdecimal() and len(part) < 18 else (1, part) for part in _DIGITS.split(name)]


def is_encrypted(info: zipfile.ZipInfo) -> bool:
    return bool(info.flag_bits & 0x1)


def unzipped(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> BinaryIO:
    return stream_of(bounded(_inflated(archive, info), most=_most(info.compress_size), packed=info.compress_size))


def _inflated(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    try:
        with archive.open(info) as member:
            while block := member.read(BLOCK):
                yield block
    except _ERRORS:
        raise Damaged(f"{shown(info.filename)} in this archive is damaged: download it again.") from None


def gunzipped(stream: BinaryIO, size: int) -> BinaryIO:
    return stream_of(bounded(_gunzipped(stream), most=_most(size), packed=size))


def _gunzipped(stream: BinaryIO) -> Iterator[bytes]:
    stream.seek(0)
    try:
        with gzip.GzipFile(fileobj=stream, mode="rb") as unpacked:
            while block := unpacked.read(BLOCK):
                yield block
    except _ERRORS:
        raise Damaged("This gzip file is damaged or was cut off: what came before it is read.") from None


def _most(packed: int) -> int:
    return max(LEAST_ALLOWED_BYTES, MOST_TIMES_PACKED * packed)


def shown(name: str) -> str:
    """Names in an archive are whatever somebody wrote."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in name)[-200:]
