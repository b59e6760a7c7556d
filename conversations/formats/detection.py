"""Recognise a format by the first elements of a file, never by the file's name."""

from collections.abc import Callable, Iterator, Mapping
from itertools import islice

from .csv_turns import DEFAULT_COLUMNS, sniff_delimiter
from .decoding import LimitPassed, closed, decode
from .fields import FieldError, Record
from .foreign import container, first, foreign
from .options import Format, Options, SubjectPolicy
from .records import Piece, elements
from .subjects import SUBJECT_FIELDS

HEAD_BYTES = 65_536  # of a file are looked at, by the page, the API and the command alike
_ELEMENTS_TRIED = 50
_FIELDS_NAMED = 12
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
SEVERAL_LINES = "The file is one JSON object over several lines. Put each object on a line of its own, or all of them into one array."
UNKNOWN = "The content tells of no format that is known. Say which one it is."


class NotRecognised(Exception):
    """The content tells of no format that is read here. The message says why, for the uploader."""


def _any(record: Record) -> bool:
    return True


def _kind_is_text(record: Record) -> bool:
    return record.is_text("kind")


def _turns_in(name: str, *fields: str) -> Callable[[Record], bool]:
    """The first turn has one of these fields, if there is one and the head was not cut off before it."""

    def looks(record: Record) -> bool:
        turn = first(record, name)
        return turn is None or not turn.names() or any(turn.has(field) for field in fields)

    return looks


def _has_nodes(record: Record) -> bool:
    mapping = record.record("mapping")
    node = next((mapping.record(name) for name in mapping.names()), Record({}))
    return not node.names() or any(map(node.has, ("id", "parent", "message", "children")))


def _has_messages(record: Record) -> bool:
    return not record.missing("messages")


