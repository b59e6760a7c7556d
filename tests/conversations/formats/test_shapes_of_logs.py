"""Rows of logs as gateways, frameworks and APIs write them, beside the plain ones: nothing said is lost, nothing is said twice."""

import json
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.formats import ConversationRow, Format, NotRecognised, Row, RowError, default_options, examine, parse
from conversations.formats.turns import transcript

ASKED = {"role": "user", "content": "Rain?"}
ANSWERED = {"role": "assistant", "content": "Later."}
PLAIN = [("user", "Rain?"), ("assistant", "Later.")]
CALLED = [PLAIN[0], ("assistant", "[tool call: sky]"), ("tool", "grey"), PLAIN[1]]
CHOICES = {"model": "m-1", "choices": [{"message": ANSWERED}]}
SAID_IN_PARTS = {"role": "assistant", "content": [{"type": "output_text", "text": "Later."}]}


def rows(value: Any) -> tuple[Format, list[Row | RowError]]:
    stream = BytesIO(json.dumps(value).encode())
    seen = examine(stream)
    return seen.format, [*parse(stream, seen.format, default_options(seen.format, seen.head))]  # type: ignore[list-item]


def conversation(value: dict[str, Any]) -> ConversationRow:
    found, (row,) = rows({"user_id": "u1", **value})
    assert found is Format.OPENAI
    assert isinstance(row, ConversationRow), row
    assert row.subject == "u1"
    return row


def turns(value: dict[str, Any]) -> list[tuple[str, str]]:
    return [(turn.role, turn.content) for turn in conversation(value).turns]


def test_an_answer_that_stands_beside_the_messages_is_a_turn() -> None:
    for beside in (
        {"response": "Later."},
        {"completion": "Later."},
        {"completion": [ANSWERED]},
        {"response": json.dumps(CHOICES)},
        {"message": ANSWERED},
        {"choices": [{"text": "Later."}]},
        {"choices": [{"delta": ANSWERED}]},
    ):
        assert turns({"messages": [ASKED], **beside}) == PLAIN, beside


def test_an_answer_is_said_once_and_no_other_text_is_taken_for_one() -> None:
    assert turns({"messages": [ASKED, ANSWERED], "response": CHOICES}) == PLAIN
    assert turns({"messages": [ASKED, ANSWERED], "output": "A short summary."}) == PLAIN
    told = {"role": "system", "content": "Be brief."}
    assert turns({"system": "Be brief.", "messages": [told, ASKED, ANSWERED]}) == [("system", "Be brief."), *PLAIN]


@pytest.mark.parametrize(
    "value",
    [
        {"request": {"body": {"messages": [ASKED]}}, "response": {"body": CHOICES}},
        {"request_body": {"messages": [ASKED]}, "response_body": CHOICES},
        {"request": {"input": "Rain?"}, "response": {"output": [SAID_IN_PARTS]}},
        {"input": {"inputBodyJson": {"messages": [ASKED]}}, "output": {"outputBodyJson": ANSWERED}},
        {"values": {"messages": [{"type": "human", "content": "Rain?"}, {"type": "ai", "content": "Later."}]}},
        {"prompt": [ASKED], "completion": [ANSWERED]},
        {"items": [{"type": "message", **ASKED}, {"type": "message", **SAID_IN_PARTS}]},
        {"contents": "Rain?", "response": {"candidates": [{"content": {"parts": [{"text": "Later."}]}}]}},
        {"contents": [{"parts": [{"text": "Rain?"}]}], "candidates": [{"content": {"parts": [{"text": "Later."}]}}]},
        {"messages": [{"role": "user", "content": [{"text": "Rain?"}]}], "output": {"message": {"role": "assistant", "content": [{"text": "Later."}]}}},
        {"messages": [json.dumps(ASKED), json.dumps(ANSWERED)]},
        {"messages": json.dumps(json.dumps([ASKED, ANSWERED]))},
        {"messages": [{"role": " User ", "content": {"text": "Rain?"}}, {"role": "ai_message", "content": {"parts": ["Later."]}}]},
        {"messages": {"data": [{"created_at": 2, **ANSWERED}, {"created_at": 1, "role": "user", "content": [{"type": "text", "text": {"value": "Rain?", "annotations": []}}]}]}},
        {"messages": [{"role": "user", "content": "", "parts": [{"type": "text", "text": "Rain?"}]}, ANSWERED]},
        {"messages": [ASKED, {"role": "assistant", "content": None, "audio": {"transcript": "Later."}}]},
        {"messages": [ASKED, {"role": "assistant", "content": float("nan"), "refusal": "Later."}]},
        {"messages": [ASKED, {"role": "assistant", "content": [{"type": "text", "text": "Later.", "functionCall": None, "image_url": None}]}]},
        {"messages": [ASKED, {"role": "assistant", "content": [{"type": "web_search_tool_result", "content": []}, {"reasoningContent": {}}, {"text": "Later."}]}]},
    ],
)  # fmt: skip
def test_two_turns_of_every_log(value: dict[str, Any]) -> None:
    assert turns(value) == PLAIN


