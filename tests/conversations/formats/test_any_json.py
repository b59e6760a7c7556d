"""Whatever JSON stands in a row, a format yields rows that can be stored, or error rows."""

import dataclasses
import json
from io import BytesIO
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.formats import (
    ConversationRow,
    Format,
    NotRecognised,
    Options,
    RowError,
    SubjectPolicy,
    default_options,
    parse,
    recognise,
)

FIELDS = [
    "kind",
    "subject",
    "conversation",
    "conversations",
    "turns",
    "role",
    "content",
    "messages",
    "user_id",
    "session_id",
    "conversation_hash",
    "hashed_ip",
    "from",
    "value",
    "mapping",
    "current_node",
    "parent",
    "message",
    "author",
    "parts",
    "chat_messages",
    "sender",
    "text",
    "attribute",
    "attributes",
    "id",
    "confidence",
    "evidence",
    "conv_idx",
    "turn_idxs",
    "merged_attributes",
    "profile_attributes",
    "prompt",
    "prompt_id",
    "prompt_index",
    "prompt_text",
    "items",
    "relevant",
    "model",
    "model_tag",
    "response_no_context",
    "response_personalized",
    "is_relevant",
    "gold_memories",
    "utterance_index",
    "quote",
    "turn",
    "label",
    "stage",
    "rater",
    "rater_kind",
    "cost",
    "score",
    "selected",
    "system",
    "response",
    "toxic",
]
WORDS = [
    "user",
    "assistant",
    "human",
    "gpt",
    "subject",
    "conversation",
    "attribute",
    "prompt",
    "case",
    "selection",
    "response",
    "judgment",
    "generic",
    "personalized",
    "yes",
    "no",
    "accept",
    "model",
    "human",
    "panel",
    "u1",
    "u1_3",
    "c1",
    "n1",
    "\x00",
    "�",
    "NaN",
    "1.5",
    "-1",
    "1e400",
]

LEAF = (
    st.none()
    | st.booleans()
    | st.integers(-2, 6)
    | st.integers()
    | st.floats()
    | st.sampled_from(WORDS)
    | st.text(max_size=5)
    | st.sampled_from([10**30, "x" * 300])
)
VALUE = st.recursive(
    LEAF,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=8),
    max_leaves=25,
)


def strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for part in value.items() for text in strings(part)]
    if isinstance(value, list | tuple):
        return [text for part in value for text in strings(part)]
    return []


@settings(deadline=None)  # the machine may be busy
@given(
    rows=st.lists(st.dictionaries(st.sampled_from(FIELDS), VALUE, max_size=12), min_size=1, max_size=3),
    file_format=st.sampled_from([file_format for file_format in Format if file_format is not Format.CSV]),
    policy=st.sampled_from(SubjectPolicy),
)
def test_any_json_gives_rows_that_can_be_stored_or_errors(
    rows: list[dict[str, Any]], file_format: Format, policy: SubjectPolicy
) -> None:
    data = "\n".join(map(json.dumps, rows)).encode()
    for row in parse(BytesIO(data), file_format, Options(policy, "user_id", "s")):
        for text in strings(dataclasses.asdict(row)):
            assert "\x00" not in text
            text.encode()
        if isinstance(row, ConversationRow):
            assert row.subject
            assert row.turns
            assert all(turn.role in {"user", "assistant", "system", "tool"} for turn in row.turns)
        if isinstance(row, RowError):
            assert len(row.field) <= 200
            assert len(row.found) < 1_000


@settings(deadline=None)  # the machine may be busy
@given(data=st.binary(max_size=200) | VALUE.map(lambda value: json.dumps([value]).encode()))
def test_whatever_it_is_it_is_recognised_or_refused_in_words(data: bytes) -> None:
    try:
        default_options(recognise(data), data)
    except NotRecognised as refusal:
        assert str(refusal).endswith(".")
