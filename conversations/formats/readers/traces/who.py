"""Whose trace it is and of which session, by the names that tracing tools give to both."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from conversations.formats.decoding import decode
from conversations.formats.fields import FieldError, Record
from conversations.formats.limits import MAX_NAME_CHARACTERS

_SESSIONS = (
    *("thread_id", "session_id", "conversation_id", "sessionId", "threadId", "conversationId"),
    *("gen_ai.conversation.id", "session.id", "langfuse.session.id", "langsmith.trace.session_id"),
    *("langsmith.metadata.thread_id", "langsmith.metadata.session_id"),
    *("traceloop.association.properties.session_id", "traceloop.association.properties.thread_id"),
    *("ai.telemetry.metadata.sessionId", "ai.telemetry.metadata.chatId"),
    *("metadata.thread_id", "metadata.session_id", "metadata.conversation_id"),
)
_USERS = (
    *("user_id", "userId", "user", "user.id", "enduser.id", "langfuse.user.id", "gen_ai.user.id"),
    *("langsmith.metadata.user_id", "traceloop.association.properties.user_id", "ai.telemetry.metadata.userId"),
    *("metadata.user_id", "metadata.userId", "ls_user_id"),
)

type Remember = Callable[[str, str | None, str | None], None]  # of a trace its session and its user


def session_in(places: Iterable[Record]) -> str | None:
    return _first(places, _SESSIONS)


def user_in(places: Iterable[Record]) -> str | None:
    return _first(places, _USERS)


def model_in(places: Iterable[Record], names: tuple[str, ...]) -> str | None:
    """One that is longer than the name of a model can be is none."""
    found = _first(places, names)
    return found if found is not None and len(found) <= MAX_NAME_CHARACTERS else None


def _first(places: Iterable[Record], names: tuple[str, ...]) -> str | None:
    for place in places:
        for name in names:
            if not place.missing(name) and place.record_if_any(name) is None and place.list_if_any(name) is None:
                return place.identifier(name)
    return None


def metadata_of(record: Record) -> Record:
    """An object, or the text of one."""
    if record.starts_with("metadata", "{"):
        try:
            return Record.of(decode(record.text("metadata").encode("utf-8", "surrogatepass")))
        except FieldError:
            return Record({})
    return record.record_if_any("metadata") or Record({})


_MOST_DIGITS = 20  # nanoseconds since 1970 have 19


def moment_of(record: Record, names: tuple[str, ...]) -> int:
    """Microseconds since 1970; 0 where nobody says. Traces without a moment stay in the order of the file."""
    name = next((name for name in names if not record.missing(name)), None)
    value = None if name is None else record.text_or_number(name, "a moment")
    if value is None:
        return 0
    if not isinstance(value, str) or (value.isdecimal() and len(value) <= _MOST_DIGITS):
        number = int(value)
        return _in_microseconds(number) if 0 <= number < 10**_MOST_DIGITS else 0
    try:
        said = datetime.fromisoformat(value)
    except ValueError:
        return 0
    return round((said if said.tzinfo else said.replace(tzinfo=UTC)).timestamp() * 1_000_000)


def _in_microseconds(number: int) -> int:
    """Seconds, milliseconds, microseconds and nanoseconds are told apart by their size."""
    for above, divisor, factor in ((10**17, 1_000, 1), (10**14, 1, 1), (10**11, 1, 1_000)):
        if number > above:
            return number // divisor * factor
    return number * 1_000_000