@pytest.mark.parametrize(
    ("call", "result"),
    [
        ({"content": None, "tool_calls": [{"type": "custom", "custom": {"name": "sky"}}]}, {"role": "tool", "content": "grey"}),
        ({"content": [], "tool_calls": [{"function": {"name": "sky"}}]}, {"role": "tool", "content": "grey"}),
        ({"content": "", "additional_kwargs": {"tool_calls": [{"function": {"name": "sky"}}]}}, {"role": "tool", "content": "grey"}),
        ({"content": [{"toolUse": {"name": "sky"}}]}, {"role": "user", "content": [{"toolResult": {"content": [{"text": "grey"}]}}]}),
        ({"parts": [{"function_call": {"name": "sky"}}]}, {"role": "user", "parts": [{"function_response": {"response": {"result": "grey"}}}]}),
        ({"parts": [{"type": "tool-invocation", "toolInvocation": {"toolName": "sky"}}]}, {"role": "tool", "content": "grey"}),
        ({"parts": [{"type": "dynamic-tool", "toolName": "sky"}]}, {"role": "tool", "content": "grey"}),
    ],
)  # fmt: skip
def test_calls_and_results_of_every_log(call: dict[str, Any], result: dict[str, Any]) -> None:
    assert turns({"messages": [ASKED, {"role": "assistant", **call}, result, ANSWERED]}) == CALLED


def test_what_a_person_says_beside_the_results_of_a_tool_is_a_turn_of_its_own() -> None:
    result = {"type": "tool_result", "tool_use_id": "t1", "content": [{"type": "text", "text": "grey"}]}
    said = {"role": "user", "content": [result, {"type": "text", "text": "And tomorrow?"}]}
    assert turns({"messages": [ASKED, said, ANSWERED]}) == [
        PLAIN[0],
        ("tool", "grey"),
        ("user", "And tomorrow?"),
        PLAIN[1],
    ]


def test_pictures_and_files_are_named_in_their_place_and_attached_text_is_kept() -> None:
    parts = [
        {"inlineData": {"mimeType": "image/png", "data": "x"}},
        {"file_data": {"mime_type": "application/pdf"}},
        {"type": "file", "mediaType": "image/png", "url": "x"},
        {"type": "document", "source": {"type": "text", "data": "My garden lies north."}},
        {"type": "text", "text": "Rain?"},
    ]
    value = {"messages": [{"role": "user", "content": parts}, ANSWERED]}
    assert turns(value)[0][1] == "[image]\n[file]\n[image]\n[file]\nMy garden lies north.\nRain?"


def test_the_model_that_answered_is_kept_wherever_the_log_says_it() -> None:
    assert conversation({"request": {"model": "m", "messages": [ASKED]}, "response": CHOICES}).model == "m-1"
    assert conversation({"request": {"model": "m", "messages": [ASKED]}}).model == "m"


def test_thinking_aloud_is_dropped_where_an_answer_begins_with_it() -> None:
    for said, shown in (
        ("<think>hm</think>\nLater.", "Later."),
        ("Write <think>x</think>.", "Write <think>x</think>."),
    ):
        assert turns({"messages": [ASKED, {"role": "assistant", "content": said}]}) == [PLAIN[0], ("assistant", shown)]


def test_sharegpt_as_columns_and_as_a_text() -> None:
    columns = {"from": ["human", "gpt"], "value": ["Rain?", "Later."]}
    for listed in (columns, json.dumps([{"from": "human", "value": "Rain?"}, {"from": "gpt", "value": "Later."}])):
        found, (row,) = rows({"id": "c1", "conversations": listed})
        assert found is Format.SHAREGPT
        assert isinstance(row, ConversationRow)
        assert [(turn.role, turn.content) for turn in row.turns] == PLAIN


def test_answers_without_their_questions_are_refused_by_name() -> None:
    with pytest.raises(NotRecognised, match="without what was asked"):
        rows({"custom_id": "r1", "response": {"body": CHOICES}, "error": None})


ODD: st.SearchStrategy[Any] = st.sampled_from(
    [
        5,
        None,
        "text",
        [],
        {"role": "critic", "content": "x"},
        {"role": ["user"], "content": "x"},
        {"role": "user", "content": 7},
        {"role": "user", "content": [7]},
        {"role": "user", "content": {"type": ["text"]}},
        {"role": "assistant", "content": None, "tool_calls": 5},
        {"role": "assistant", "content": None, "audio": {"transcript": []}},
        {"type": "human", "data": {"content": 5}},
        {"role": "user", "content": [{"type": "text", "text": {"value": 5}}]},
        {"role": "user", "content": [{"type": "tool_result", "content": [5]}]},
    ]
)


@given(st.lists(st.one_of(st.just(ASKED), st.just(ANSWERED), ODD), min_size=1, max_size=8))
def test_every_message_is_a_turn_or_a_problem(messages: list[Any]) -> None:
    said = transcript([ASKED, *messages], "messages")
    assert len(said.turns) + len(said.problems) == len(messages) + 1
    assert len(said.turns) == 1 + sum(each in (ASKED, ANSWERED) for each in messages)
