"""Recognise a format by what the first kilobytes of a file hold, never by the file's name."""

from collections.abc import Mapping
from io import BytesIO

import ijson

from .csv_turns import DEFAULT_COLUMNS, sniff_delimiter
from .options import Format, Options, SubjectPolicy
from .subjects import SUBJECT_FIELDS

# The fields that together tell a format, the most telling formats first.
_SIGNATURES: tuple[tuple[Format, frozenset[str]], ...] = (
    (Format.YARDSTICK, frozenset({"kind"})),
    (Format.CHATGPT, frozenset({"mapping"})),
    (Format.CLAUDE, frozenset({"chat_messages"})),
    (Format.VERIFIED_ATTRIBUTES, frozenset({"gold_memories"})),
    (Format.RELEASE_TASK6, frozenset({"model_tag", "prompt_id"})),
    (Format.RELEASE_TASK5, frozenset({"profile_attributes"})),
    (Format.RELEASE_TASK4, frozenset({"merged_attributes"})),
    (Format.RELEASE_VOTES, frozenset({"model", "sample_index", "items"})),
    (Format.RELEASE_MAJORITY, frozenset({"sample_index", "prompt_id", "items"})),
    (Format.WILDCHAT, frozenset({"hashed_ip", "conversation"})),
    (Format.WILDCHAT, frozenset({"conversation_hash", "conversation"})),
    (Format.LMSYS, frozenset({"conversation_id", "conversation"})),
    (Format.SHAREGPT, frozenset({"conversations"})),
    (Format.OPENAI, frozenset({"messages"})),
)
_PROPOSED: Mapping[Format, Options] = {
    Format.CHATGPT: Options(SubjectPolicy.FILE),
    Format.CLAUDE: Options(SubjectPolicy.FILE),
    Format.SHAREGPT: Options(SubjectPolicy.CONVERSATION),
    Format.LMSYS: Options(SubjectPolicy.CONVERSATION),
    Format.WILDCHAT: Options(subject_field="hashed_ip"),
    Format.VERIFIED_ATTRIBUTES: Options(subject_field="session_id", system="verified by people"),
    Format.RELEASE_TASK4: Options(system="release"),
    Format.RELEASE_TASK5: Options(system="release"),
    Format.RELEASE_TASK6: Options(system="release"),
}
_LINES_TRIED = 50
_SMALL_BUFFER = 1024  # what is recognised before a syntax error in the same buffer would be lost

_COLUMN_NAMES: Mapping[str, tuple[str, ...]] = {
    "subject": ("user_id", "subject", "subject_id", "user", "participant_id", "hashed_ip"),
    "conversation": ("conversation_id", "conversation", "conversation_hash", "session_id", "chat_id", "thread_id"),
    "turn": ("turn", "turn_index", "turn_id", "index", "position"),
    "role": ("role", "from", "speaker", "sender", "author"),
    "content": ("content", "text", "message", "value", "utterance"),
}


def detect(head: bytes, filename: str = "") -> Format | None:
    """The format, or None if the content tells of none. The name is only for callers that log it."""
    data = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if data.startswith(b"["):
        return _by_fields(_fields(data))
    if data.startswith(b"{"):
        found = (_by_fields(_fields(line)) for line in data.splitlines()[:_LINES_TRIED] if line.strip())
        return next(filter(None, found), None)
    return Format.CSV if _is_csv(data) else None


def default_options(format: Format, head: bytes) -> Options:  # noqa: A002 - what it is called everywhere
    """What to propose to the uploader; for a format without a user id it is theirs to confirm."""
    if format is Format.OPENAI:
        return _openai_options(head)
    if format is Format.CSV:
        return _csv_options(head)
    return _PROPOSED.get(format, Options())


def _openai_options(head: bytes) -> Options:
    data = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    names = _fields(data if data.startswith(b"[") else data.split(b"\n", 1)[0])
    field = next((name for name in SUBJECT_FIELDS if name in names), None)
    return Options(SubjectPolicy.FIELD, field) if field else Options(SubjectPolicy.CONVERSATION)


def _csv_options(head: bytes) -> Options:
    names = csv_header(head)
    columns = {
        ours: next((name for name in candidates if name in names), DEFAULT_COLUMNS[ours])
        for ours, candidates in _COLUMN_NAMES.items()
    }
    if columns["turn"] not in names:
        del columns["turn"]
    if columns["subject"] in names:
        return Options(SubjectPolicy.FIELD, columns=columns)
    del columns["subject"]
    return Options(SubjectPolicy.CONVERSATION, columns=columns)


def csv_header(head: bytes) -> list[str]:
    """The column names, for the uploader to map."""
    first = head.removeprefix(b"\xef\xbb\xbf").lstrip().split(b"\n", 1)[0].decode("utf-8", "replace").rstrip("\r")
    return [name.strip().strip('"') for name in first.split(sniff_delimiter(first))]


def _by_fields(names: set[str]) -> Format | None:
    return next((known for known, telling in _SIGNATURES if telling <= names), None)


def _fields(data: bytes) -> set[str]:
    """The top-level fields of the first object in data that may be cut off anywhere."""
    names: set[str] = set()
    depth = 0
    target = 2 if data.startswith(b"[") else 1
    try:
        for event, value in ijson.basic_parse(BytesIO(data), buf_size=_SMALL_BUFFER):
            if event in ("start_map", "start_array"):
                depth += 1
            elif event in ("end_map", "end_array"):
                depth -= 1
                if depth < target:
                    break
            elif event == "map_key" and depth == target:
                names.add(value)
    except (ijson.JSONError, ValueError, ArithmeticError):
        pass  # a head ends in the middle, and a bad row is the parser's to report
    return names


def _is_csv(data: bytes) -> bool:
    if not data or b"\x00" in data:
        return False
    names = csv_header(data)
    return len(names) >= 3 and all(name.isprintable() for name in names) and b"\n" in data and all(names[:3])
