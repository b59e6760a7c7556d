"""What assistants remember becomes attributes of theirs, and what is not valid any more does not."""

import json
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest

from conversations.formats import (
    AttributeRow,
    Format,
    NotRecognised,
    RowError,
    SubjectPolicy,
    default_options,
    examine,
    parse,
)
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
        ([{"user_id": "u1", "text": "Likes tea", "confidence": 0.5}], "u1", None),
        ([{"user_id": "u1", "text": "Likes tea", "confidence": "0,5", "evidence": "tea, please"}], "u1", None),
        ({"memories": [{"id": "1", "content": "Likes tea", "updated_at": "2026-01-01T00:00:00Z"}]}, "p1", "ChatGPT memory"),
        ([{"id": "m1", "memory": "Likes tea", "metadata": {"user_id": "u1"}, "created_at": 1767225600}], "u1", "mem0"),
        ([{"name": "a", "memory": {"blocks": [{"label": "persona", "value": "I help"}, {"label": "human", "value": "Likes tea"}]}}], "p1", "Letta"),
        ([{"namespace": ["users", "u1", "profile"], "key": "k", "value": "Likes tea"}], "u1", "LangMem"),
        ([{"namespace": "memories.u1", "key": "k", "value": {"data": "Likes tea"}}], "u1", "LangMem"),
        ([{"uuid": "f", "fact": "TEA", "content": "Likes tea", "group_id": "u1"}], "u1", "Zep"),
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
    text = (
        "# About\n\nAnna bakes. She sees Dr. Moe and J. Lie.\n- Likes e.g. rye\n* Has 2 dogs. One is old.\n\n1. Sings"
    )
    assert statements_of(text) == [
        "Anna bakes.",
        "She sees Dr. Moe and J. Lie.",
        "Likes e.g. rye",
        "Has 2 dogs. One is old.",
        "Sings",
    ]


def test_fields_of_a_profile_are_statements_in_the_words_of_the_file() -> None:
    profile = {"name": "Ann", "age": 41, "pets": [], "town": None}
    rows = read([{"namespace": ["u1"], "key": "k", "value": {"kind": "Profile", "content": profile}}])
    assert [(row.text, row.type) for row in rows] == [("name: Ann", "Profile"), ("age: 41", "Profile")]


@pytest.mark.parametrize("namespace", [["org", "u1"], ["memories"], [], 3, [["u1"]], None])
def test_namespace_that_names_no_one_person_is_reported(namespace: Any) -> None:
    good = {"namespace": ["u1"], "key": "k", "value": "Likes tea"}
    row, problem = read([good, {**good, "namespace": namespace}])
    assert row.subject == "u1"
    assert isinstance(problem, RowError)
    assert problem.field.startswith("namespace")


def test_memory_of_nobody_is_reported_and_its_neighbours_are_kept() -> None:
    rows = [
        {"id": str(number), "memory": f"Fact {number}", "user_id": user}
        for number, user in enumerate([None, "u1", "u2"])
    ]
    problem, first, second = read(rows)
    assert (problem.field, first.subject, second.subject) == ("user_id", "u1", "u2")


def test_persona_of_the_assistant_is_reported() -> None:
    row, problem = read([{"label": "human", "value": "Likes tea"}, {"label": "persona", "value": "I am kind."}])
    assert row.text == "Likes tea"
    assert (problem.field, problem.kept) == ("label", False)


def test_day_is_the_reason_and_an_odd_one_costs_itself() -> None:
    rows = [
        {"id": str(number), "memory": f"Fact {number}", "user_id": "u", "created_at": day}
        for number, day in enumerate(["2026-01-05T10:00:00Z", 1767225600, 1767225600000, "soon"])
    ]
    *found, problem = read(rows)
    assert [row.reason for row in found] == ["Saved on 2026-01-05.", "Saved on 2026-01-01.", "Saved on 2026-01-01.", ""]
    assert (problem.field, problem.kept) == ("created_at", True)


@pytest.mark.parametrize("field", ["active", "valid"])
def test_memory_that_is_said_to_be_over_is_not_stored(field: str) -> None:
    over = {"namespace": ["u1"], "key": "k", "value": {"content": "Lives in Oslo", field: False}}
    (problem,) = read([over])
    assert (problem.field, problem.expected) == (f"value.{field}", "a memory that is still valid")


def test_statement_that_a_person_has_twice_is_one_and_another_person_s_is_another() -> None:
    rows = [
        {"id": str(number), "memory": "Likes tea", "user_id": user} for number, user in enumerate(["u1", "u1", "u2"])
    ]
    assert [row.subject for row in read(rows)] == ["u1", "u2"]


def test_conversations_are_no_memories() -> None:
    message = {"id": "1", "role": "user", "content": "Hi", "created_at": "2026-01-01T00:00:00Z"}
    for value in ([{"user_id": "u", "confidence": 1, "text": "x", "messages": [message]}], [message]):
        try:
            seen = examine(BytesIO(json.dumps(value).encode()))
        except NotRecognised:
            continue
        assert seen.format is not Format.MEMORIES


def test_projects_of_claude_are_named() -> None:
    project = {"uuid": "p", "name": "Boat", "prompt_template": "Be exact.", "docs": [{"filename": "a", "content": "b"}]}
    with pytest.raises(NotRecognised, match="projects of a Claude export"):
        examine(BytesIO(json.dumps([project]).encode()))
