"""Uploads that are meant to kill, stall or fill whoever reads them. Each is small; none may be read in the tests' own process."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

DIGITS = b"9" * 4_301
DEEP = b"[" * 100_000 + b"]" * 100_000


def _line(value: Any) -> bytes:
    return json.dumps(value).encode() + b"\n"


def _around(hostile: bytes) -> bytes:
    """Between two lines that have to be kept."""
    kept = [_line({"conversation_id": name, "messages": [{"role": "user", "content": name}]}) for name in ("a", "b")]
    return kept[0] + hostile.rstrip(b"\n") + b"\n" + kept[1]


def _array(hostile: bytes) -> bytes:
    return b"[" + hostile + b"]"


def _row(hostile: bytes) -> bytes:
    return _around(_messages(hostile))


def _messages(hostile: bytes) -> bytes:
    return b'{"conversation_id": "x", "messages": [{"role": "user", "content": "Hi"}], "more": ' + hostile + b"}"


def _csv(*rows: bytes) -> bytes:
    return b"\n".join([b"user_id,conversation_id,turn,role,content", *rows])


def _chatgpt(message: dict[str, Any]) -> bytes:
    said = {"author": {"role": "user"}, "content": {"content_type": "text", "parts": ["Hi"]}}
    mapping = {"a": {"parent": None, "message": said}, "b": {"parent": "a", "message": {**said, **message}}}
    return json.dumps([{"id": "c", "mapping": mapping, "current_node": "b"}]).encode()


NUMBERS = {
    "digits": DIGITS,
    "negative": b"-" + DIGITS,
    "fraction": b"0." + DIGITS,
    "exponent": b"1e" + DIGITS,
    "digits_without_end": b"1" * 3_000_000,
    "infinity": b"Infinity",
}
VALUES = {**NUMBERS, "deep_list": DEEP, "deep_object": b'{"a":' * 50_000 + b"1" + b"}" * 50_000}
BYTES: dict[str, Callable[[], bytes]] = {
    **{f"array_of_{name}": partial(_array, value) for name, value in VALUES.items()},
    **{f"row_with_{name}": partial(_row, value) for name, value in VALUES.items()},
    "tree_with_digits": lambda: b'[{"mapping": {}, "n": ' + b"1" * 5_000 + b"}]",
    "digits_behind_a_megabyte": lambda: _around(_messages(b'"' + b"x" * 1_000_000 + b'", "n": ' + DIGITS)),
    "opened_without_end": lambda: b"[" * 3_000_000,
    "objects_without_end": lambda: b'{"a":' * 600_000,
    "commas": lambda: b"[" + b"," * 3_000_000,
    "tiny_objects": lambda: b"[" + b"[{}]," * 500_000 + b"1]",
    "long_name": lambda: _around(b'{"' + b"n" * 3_000_000 + b'": 1}'),
    "many_names": lambda: _around(_line({f"n{number}": 1 for number in range(100_000)})),
    "name_of_the_parser": lambda: _around(b'{"__proto__": {"__class__": 1}, "messages": [null]}'),
    "string_without_end": lambda: b'[{"messages": "' + b"\\" * 2_999_999,
    "half_of_a_pair": lambda: _around(rb'{"messages": [{"role": "user", "content": "\ud83d"}]}'),
    "bytes": lambda: bytes(range(256)) * 8_000,
    "nul": lambda: b"[" + b"\x00" * 100_000 + b"]",
    "csv_cell_without_end": lambda: _csv(b'u,c,0,user,"' + b"x,\n" * 700_000),
    "csv_columns": lambda: b"," * 1_000_000 + b"\n" + b"," * 1_000_000,
    "csv_conversations": lambda: _csv(*(b"u,c%d,0,user,x" % number for number in range(10_000))),
    "csv_lost_rows": lambda: _csv(*(b"u,c%d,0,user,x\n,,,," % (number % 99) for number in range(20_000))),
    "csv_number": lambda: _csv(b"u,c," + DIGITS + b",user,x", b"u,d,0,user,x"),
    "tree_of_one_line": lambda: json.dumps(
        [{"mapping": {str(n): {"parent": str(n - 1) if n else None, "message": None} for n in range(10_000)}}]
    ).encode(),
    "canvas_digits": lambda: _chatgpt(
        {"recipient": "canmore.create_textdoc", "content": {"content_type": "code", "text": DIGITS.decode()}}
    ),
    "canvas_deep": lambda: _chatgpt(
        {"recipient": "canmore.create_textdoc", "content": {"content_type": "code", "text": DEEP.decode()}}
    ),
    "marks": lambda: _chatgpt(
        {"author": {"role": "assistant"}, "content": {"content_type": "text", "parts": ["\ue200cite\ue202" * 40_000]}}
    ),
    "sources": lambda: _chatgpt(
        {"author": {"role": "assistant"}, "content": {"content_type": "text", "parts": ["【1†" * 100_000]}}
    ),
    "odd_type": lambda: _chatgpt({"content": {"content_type": ["text"], "parts": ["Hi"]}}),
}
