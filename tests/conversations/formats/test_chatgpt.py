"""What the person saw of a ChatGPT conversation, and nothing else."""

import json
from io import BytesIO
from typing import Any

import pytest

from conversations.formats import ConversationRow, Format, Options, RowError, SubjectPolicy, Turn, parse
from conversations.formats.readers.chatgpt.marks import without_marks

ME = Options(SubjectPolicy.FILE, file_subject="me")
QUESTION: tuple[str, Any, dict[str, Any]] = ("user", {"content_type": "text", "parts": ["How do I start?"]}, {})


ANSWER: tuple[str, Any, dict[str, Any]] = ("assistant", {"content_type": "text", "parts": ["Like this."]}, {})


def chat(*messages: tuple[str, Any, dict[str, Any]], **fields: Any) -> dict[str, Any]:
    """One line of messages: role, content, and what else the message has."""
    mapping: dict[str, Any] = {"root": {"message": None, "parent": None}}
    for number, (role, content, more) in enumerate(messages):
        message = {"author": {"role": role}, "content": content, **more}
        mapping[f"m{number}"] = {"message": message, "parent": f"m{number - 1}" if number else "root"}
    return {"id": "c1", "mapping": mapping, "current_node": f"m{len(messages) - 1}"} | fields


def read(*chats: Any) -> list[Any]:
    return list(parse(BytesIO(json.dumps(chats).encode()), Format.CHATGPT, ME))


def turns(*messages: tuple[str, Any, dict[str, Any]]) -> list[Turn]:
    (row,) = read(chat(QUESTION, *messages))
    assert isinstance(row, ConversationRow), row
    return list(row.turns)[1:]


def text(said: str) -> dict[str, Any]:
    return {"content_type": "text", "parts": [said]}


def canvas(function: str, call: Any) -> tuple[str, Any, dict[str, Any]]:
    said = call if isinstance(call, str) else json.dumps(call)
    return "assistant", {"content_type": "code", "text": said}, {"recipient": f"canmore.{function}"}


def test_document_of_the_canvas_is_a_turn_and_its_call_is_none() -> None:
    made = turns(
        canvas("create_textdoc", {"name": "plan", "type": "document", "content": "# Plan\n1. Begin"}),
        ("tool", text("Successfully created text document."), {"metadata": {"canvas": {"title": "Plan"}}}),
        ("assistant", text("Here it is."), {}),
        canvas("update_textdoc", {"updates": [{"pattern": ".*", "multiple": False, "replacement": "# Plan B"}]}),
        ("tool", text("Successfully updated text document."), {}),
        canvas("comment_textdoc", {"comments": [{"pattern": "B", "comment": "Name it better."}]}),
    )
    assert made == [
        Turn("assistant", "# Plan\n1. Begin"),
        Turn("assistant", "Here it is."),
        Turn("assistant", "# Plan B"),
        Turn("assistant", "Name it better."),
    ]


@pytest.mark.parametrize("call", ["{not json", "[1]", "{}", '{"content": 3}', '{"updates": [{"pattern": 1}]}'])
def test_canvas_call_that_can_not_be_read_is_noted_and_the_conversation_kept(call: str) -> None:
    row, problem = read(chat(QUESTION, canvas("create_textdoc", call), ("assistant", text("Done."), {})))
    assert isinstance(row, ConversationRow)
    assert [turn.content for turn in row.turns] == ["How do I start?", "Done."]
    assert isinstance(problem, RowError)
    assert problem.kept


REPORT = "# Report\n" + "All that was found. " * 20
STATE = {"status": "completed", "report_message": {"id": "r", "content": {"content_type": "text", "parts": [REPORT]}}}


@pytest.mark.parametrize(
    "message",
    [
        ("tool", text("{}"), {"metadata": {"chatgpt_sdk": {"widget_state": json.dumps(STATE)}}}),
        ("tool", text("{}"), {"metadata": {"chatgpt_sdk": {"tool_response_metadata": {"venus_widget_state": STATE}}}}),
        ("system", text(""), {"metadata": {"venus_widget_state": STATE, "is_visually_hidden_from_conversation": True}}),
        ("assistant", text(REPORT), {"metadata": {"is_async_task_result_message": True}}),
        ("tool", text(REPORT), {"metadata": {"is_async_task_result_message": True}}),
    ],
)
def test_report_of_a_research_is_a_turn_wherever_it_lies(message: Any) -> None:
    assert turns(message) == [Turn("assistant", REPORT)]


