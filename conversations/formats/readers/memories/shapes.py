"""The shapes in which memories of assistants are exported: how each is told, whose it is, and what it says."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from conversations.formats.fields import FieldError, Record
from conversations.formats.json_elements import Look
from conversations.formats.limits import MAX_ATTRIBUTE_CHARACTERS
from conversations.formats.rows import EvidencePointer
from conversations.formats.statements import statements_of
from conversations.formats.subjects import SUBJECT_FIELDS


@dataclass(frozen=True, slots=True)
class Memory:
    text: str
    name: str | None = None
    kind: str = ""
    confidence: float | None = None
    evidence: tuple[EvidencePointer, ...] = ()


@dataclass(frozen=True, slots=True)
class Shape:
    system: str  # empty: the one that the uploader names
    is_it: Look
    memories: Callable[[Record], Iterator[Memory]]


OWNERS = ("user_id", "metadata.user_id", "userId", *SUBJECT_FIELDS[1:], "owner_id", "group_id", "graph_id")
_TEXTS = ("content", "text", "memory", "fact", "data", "value")
# Fields of rows that are something else, whatever else they have.
_NO_MEMORY = frozenset(
    {
        *("messages", "conversation", "conversations", "mapping", "chat_messages", "turns", "role", "from", "sender"),
        *("author", "input", "inputs", "output", "prompt", "response", "chosen", "rejected", "title", "items", "kind"),
        *("label", "attributes"),
    }
)


def _has_text(record: Record, name: str) -> bool:
    return record.is_text(name) and bool(record.text(name, blank=True).strip())


def _is_something_else(record: Record) -> bool:
    return any(record.has(name) for name in _NO_MEMORY)


def _is_mem0(record: Record) -> bool:
    named = ("id", "user_id", "hash", "agent_id", "run_id", "event", "metadata")
    return _has_text(record, "memory") and any(map(record.has, named)) and not _is_something_else(record)


def _mem0(record: Record) -> Iterator[Memory]:
    text = record.text("memory", MAX_ATTRIBUTE_CHARACTERS)
    kinds = [one for one in record.list_if_any("categories") or () if isinstance(one, str)]
    yield _with_evidence(record, Memory(text, record.optional_identifier("id"), ", ".join(kinds)))


def _is_zep(record: Record) -> bool:
    named = ("valid_at", "invalid_at", "expired_at", "source_node_uuid", "uuid", "uuid_", "id")
    return _has_text(record, "fact") and any(map(record.has, named)) and not _is_something_else(record)


def _zep(record: Record) -> Iterator[Memory]:
    """Facts of older versions have the whole statement in ``content``, edges of graphs in ``fact``."""
    field = "fact" if record.missing("content") else "content"
    name = next((record.identifier(one) for one in ("uuid", "uuid_", "id") if not record.missing(one)), None)
    yield Memory(record.text(field, MAX_ATTRIBUTE_CHARACTERS), name, record.optional_text("name") or "")


def _is_store_item(record: Record) -> bool:
    return record.has("namespace", "key", "value")


def _store_item(record: Record) -> Iterator[Memory]:
    """LangMem writes {kind, content}; others a text under a name of theirs, or the fields of a profile."""
    key = record.identifier("key")
    if record.is_text("value"):
        yield Memory(record.text("value", MAX_ATTRIBUTE_CHARACTERS), key)
        return
    value = record.record("value")
    kind = (value.optional_text("kind") or "") if value.has("kind", "content") else ""
    inner = value.record_if_any("content") or value
    field = next((one for one in _TEXTS if _has_text(inner, one)), None)
    if field is not None:
        yield Memory(inner.text(field, MAX_ATTRIBUTE_CHARACTERS), key, kind)
        return
    yield from _profile(inner, kind)


def _profile(profile: Record, kind: str) -> Iterator[Memory]:
    """A statement for each field that says something, in the words of the file."""
    said = [
        f"{name}: {profile.scalar(name, 'a text or a number')}"
        for name in profile.names()
        if not profile.missing(name) and profile.list_if_any(name) is None and profile.record_if_any(name) is None
    ]
    if not said:
        raise FieldError(profile.path, "a text, or fields with texts or numbers", "none")
    yield from (Memory(one, None, kind) for one in said)


def _is_agent(record: Record) -> bool:
    memory = record.record_if_any("memory") or record.record_if_any("core_memory")
    return memory is not None and memory.list_if_any("blocks") is not None


def _agent(record: Record) -> Iterator[Memory]:
    memory = record.record_if_any("memory") or record.record("core_memory")
    for block in memory.records("blocks"):
        if block.optional_text("label") != "persona":
            yield from _block(block)


def _is_block(record: Record) -> bool:
    marks = ("limit", "read_only", "is_template", "hidden", "block_id")
    named = record.is_text("label") and record.text("label", blank=True) in {"human", "persona"}
    return record.is_text("label") and record.is_text("value") and (named or any(map(record.has, marks)))


def _block(record: Record) -> Iterator[Memory]:
    label = record.text("label")
    if label == "persona":
        raise record.error("label", "a block that is about the person; it is not stored")
    yield from (Memory(one, None, label) for one in statements_of(record.optional_text("value") or ""))


def _is_passage(record: Record) -> bool:
    marks = ("archive_id", "embedding_config", "agent_id", "source_id")
    is_one = record.starts_with("id", "passage-") or any(map(record.has, marks))
    return is_one and _has_text(record, "text") and not _is_something_else(record)


def _passage(record: Record) -> Iterator[Memory]:
    yield Memory(record.text("text", MAX_ATTRIBUTE_CHARACTERS), record.optional_identifier("id"))


def _is_claude(record: Record) -> bool:
    return record.has("conversations_memory") or record.has("project_memories")


def _claude(record: Record) -> Iterator[Memory]:
    for one in statements_of(record.optional_text("conversations_memory") or ""):
        yield Memory(one)
    projects = record.optional_record("project_memories") or Record({})
    for name in projects.names():
        for one in statements_of(projects.optional_text(name) or ""):
            yield Memory(one, None, "project")


def _is_stated(record: Record) -> bool:
    """Rows that name it an attribute are a table's; a mere text needs a field that only statements have."""
    marks = ("confidence", "evidence", "quote", "memory_id", "attribute_id")
    is_one = any(map(record.has, OWNERS)) and any(map(record.has, marks))
    return is_one and _has_text(record, "text") and not _is_something_else(record)


