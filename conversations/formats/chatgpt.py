"""A ChatGPT data export: each conversation is a tree of messages, and the branch that was shown last counts."""

from collections.abc import Iterator

from .context import Context
from .fields import FieldError, Record, excerpt
from .limits import MAX_NAME_CHARACTERS
from .rows import ConversationRow, Turn
from .subjects import subject_of
from .turns import bounded, check_size, part_text, turn_role

# Set-up and thinking that the user never saw as a message.
_HIDDEN_CONTENT = frozenset(
    {"user_editable_context", "model_editable_context", "thoughts", "reasoning_recap", "app_pairing_content"}
)


def chatgpt(line: int, record: Record, context: Context) -> Iterator[ConversationRow]:
    mapping = record.record("mapping")
    messages = [message for node in _branch(record, mapping) if (message := _visible(node)) is not None]
    turns = _turns(messages)
    if not turns:
        raise FieldError("mapping", "at least one message that was shown", f"none in {len(mapping.values)} nodes")
    conversation = next(
        (record.identifier(name) for name in ("conversation_id", "id") if not record.missing(name)), None
    )
    yield ConversationRow(
        line=line,
        subject=subject_of(record, context.options, conversation, turns),
        conversation=conversation,
        turns=turns,
        model=_model(record, messages),
    )


def _branch(record: Record, mapping: Record) -> list[Record]:
    """The nodes from the root to ``current_node``."""
    name: str | None = _last_node(record, mapping)
    seen: set[str] = set()
    nodes: list[Record] = []
    while name is not None:
        if name in seen:
            raise FieldError(mapping.path, "a tree", f"a circle through {excerpt(name)}")
        if name not in mapping.values:
            raise FieldError(mapping.path, "every parent among the nodes", f"no node {excerpt(name)}")
        seen.add(name)
        nodes.append(mapping.record(name))
        parent = nodes[-1].values.get("parent")
        if parent is not None and not isinstance(parent, str):
            raise nodes[-1].error("parent", "the id of a node, or null")
        name = parent
    return nodes[::-1]


def _last_node(record: Record, mapping: Record) -> str:
    if not record.missing("current_node"):
        return record.text("current_node")
    leaves = [name for name in mapping.values if not mapping.record(name).values.get("children")]
    if len(leaves) != 1:
        raise FieldError(
            "current_node", "the node that was shown last", f"none, and {len(leaves)} branches to choose from"
        )
    return leaves[0]


def _visible(node: Record) -> Record | None:
    if node.missing("message"):
        return None
    message = node.record("message")
    metadata = message.record("metadata").values if not message.missing("metadata") else {}
    hidden = (
        turn_role(message.record("author")) == "system"
        or metadata.get("is_visually_hidden_from_conversation") is True
        or metadata.get("is_user_system_message") is True
        or message.values.get("recipient", "all") not in ("all", None)
        or message.values.get("weight") == 0
        or message.record("content").values.get("content_type") in _HIDDEN_CONTENT
    )
    return None if hidden else message


def _turns(messages: list[Record]) -> tuple[Turn, ...]:
    turns: list[Turn] = []
    characters = 0
    for message in messages:
        text = _text(message.record("content"))
        characters += len(text)
        check_size(len(turns) + 1, characters, "mapping")
        if text.strip():
            turns.append(Turn(turn_role(message.record("author")), text))
    return tuple(turns)


def _text(content: Record) -> str:
    if not content.missing("parts"):
        parts = content.list("parts")
        texts = (
            part_text(part, f"{content.at('parts')}[{index}]") for index, part in enumerate(parts) if part is not None
        )
        return bounded("\n".join(filter(None, texts)), content.at("parts"))
    if isinstance(content.values.get("text"), str):
        return bounded(content.values["text"], content.at("text"))
    kind = content.text("content_type", MAX_NAME_CHARACTERS)
    return f"[{kind}]"


def _model(record: Record, messages: list[Record]) -> str | None:
    for message in reversed(messages):
        metadata = message.values.get("metadata")
        if isinstance(metadata, dict) and isinstance(metadata.get("model_slug"), str):
            return Record.of(metadata, message.at("metadata")).optional_text("model_slug", MAX_NAME_CHARACTERS)
    return record.optional_text("default_model_slug", MAX_NAME_CHARACTERS)
