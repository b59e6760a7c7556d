"""What assistants remember becomes attributes of theirs, and what is not valid any more does not."""

import json
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest

from conversations.formats import AttributeRow, Format, RowError, SubjectPolicy, default_options, examine, parse
from conversations.formats.statements import statements_of


def read(value: Any) -> list[Any]:
    stream = BytesIO(json.dumps(value).encode())
    seen = examine(stream)
    assert seen.format is Format.MEMORIES
    options = default_options(seen.format, seen.head)
    if options.subject_policy is SubjectPolicy.FILE:
        options = replace(options, file_subject="p1")
    return list(parse(stream, seen.format, options))


@pytest.mark.parametrize(
    ("value", "subject", "system"),
    [
        ({"results": [{"id": "m1", "memory": "Likes tea", "user_id": "u1"}], "relations": []}, "u1", "mem0"),
        ([{"id": "m1", "memory": "Likes tea", "user_id": "u1", "metadata": None, "expiration_date": "2999-01-01"}], "u1", "mem0"),
        ({"edges": [{"uuid": "e1", "fact": "Likes tea", "valid_at": "2026-01-01T00:00:00Z", "invalid_at": None}]}, "p1", "Zep"),
        ([{"namespace": ["memories", "u1"], "key": "k", "value": {"content": "Likes tea"}}], "u1", "LangMem"),
        ([{"namespace": ["u1"], "key": "k", "value": {"kind": "Memory", "content": {"content": "Likes tea"}}}], "u1", "LangMem"),
        ([{"id": "passage-1", "text": "Likes tea", "agent_id": "a"}], "p1", "Letta"),
        ({"memory_blocks": [{"label": "human", "value": "- Likes tea", "limit": 2000}]}, "p1", "Letta"),
        ([{"conversations_memory": "**Work**\n\nLikes tea", "account_uuid": "x"}], "p1", "Claude memory"),
    ],
)  # fmt: skip
def test_memory_in_every_shape(value: Any, subject: str, system: str) -> None:
    (row,) = read(value)
    assert isinstance(row, AttributeRow)
    assert (row.subject, row.text, row.system) == (subject, "Likes tea", system)


@pytest.mark.parametrize(
    "ended",
    [
        {"invalid_at": "2026-01-02T00:00:00Z"},
        {"expired_at": "2026-01-02T00:00:00Z"},
        {"expiration_date": "2020-01-01"},
        {"is_deleted": True},
        {"event": "DELETE"},
    ],
)
def test_memory_that_ended_is_reported_and_not_stored(ended: dict[str, Any]) -> None:
    (problem, row) = read([{"id": "m1", "fact": "Lives in Oslo", **ended}, {"id": "m2", "fact": "Lives in Rome"}])
    assert isinstance(problem, RowError)
    assert problem.expected == "a memory that is still valid"
    assert row.text == "Lives in Rome"


def test_project_memories_of_claude_are_kept_apart_by_their_type() -> None:
    rows = read([{"conversations_memory": "Likes tea. Lives in Oslo.", "project_memories": {"x": "- Builds a boat"}}])
    assert [(row.text, row.type) for row in rows] == [
        ("Likes tea.", ""),
        ("Lives in Oslo.", ""),
        ("Builds a boat", "project"),
    ]


def test_running_text_is_cut_into_its_statements_and_nothing_is_reworded() -> None:
    text = "# About\n\nAnna bakes. She gets up at 3 a.m. every day.\n- Likes e.g. rye\n* Has 2 dogs. One is old.\n\n1. Sings"
    assert statements_of(text) == [
        "Anna bakes.",
        "She gets up at 3 a.m. every day.",
        "Likes e.g. rye",
        "Has 2 dogs. One is old.",
        "Sings",
    ]