def _stated(record: Record) -> Iterator[Memory]:
    names, kinds = ("id", "attribute_id", "memory_id"), ("type", "category")
    name = next((record.identifier(one) for one in names if not record.missing(one)), None)
    kind = next((record.text(one) for one in kinds if _has_text(record, one)), "")
    text = record.text("text", MAX_ATTRIBUTE_CHARACTERS)
    yield _with_evidence(record, Memory(text, name, kind, record.optional_share("confidence")))


def _with_evidence(record: Record, memory: Memory) -> Memory:
    """Where the words are quoted; a conversation alone points to no words."""
    quote = next((record.text(one) for one in ("quote", "evidence") if _has_text(record, one)), None)
    if quote is None:
        return memory
    turn = record.optional_integer("turn")
    pointer = EvidencePointer(record.optional_identifier("conversation_id"), turn, quote)
    return Memory(memory.text, memory.name, memory.kind, memory.confidence, (pointer,))


def _is_saved_list(record: Record) -> bool:
    """What pages and tools write of ChatGPT's list of saved memories."""
    others = ("conversation_id", "thread_id", "url", "model", "user_id")
    has_moment = any(map(record.has, ("created_at", "updated_at", "create_time")))
    is_other = _is_something_else(record) or any(map(record.has, others))
    return record.has("id") and _has_text(record, "content") and has_moment and not is_other


def _saved_list(record: Record) -> Iterator[Memory]:
    yield Memory(record.text("content", MAX_ATTRIBUTE_CHARACTERS), record.identifier("id"), "memory")


SHAPES = (
    Shape("Claude memory", _is_claude, _claude),
    Shape("LangMem", _is_store_item, _store_item),
    Shape("mem0", _is_mem0, _mem0),
    Shape("Zep", _is_zep, _zep),
    Shape("Letta", _is_agent, _agent),
    Shape("Letta", _is_block, _block),
    Shape("Letta", _is_passage, _passage),
    Shape("", _is_stated, _stated),
    Shape("ChatGPT memory", _is_saved_list, _saved_list),
)
