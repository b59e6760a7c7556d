"""Texts in other encodings and with other line ends become UTF-8 with line feeds."""

import codecs
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from .streams import Damaged, blocks_of, stream_of

WINDOWS_1252 = "windows-1252"
ENCODINGS = {"": "UTF-8, or UTF-16 where the file says so", WINDOWS_1252: "Windows-1252 (older Excel, “ANSI”)"}
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LOOKED_AT = 4_096


def as_utf8(stream: BinaryIO, head: bytes, encoding: str = "") -> BinaryIO:
    """The text from its beginning; ``head`` is what it begins with.

    Reading it raises Damaged where bytes are no text in that encoding.
    """
    name = encoding or encoding_of(head)
    blocks: Iterable[bytes] = blocks_of(stream)
    if name:
        blocks = _translated(blocks, name)
        head = head.decode(name, "replace").encode()
    if b"\r" in head and b"\n" not in head:
        blocks = (block.replace(b"\r", b"\n") for block in blocks)
    elif not name:
        return stream
    return stream_of(blocks)


def encoding_of(head: bytes) -> str:
    """By its mark, or by the zeros between Latin letters. Empty for UTF-8 and for what no text is."""
    if marked := next((name for mark, name in _MARKS if head.startswith(mark)), ""):
        return marked
    looked_at = head[: _LOOKED_AT & ~1]
    even, odd = looked_at[::2], looked_at[1::2]
    if len(looked_at) < 8 or b"\x00" not in looked_at:
        return ""
    if not any(even) or even.count(0) > 0.8 * len(even):
        return "utf-16-be" if odd.count(0) == 0 else ""
    return "utf-16-le" if odd.count(0) > 0.8 * len(odd) and even.count(0) == 0 else ""


def _translated(blocks: Iterable[bytes], name: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(name)()
    passed = 0
    try:
        for block in blocks:
            yield decoder.decode(block).encode("utf-8", "surrogatepass")
            passed += len(block)
        yield decoder.decode(b"", final=True).encode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        raise Damaged(
            f"The text is not {name.upper()} throughout: it breaks off at byte {passed + error.start + 1:,}, or another"
            " encoding is meant. Save it as UTF-8."
        ) from None