# The fields that together tell a format, the most telling formats first, and what the first of its parts looks like.
_SIGNATURES: tuple[tuple[Format, frozenset[str], Callable[[Record], bool]], ...] = (
    (Format.YARDSTICK, frozenset({"kind"}), _kind_is_text),
    (Format.CHATGPT, frozenset({"mapping"}), _has_nodes),
    (Format.CLAUDE, frozenset({"chat_messages"}), _turns_in("chat_messages", "sender", "uuid", "text")),
    (Format.VERIFIED_ATTRIBUTES, frozenset({"gold_memories"}), _any),
    (Format.RELEASE_TASK6, frozenset({"model_tag", "prompt_id"}), _any),
    (Format.RELEASE_TASK5, frozenset({"profile_attributes"}), _any),
    (Format.RELEASE_TASK4, frozenset({"merged_attributes"}), _any),
    (Format.RELEASE_VOTES, frozenset({"model", "sample_index", "items"}), _any),
    (Format.RELEASE_MAJORITY, frozenset({"sample_index", "prompt_id", "items"}), _any),
    (Format.WILDCHAT, frozenset({"hashed_ip", "conversation"}), _turns_in("conversation", "role", "content")),
    (Format.WILDCHAT, frozenset({"conversation_hash", "conversation"}), _turns_in("conversation", "role", "content")),
    (Format.LMSYS, frozenset({"conversation_id", "conversation"}), _turns_in("conversation", "role", "content")),
    (Format.SHAREGPT, frozenset({"conversations"}), _turns_in("conversations", "from", "value", "role", "content")),
    (Format.OPENAI, frozenset({"messages"}), _has_messages),
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

_COLUMN_NAMES: Mapping[str, tuple[str, ...]] = {
    "subject": ("user_id", "subject", "subject_id", "user", "participant_id", "hashed_ip"),
    "conversation": ("conversation_id", "conversation", "conversation_hash", "session_id", "chat_id", "thread_id"),
    "turn": ("turn", "turn_index", "turn_id", "index", "position"),
    "role": ("role", "from", "speaker", "sender", "author"),
    "content": ("content", "text", "message", "value", "utterance"),
}


def recognise(head: bytes) -> Format:
    """The format of a file that begins so.

    Raises:
        NotRecognised: with what the file looks like instead, or what could not be read of it.
    """
    data = _text_of(head)
    if not data:
        raise NotRecognised("The file is empty.")
    if (words := container(head)) is not None:
        raise NotRecognised(f"This looks like {words}.")
    if data.startswith((b"[", b"{")):
        return _by_elements(data)
    if _is_csv(data):
        return Format.CSV
    raise NotRecognised(UNKNOWN)


def _text_of(head: bytes) -> bytes:
    return head[:HEAD_BYTES].removeprefix(_BYTE_ORDER_MARK).lstrip()


def _by_elements(data: bytes) -> Format:
    records, problems = _first_records(data)
    if problems and data.startswith(b"{"):
        _refuse_one_object(data)
    for record in records:
        if (words := foreign(record)) is not None:
            raise NotRecognised(f"This looks like {words}: not supported.")
        if (found := _by_fields(record)) is not None:
            return found
    raise NotRecognised(_why_not(records, problems))


def _refuse_one_object(data: bytes) -> None:
    """An object over several lines says what it would be if it stood on one."""
    try:
        record = Record.of(decode(closed(data)))
    except FieldError:
        return
    if (words := foreign(record)) is not None:
        raise NotRecognised(f"This looks like {words}: not supported.")
    if _by_fields(record) is not None:
        raise NotRecognised(SEVERAL_LINES)


def _by_fields(record: Record) -> Format | None:
    return next(
        (known for known, telling, looks in _SIGNATURES if record.has(*telling) and _holds(looks, record)), None
    )


def _holds(looks: Callable[[Record], bool], record: Record) -> bool:
    try:
        return looks(record)
    except FieldError:
        return False


def _why_not(records: list[Record], problems: list[FieldError]) -> str:
    for problem in problems:
        if isinstance(problem, LimitPassed):
            return f"The first rows can't be read: expected {problem.expected}, found {problem.found}."
    named = next((record.names() for record in records if record.names()), [])
    if not named:
        return UNKNOWN
    fields = ", ".join(ascii(name[:40])[1:-1] for name in named[:_FIELDS_NAMED])
    return f"{UNKNOWN} Its first row has the fields {fields}."


def _first_records(data: bytes) -> tuple[list[Record], list[FieldError]]:
    """The objects that a file begins with; the last one may be cut off, and is closed behind its last whole part."""
    records: list[Record] = []
    problems: list[FieldError] = []
    pieces = list(islice(_pieces(data), _ELEMENTS_TRIED))
    for piece in pieces:
        try:
            records.append(Record.of(_decoded(piece, is_last=piece is pieces[-1])))
        except FieldError as error:
            problems.append(error)
    return records, problems


def _pieces(data: bytes) -> Iterator[bytes]:
    if data.startswith(b"["):
        yield from (piece.raw for piece in elements([data]) if isinstance(piece, Piece) and piece.raw)
    else:
        yield from (line for line in data.splitlines() if line.strip())


def _decoded(piece: bytes, *, is_last: bool) -> object:
    try:
        return decode(piece)
    except LimitPassed:
        raise
    except FieldError:
        if not is_last:
            raise
        return decode(closed(piece))


def default_options(format: Format, head: bytes) -> Options:  # noqa: A002 - what it is called everywhere
    """What to propose to the uploader; for a format without a user id it is theirs to confirm."""
    if format is Format.OPENAI:
        return _openai_options(head)
    if format is Format.CSV:
        return _csv_options(head)
    return _PROPOSED.get(format, Options())


def _openai_options(head: bytes) -> Options:
    records, _problems = _first_records(_text_of(head))
    field = next((name for name in SUBJECT_FIELDS if records and records[0].has(name)), None)
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
    first_line = _text_of(head).split(b"\n", 1)[0].decode("utf-8", "replace").rstrip("\r")
    return [name.strip().strip('"') for name in first_line.split(sniff_delimiter(first_line))]


def _is_csv(data: bytes) -> bool:
    if b"\x00" in data:
        return False
    names = csv_header(data)
    return len(names) >= 3 and all(name.isprintable() for name in names) and b"\n" in data and all(names[:3])