def test_report_that_several_messages_hold_is_one_turn() -> None:
    states = [("tool", text("{}"), {"metadata": {"chatgpt_sdk": {"widget_state": json.dumps(STATE)}}})] * 3
    assert turns(*states, ("assistant", text("Ready."), {})) == [Turn("assistant", REPORT), Turn("assistant", "Ready.")]


def test_state_of_another_widget_is_nobody_s_text() -> None:
    states = ["just words", json.dumps({"a": 1}), ["a"], {"report_message": None}, 3, None]
    messages = [("tool", text("x"), {"metadata": {"chatgpt_sdk": {"widget_state": state}}}) for state in states]
    assert turns(*messages, ("assistant", text("Ready."), {})) == [Turn("assistant", "Ready.")]


@pytest.mark.parametrize(
    "content",
    [
        {"content_type": "execution_output", "text": "1"},
        {"content_type": "tether_quote", "text": "From a page"},
        {"content_type": "tether_browsing_display", "result": "", "summary": None},
        {"content_type": "system_error", "text": "Timed out"},
        text("Model set context updated."),
        None,
    ],
)
def test_what_a_tool_said_was_shown_to_nobody(content: Any) -> None:
    assert turns(("tool", content, {}), ("assistant", text("Like this."), {})) == [Turn("assistant", "Like this.")]


def test_picture_that_a_tool_made_was_shown() -> None:
    picture = {"content_type": "image_asset_pointer", "asset_pointer": "sediment://1"}
    made: tuple[str, Any, dict[str, Any]] = (
        "tool",
        {"content_type": "multimodal_text", "parts": [picture, "prompt of the picture"]},
        {},
    )
    assert turns(made) == [Turn("assistant", "[image]")]


AUDIO = {"content_type": "audio_asset_pointer", "asset_pointer": "sediment://2"}
BOTH = {"content_type": "real_time_user_audio_video_asset_pointer", "audio_asset_pointer": AUDIO}


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ([{"content_type": "audio_transcription", "text": "Which way?"}, BOTH], "Which way?"),
        ([AUDIO, {"content_type": "audio_transcription", "text": "Which way?"}], "Which way?"),
        ([AUDIO], "[audio]"),
        ([BOTH], "[audio]"),
        (["See", {"content_type": "sketch_asset_pointer"}], "See\n[file]"),
    ],
)
def test_recording_is_noted_where_there_is_no_transcript(parts: list[Any], said: str) -> None:
    assert turns(("user", {"content_type": "multimodal_text", "parts": parts}, {}))[0].content == said


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (
            "Open at ten. \ue200cite\ue202turn0search1\ue202turn2view0\ue201 Closed on Monday.",
            "Open at ten. Closed on Monday.",
        ),
        ('By \ue200entity\ue202["people","Ada Lovelace","mathematician"]\ue201, 1843.', "By Ada Lovelace, 1843."),
        ("\ue203Quoted words\ue204\ue200cite\ue202turn0news1\ue201.", "Quoted words."),
        ("See 【4†source】 and【12:3†guide.pdf】.", "See and."),
        ("Cut off \ue200cite\ue202turn0sea", "Cut off"),
        ("List\ue200navlist\ue202More news\ue202turn0news1,turn0news2\ue201", "List"),
        ("A 【note】 of one's own and † a cross", "A 【note】 of one's own and † a cross"),
        ("\ue200entity\ue202[broken\ue201 \ue200\ue201x\ue201", "x"),
    ],
)
def test_marks_for_the_page_are_no_text(raw: str, shown: str) -> None:
    assert without_marks(raw) == shown
    expected = [Turn("assistant", shown)]
    assert turns(("assistant", text(raw), {})) == expected


def test_what_the_person_wrote_stays_as_it_is() -> None:
    assert turns(("user", text("What does 【4†source】 mean?"), {})) == [Turn("user", "What does 【4†source】 mean?")]


