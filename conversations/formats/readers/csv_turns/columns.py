"""The header line: what tells a CSV file of turns, and which column is which of our fields."""

from collections.abc import Mapping

from conversations.formats.heads import text_of
from conversations.formats.options import Options, SubjectPolicy
from conversations.formats.reader import Beginning

DEFAULT_COLUMNS: Mapping[str, str] = {
    "subject": "user_id",
    "conversation": "conversation_id",
    "turn": "turn",
    "role": "role",
    "content": "content",
    "language": "language",
    "model": "model",
}
_NAMES: Mapping[str, tuple[str, ...]] = {
    "subject": ("user_id", "subject", "subject_id", "user", "participant_id", "hashed_ip"),
    "conversation": ("conversation_id", "conversation", "conversation_hash", "session_id", "chat_id", "thread_id"),
    "turn": ("turn", "turn_index", "turn_id", "index", "position"),
    "role": ("role", "from", "speaker", "sender", "author"),
    "content": ("content", "text", "message", "value", "utterance"),
}
_DELIMITERS = ",;\t|"


def sniff_delimiter(header: str) -> str:
    return max(_DELIMITERS, key=header.count)


def recognises(beginning: Beginning) -> bool:
    if beginning.element is not None or b"\x00" in beginning.text:
        return False
    names = _header(beginning.text)
    return len(names) >= 3 and all(name.isprintable() for name in names) and b"\n" in beginning.text and all(names[:3])


def propose(head: bytes) -> Options:
    names = _header(head)
    columns = {
        ours: next((name for name in candidates if name in names), DEFAULT_COLUMNS[ours])
        for ours, candidates in _NAMES.items()
    }
    if columns["turn"] not in names:
        del columns["turn"]
    if columns["subject"] in names:
        return Options(SubjectPolicy.FIELD, columns=columns)
    del columns["subject"]
    return Options(SubjectPolicy.CONVERSATION, columns=columns)


def _header(head: bytes) -> list[str]:
    first_line = text_of(head).split(b"\n", 1)[0].decode("utf-8", "replace").rstrip("\r")
    return [name.strip().strip('"') for name in first_line.split(sniff_delimiter(first_line))]
