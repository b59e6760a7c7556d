"""What the person wrote and saw of a Claude conversation, and nothing else."""

import json
from io import BytesIO
from typing import Any

import pytest

from conversations.formats import ConversationRow, Format, Options, RowError, SubjectPolicy, Turn, parse

ME = Options(SubjectPolicy.FILE, file_subject="me")
ROOT = "00000000-0000-4000-8000-000000000000"


def read(*messages: Any, **fields: Any) -> list[Any]:
    chats = [{"uuid": "c1", "chat_messages": messages, **fields}]
    return list(parse(BytesIO(json.dumps(chats).encode()), Format.CLAUDE, ME))


def turns(*messages: Any) -> list[Turn]:
    (row,) = read(*messages)
    assert isinstance(row, ConversationRow), row
    return list(row.turns)


def human(text: str | None, **more: Any) -> dict[str, Any]:
    return {"sender": "human", "text": text, **more}


def assistant(*blocks: Any, **more: Any) -> dict[str, Any]:
    return {"sender": "assistant", "text": "", "content": list(blocks), **more}


def said(text: str | None) -> dict[str, Any]:
    return {"type": "text", "text": text}


def test_pasted_text_is_what_the_person_wrote() -> None:
    pasted = {"file_name": "", "file_type": "txt", "extracted_content": "My long letter."}
    assert turns(human("", content=[said("")], attachments=[pasted])) == [Turn("user", "My long letter.")]
    assert turns(human("Shorten it.", attachments=[pasted])) == [Turn("user", "Shorten it.\nMy long letter.")]


def test_text_of_a_file_stands_under_its_name() -> None:
    files = [{"file_name": "cv.pdf", "extracted_content": "Ten years a baker."}, {"file_name": "tax.xls"}]
    (turn,) = turns(human("Look.", attachments=files, files=[{"file_name": "cv.pdf"}, {"file_name": "me.PNG"}]))
    assert turn.content == "[image]\nLook.\n[file: cv.pdf]\nTen years a baker.\n[file: tax.xls]"


def test_bookkeeping_is_no_text() -> None:
    blocks = [
        {"type": "thinking", "thinking": "I should look."},
        said("Let me look."),
        {"type": "tool_use", "name": "web_search", "input": {"query": "x"}, "text": None},
        {"type": "tool_result", "name": "web_search", "content": [{"type": "text", "text": "raw"}], "text": None},
        {"type": "token_budget"},
        {"type": "flag", "flag": "x"},
        said("It rains."),
    ]
    assert turns(human("Weather?"), assistant(*blocks))[1] == Turn("assistant", "Let me look.\nIt rains.")


def test_message_without_text_is_dropped() -> None:
    found = turns(
        human("Weather?"),
        assistant(said(None)),
        human(None, content=[said(None)]),
        human(None),
        assistant({"type": "voice_note", "title": "x", "text": "It rains."}),
    )
    assert found == [Turn("user", "Weather?"), Turn("assistant", "It rains.")]


def test_document_beside_the_chat_was_shown() -> None:
    made = {"type": "tool_use", "name": "artifacts", "input": {"command": "create", "content": "# Plan"}}
    changed = {"type": "tool_use", "name": "artifacts", "input": {"command": "update", "old_str": "a", "new_str": "b"}}
    assert turns(human("A plan?"), assistant(made, said("There.")), assistant(changed))[1:] == [
        Turn("assistant", "# Plan\nThere."),
        Turn("assistant", "b"),
    ]


def message(name: str, parent: str | None, at: int, sender: str = "human") -> dict[str, Any]:
    moment = f"2026-05-01T10:00:{at:02}.0Z"
    return {"uuid": name, "parent_message_uuid": parent, "created_at": moment, "sender": sender, "text": name}


EDITED = [
    message("first", ROOT, 1),
    message("answer", "first", 2, "assistant"),
    message("question", "answer", 3),
    message("old answer", "question", 4, "assistant"),
    message("edited question", "answer", 5),
    message("new answer", "edited question", 6, "assistant"),
]


def test_only_the_line_that_was_written_last_is_kept_and_the_others_counted() -> None:
    row, problem = read(*EDITED)
    assert isinstance(row, ConversationRow)
    assert [turn.content for turn in row.turns] == ["first", "answer", "edited question", "new answer"]
    assert isinstance(problem, RowError)
    assert (problem.field, problem.found, problem.kept) == ("chat_messages", "2 messages of other branches", True)


def test_line_that_is_stated_goes_before_the_one_written_last() -> None:
    row, _ = read(*EDITED, current_leaf_message_uuid="old answer")
    assert isinstance(row, ConversationRow)
    assert [turn.content for turn in row.turns][2:] == ["question", "old answer"]


def test_first_message_can_be_edited_too() -> None:
    row, problem = read(
        message("first", ROOT, 1), message("answer", "first", 2, "assistant"), message("edited", ROOT, 3)
    )
    assert isinstance(row, ConversationRow)
    assert [turn.content for turn in row.turns] == ["edited"]
    assert isinstance(problem, RowError)


def test_order_of_the_messages_is_that_of_their_parents() -> None:
    (row,) = read(
        message("first", "outside", 1), message("last", "answer", 3), message("answer", "first", 2, "assistant")
    )
    assert isinstance(row, ConversationRow)
    assert [turn.content for turn in row.turns] == ["first", "answer", "last"]


def test_messages_in_a_circle_are_refused_with_their_number() -> None:
    (problem,) = read(message("a", "b", 1), message("b", "a", 2))
    assert isinstance(problem, RowError)
    assert problem.field == "chat_messages"
    assert problem.found.endswith(": none of 2 messages is kept")


@pytest.mark.parametrize("parent", ["gone", 7.5, ["a"]])
def test_message_whose_parent_is_not_there_is_read_behind_the_one_before_it_and_told(parent: Any) -> None:
    row, problem = read(message("a", ROOT, 1), message("b", parent, 2, "assistant"), message("c", "b", 3))
    assert isinstance(row, ConversationRow)
    assert [turn.content for turn in row.turns] == ["a", "b", "c"]
    assert isinstance(problem, RowError)
    assert problem.kept


def test_odd_message_costs_that_message() -> None:
    row, problem = read(human("Weather?"), {"sender": "oracle", "text": "x"}, assistant(said("It rains.")))
    assert [turn.content for turn in row.turns] == ["Weather?", "It rains."]
    assert isinstance(problem, RowError)
    assert (problem.field, problem.kept) == ("chat_messages[1].sender", True)
