"""What ChatGPT keeps of a person becomes attributes, each once, and never a turn."""

import json
from io import BytesIO
from typing import Any

from conversations.formats import AttributeRow, ConversationRow, Format, Options, RowError, SubjectPolicy, Turn, parse

ME = Options(SubjectPolicy.FILE, file_subject="me")


def said(role: str, text: str, **more: Any) -> dict[str, Any]:
    return {"author": {"role": role}, "content": {"content_type": "text", "parts": [text]}, **more}


def context(**content: Any) -> dict[str, Any]:
    return {"author": {"role": "assistant"}, "content": content}


def read(*chats: list[dict[str, Any]], options: Options = ME) -> list[Any]:
    found = []
    for number, messages in enumerate(chats):
        mapping = {
            f"m{place}": {"message": message, "parent": f"m{place - 1}" if place else None}
            for place, message in enumerate(messages)
        }
        found.append({"id": f"c{number}", "mapping": mapping, "current_node": f"m{len(messages) - 1}"})
    return list(parse(BytesIO(json.dumps(found).encode()), Format.CHATGPT, options))


def memories(rows: list[Any]) -> list[tuple[str, str, str]]:
    return [(row.text, row.type, row.reason) for row in rows if isinstance(row, AttributeRow)]


SET = context(
    content_type="model_editable_context",
    model_set_context="1. [2025-05-01]. Keeps two cats.\n\n2. [2025-06-03]. Rows on Sundays. Has\nhis own boat.",
)
QUESTION, ANSWER = said("user", "How far is it?"), said("assistant", "Two miles.")


def test_saved_memories_are_attributes_with_their_day_each_once() -> None:
    rows = read([SET, QUESTION, ANSWER], [SET, QUESTION, ANSWER])
    assert memories(rows) == [
        ("Keeps two cats.", "memory", "Saved on 2025-05-01."),
        ("Rows on Sundays. Has his own boat.", "memory", "Saved on 2025-06-03."),
    ]
    assert {row.system for row in rows if isinstance(row, AttributeRow)} == {"ChatGPT memory"}
    assert [row.turns for row in rows if isinstance(row, ConversationRow)] == [
        (Turn("user", "How far is it?"), Turn("assistant", "Two miles."))
    ] * 2


def test_what_is_saved_in_a_conversation_names_it() -> None:
    rows = read([QUESTION, said("assistant", "Plans a trip to Bergen.", recipient="bio"), ANSWER])
    assert memories(rows) == [("Plans a trip to Bergen.", "memory", "Saved in conversation c0.")]
    assert len(rows[-1].turns) == 2


def test_custom_instructions_are_what_the_person_wrote() -> None:
    wrapped = {
        "user_profile": "The user wrote:\n```Teaches physics.```",
        "user_instructions": "```- No jokes.\n- Use SI.```",
    }
    rows = read([context(content_type="user_editable_context", **wrapped), QUESTION, ANSWER])
    assert [text for text, _, _ in memories(rows)] == ["Teaches physics.", "No jokes.", "Use SI."]
    plain = {"about_user_message": "Teaches physics.", "about_model_message": "No jokes."}
    message = context(content_type="user_editable_context", **wrapped) | {
        "metadata": {"user_context_message_data": plain}
    }
    assert [text for text, _, _ in memories(read([message, QUESTION, ANSWER]))] == ["Teaches physics.", "No jokes."]


def test_request_to_forget_is_reported_and_no_memory() -> None:
    rows = read([QUESTION, said("assistant", "Forget that the user has cats.", recipient="bio"), ANSWER])
    assert memories(rows) == []
    (problem,) = (row for row in rows if isinstance(row, RowError))
    assert problem.kept
    assert problem.found == "Forget that the user has cats."


def test_memories_of_a_conversation_that_is_refused_are_kept() -> None:
    rows = read([SET])
    assert len(memories(rows)) == 2
    assert isinstance(rows[-1], RowError)


def test_subject_of_a_conversation_is_that_of_its_memories() -> None:
    rows = read([SET, QUESTION], [SET, QUESTION], options=Options(SubjectPolicy.CONVERSATION))
    assert [row.subject for row in rows if isinstance(row, AttributeRow)] == ["c0", "c0", "c1", "c1"]
