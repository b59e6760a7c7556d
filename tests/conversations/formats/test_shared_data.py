"""The real files beside the project, where there are any. Nothing of them is copied here."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conversations.formats import (
    AttributeRow,
    CaseRow,
    ConversationRow,
    Format,
    JudgmentRow,
    PromptRow,
    ResponseRow,
    Row,
    RowError,
    SubjectPolicy,
    default_options,
    parse,
    recognise,
)

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="../shared/data is not there")

SIX = {
    "openai_messages.jsonl": Format.OPENAI,
    "sharegpt.json": Format.SHAREGPT,
    "wildchat_rows.jsonl": Format.WILDCHAT,
    "lmsys_chat_1m.jsonl": Format.LMSYS,
    "chatgpt_export_conversations.json": Format.CHATGPT,
    "authors_task4_style.jsonl": Format.RELEASE_TASK4,
}


def rows(name: str, file_format: Format) -> list[Any]:
    with (DATA / name).open("rb") as stream:
        head = stream.read(65_536)
        assert recognise(head) is file_format
        options = default_options(file_format, head)
        if options.subject_policy is SubjectPolicy.FILE:
            options = replace(options, file_subject="me")
        stream.seek(0)
        return list(parse(stream, file_format, options))


def counts(found: list[Row | RowError]) -> Counter[str]:
    return Counter(type(row).__name__ for row in found)


def test_six_formats_give_the_same_twelve_conversations() -> None:
    read = {
        name: sorted(str(row.turns) for row in rows(f"formats/{name}", file_format) if isinstance(row, ConversationRow))
        for name, file_format in SIX.items()
    }
    assert {len(turns) for turns in read.values()} == {12}
    assert all(turns == read["sharegpt.json"] for turns in read.values())


def test_wildchat_files() -> None:
    sessions = rows("conversations/wildchat_sessions.jsonl", Format.OPENAI)
    assert counts(sessions) == {"ConversationRow": 400}
    assert len({row.subject for row in sessions if isinstance(row, ConversationRow)}) == 400
    assert counts(rows("conversations/wildchat_singles.jsonl", Format.OPENAI)) == {"ConversationRow": 303}


def test_verified_attributes_point_to_turns_of_the_user() -> None:
    sessions = rows("conversations/wildchat_sessions.jsonl", Format.OPENAI)
    turns = {row.conversation: row.turns for row in sessions if isinstance(row, ConversationRow)}
    verified = rows("conversations/wildchat_verified_attributes.jsonl", Format.VERIFIED_ATTRIBUTES)
    assert counts(verified) == {"AttributeRow": 518}
    pointers = [pointer for row in verified if isinstance(row, AttributeRow) for pointer in row.evidence]
    assert all(turns[pointer.conversation][pointer.turn or 0].role == "user" for pointer in pointers)
    found = [(pointer.quote or "") in turns[pointer.conversation][pointer.turn or 0].content for pointer in pointers]
    assert (len(found), sum(found)) == (518, 342)


def test_release_task4() -> None:
    found = rows("release/task4_items.jsonl", Format.RELEASE_TASK4)
    assert counts(found) == {"SubjectRow": 24, "ConversationRow": 162, "AttributeRow": 725}


def test_release_task5() -> None:
    found = rows("release/task5_items.jsonl", Format.RELEASE_TASK5)
    profiles = Counter(row.subject for row in found if isinstance(row, AttributeRow))
    cases = [row for row in found if isinstance(row, CaseRow)]
    assert (len(profiles), sum(isinstance(row, PromptRow) for row in found), len(cases)) == (47, 41, 164)
    assert sum(profiles[case.subject] for case in cases) == 3_973


def test_release_task6() -> None:
    responses = [row for row in rows("release/task6_items.jsonl", Format.RELEASE_TASK6) if isinstance(row, ResponseRow)]
    assert Counter(row.kind for row in responses) == {"generic": 308, "personalized": 308}
    assert sum(given.given for row in responses for given in row.attributes or ()) == 1_416


def test_release_votes_and_majority_name_the_cases_of_task5() -> None:
    cases = {
        (row.subject, row.prompt)
        for row in rows("release/task5_items.jsonl", Format.RELEASE_TASK5)
        if isinstance(row, CaseRow)
    }
    votes = rows("release/votes/gpt-5.4.jsonl", Format.RELEASE_VOTES)
    majority = rows("release/human_majority_stage2.jsonl", Format.RELEASE_MAJORITY)
    assert counts(votes) == {"JudgmentRow": 3_973}
    assert counts(majority) == {"JudgmentRow": 2_094, "RowError": 3}
    judged = {(row.subject, row.prompt) for row in [*votes, *majority] if isinstance(row, JudgmentRow)}
    assert judged == cases
