"""The header of a table: which column is which of our fields, whatever people and tools call them."""

import re
from collections.abc import Iterable, Mapping, Sequence

from conversations.formats.fields import FieldError, excerpt
from conversations.formats.options import Options, SubjectPolicy

# Our fields, and the names they go by, the most telling first. Case, blanks and hyphens in a name don't matter.
NAMES: Mapping[str, tuple[str, ...]] = {
    "subject": (
        *("user_id", "subject", "subject_id", "user", "participant_id", "participant", "hashed_ip", "username"),
        *("customer_id", "member_id", "owner", "account_id", "person", "person_id", "user_name", "author_id"),
    ),
    "conversation": (
        *("conversation_id", "conversation", "conversation_hash", "session_id", "session", "chat_id", "chat"),
        *("thread_id", "thread", "dialog_id", "dialogue_id", "conv_id", "ticket_id"),
    ),
    "turn": ("turn", "turn_index", "turn_id", "index", "position", "message_index", "turn_number", "sequence", "seq"),
    "time": ("time", "timestamp", "created_at", "date", "datetime", "sent_at", "created", "start_time", "date_time"),
    "role": ("role", "from", "speaker", "sender", "author", "sender_type", "message_type", "author_role", "who"),
    "content": ("content", "text", "message", "value", "utterance", "body", "message_text", "msg"),
    "prompt": (
        *("prompt", "question", "input", "user_message", "user_input", "query", "instruction", "human", "user_prompt"),
        *("request", "input_text", "user_text"),
    ),
    "response": (
        *("response", "answer", "output", "assistant_message", "assistant", "completion", "reply", "bot_response"),
        *("model_response", "ai_response", "output_text", "assistant_response", "generated_text", "bot"),
    ),
    "instruction": ("instruction",),
    "history": ("history", "chat_history", "conversation_history", "message_history"),
    "language": ("language", "lang", "locale"),
    "model": ("model", "model_name", "llm", "engine"),
}
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[\s\-.]+")


def folded(name: str) -> str:
    return _WORDS.sub("_", name.strip()).casefold().strip("_")


def _joined(name: str) -> str:
    """``USERID`` is ``user_id``."""
    return name.replace("_", "")


def proposed(names: Sequence[str], fields: Mapping[str, tuple[str, ...]] = NAMES) -> dict[str, str]:
    """Our fields and the columns they seem to be. No column is two of them."""
    by_folded = {_joined(folded(name)): name for name in reversed(names) if name.strip()}
    found: dict[str, str] = {}
    taken: set[str] = set()
    for ours, candidates in fields.items():
        name = next(
            (
                by_folded[each]
                for each in map(_joined, candidates)
                if each in by_folded and by_folded[each] not in taken
            ),
            None,
        )
        if name is not None:
            found[ours] = name
            taken.add(name)
    return _unambiguous(found)


def _unambiguous(found: dict[str, str]) -> dict[str, str]:
    """With a role and a content a row is one turn; then what looks like an exchange is something else."""
    if "role" in found and "content" in found:
        return {ours: name for ours, name in found.items() if ours not in {"prompt", "response"}}
    if "prompt" in found and "response" in found:
        return {ours: name for ours, name in found.items() if ours not in {"role", "content"}}
    return found


def holds_turns(columns: Iterable[str]) -> bool:
    return {"role", "content"} <= set(columns)


def holds_exchanges(columns: Iterable[str]) -> bool:
    return {"prompt", "response"} <= set(columns)


def proposed_options(names: Sequence[str]) -> Options:
    columns = proposed(names)
    if "subject" in columns:
        return Options(SubjectPolicy.FIELD, columns=columns)
    return Options(SubjectPolicy.CONVERSATION if "conversation" in columns else SubjectPolicy.FILE, columns=columns)


def columns_of(names: Sequence[str], options: Options, fields: Mapping[str, tuple[str, ...]] = NAMES) -> dict[str, str]:
    """Which column each of our fields is: as the uploader said, else as it seems.

    Raises:
        FieldError: a column was named that is not there, or a field that is needed has none.
    """
    by_folded = {folded(name): name for name in reversed(names)}
    said = {ours: name for ours, name in options.columns.items() if name and ours in fields}
    if options.subject_field and "subject" in fields:
        said["subject"] = options.subject_field
    found = proposed([name for name in names if name not in said.values()], fields)
    for ours, name in said.items():
        if name not in names and folded(name) not in by_folded:
            raise FieldError(name, f"a column for {ours}: say which one it is", _listed(names))
        found[ours] = name if name in names else by_folded[folded(name)]
    return _unambiguous(found) if not {"role", "content", "prompt", "response"} & said.keys() else found


def refuse_unless_whole(columns: Mapping[str, str], names: Sequence[str], options: Options) -> None:
    """Raises FieldError where nobody can say whose a row is, or what it says."""
    if options.subject_policy is SubjectPolicy.FIELD and "subject" not in columns:
        raise FieldError("user_id", "a column for subject: say which one it is, or what one subject is", _listed(names))
    if holds_exchanges(columns):
        return
    if missing := [ours for ours in ("conversation", "role", "content") if ours not in columns]:
        expected = f"a column for {missing[0]}: say which one it is (or columns for prompt and response)"
        raise FieldError(f"{missing[0]}{'_id' if missing[0] == 'conversation' else ''}", expected, _listed(names))


def _listed(names: Sequence[str]) -> str:
    return f"the columns {', '.join(excerpt(name) for name in names[:20])}"