def test_parents_are_enough_to_find_the_last_message() -> None:
    found = chat(QUESTION, ("assistant", text("Like this."), {}))
    del found["current_node"]
    (row,) = read(found)
    assert isinstance(row, ConversationRow)
    assert len(row.turns) == 2


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"recipient": ["all"]}, "recipient"),
        ({"recipient": {}}, "recipient"),
        ({"weight": "0"}, "weight"),
        ({"weight": [1]}, "weight"),
        ({"metadata": []}, "metadata"),
        ({"metadata": {"is_visually_hidden_from_conversation": "no"}}, "metadata.is_visually_hidden_from_conversation"),
        ({"metadata": {"model_slug": ["m"]}}, "metadata.model_slug"),
        ({"author": ["user"]}, "author"),
        ({"author": {"role": ["user"]}}, "author.role"),
        ({"content": "Hi"}, "content"),
        ({"content": {"content_type": ["text"], "parts": ["Hi"]}}, "content.content_type"),
        ({"content": {"content_type": "text", "parts": {"0": "Hi"}}}, "content.parts"),
        ({"content": {"content_type": "text", "parts": [["Hi"]]}}, "content.parts[0]"),
    ],
)
def test_odd_field_costs_its_own_message_and_is_named(more: dict[str, Any], field: str) -> None:
    odd = chat(QUESTION, ("assistant", text("x"), {"author": {"role": "assistant"}, **more}), ANSWER)
    first, second, problem, third = read(chat(QUESTION, ANSWER), odd, chat(QUESTION, ANSWER))
    assert isinstance(second, ConversationRow)
    assert second.turns[-1] == first.turns[-1] == third.turns[-1] == Turn("assistant", "Like this.")
    assert isinstance(problem, RowError)
    assert (problem.line, problem.field, problem.kept) == (2, f"mapping.m1.message.{field}", True)


def branched(first: float | None, second: float | None, **fields: Any) -> list[Any]:
    found = chat(QUESTION, ("assistant", text("One."), {"create_time": first}), **fields)
    answer = {"author": {"role": "assistant"}, "content": text("Two."), "create_time": second}
    found["mapping"]["other"] = {"message": answer, "parent": "m0"}
    return read(found)


def test_without_current_node_the_branch_written_last_is_kept_and_both_facts_reported() -> None:
    row, unsaid, beside = branched(2.5, 1.5, current_node=None)
    assert row.turns[-1].content == "One."
    assert (unsaid.field, unsaid.kept) == ("current_node", True)
    assert (beside.found, beside.kept) == ("1 message of other branches", True)


@pytest.mark.parametrize("moment", [None, 3.5])
def test_of_branches_that_nothing_tells_apart_none_is_guessed(moment: float | None) -> None:
    (problem,) = branched(moment, moment, current_node=None)
    assert (problem.field, problem.kept) == ("current_node", False)


def test_messages_of_other_branches_are_counted() -> None:
    row, beside = branched(1.5, 2.5)
    assert row.turns[-1].content == "One."
    assert beside.found == "1 message of other branches"


def test_children_are_enough_to_find_the_line() -> None:
    found = chat(QUESTION, ANSWER, current_node=None)
    for node, children in zip(found["mapping"].values(), (["m0"], ["m1"], []), strict=True):
        node |= {"parent": None, "children": children}
    (row,) = read(found)
    assert [turn.role for turn in row.turns] == ["user", "assistant"]


def test_attached_file_is_named_and_a_picture_is_noted_once() -> None:
    picture = {"content_type": "image_asset_pointer", "asset_pointer": "sediment://1"}
    content = {"content_type": "multimodal_text", "parts": [picture, "Compare them."]}
    attachments = [
        {"name": "plan.pdf", "mime_type": "application/pdf"},
        {"name": "me.PNG"},
        {"mimeType": "image/webp"},
        {},
    ]
    (turn,) = turns(("user", content, {"metadata": {"attachments": attachments}}))
    assert turn.content == "[file: plan.pdf]\n[file]\n[image]\nCompare them."


def test_analysis_was_shown_to_nobody() -> None:
    assert turns(("assistant", text("Let me think."), {"channel": "analysis"}), ANSWER)[0].content == "Like this."
