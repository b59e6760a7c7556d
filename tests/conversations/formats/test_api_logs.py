"""Logs of models' APIs: who said what, whatever the API and whoever logged it."""

import json
from io import BytesIO
from typing import Any

import pytest

from conversations.formats import ConversationRow, Format, default_options, examine, parse

ASKED, ANSWERED = {"role": "user", "content": "Weather?"}, {"role": "assistant", "content": "Sunny."}
PLAIN = [("user", "Weather?"), ("assistant", "Sunny.")]
TOOL = [("user", "Weather?"), ("assistant", "[tool call: weather]"), ("tool", "21 degrees"), ("assistant", "Sunny.")]


def turns(value: dict[str, Any]) -> list[tuple[str, str]]:
    stream = BytesIO(json.dumps({"user_id": "u1", **value}).encode())
    seen = examine(stream)
    assert seen.format is Format.OPENAI
    (row,) = parse(stream, seen.format, default_options(seen.format, seen.head))
    assert isinstance(row, ConversationRow), row
    assert row.subject == "u1"
    return [(turn.role, turn.content) for turn in row.turns]


@pytest.mark.parametrize(
    "value",
    [
        {"messages": [ASKED, ANSWERED]},
        {"messages": json.dumps([ASKED, ANSWERED])},
        {"messages": {"role": ["user", "assistant"], "content": ["Weather?", "Sunny."]}},
        {"messages": [ASKED], "choices": [{"index": 0, "message": ANSWERED}]},
        {"request": {"messages": [ASKED]}, "response": {"choices": [{"message": ANSWERED}]}},
        {"custom_id": "r1", "body": {"messages": [ASKED]}, "response": {"body": {"choices": [{"message": ANSWERED}]}}},
        {"messages": [ASKED], "response": ANSWERED},
        {"input": "Weather?", "output": [{"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Sunny."}]}]},
        {"input": [ASKED], "output": [{"type": "reasoning", "summary": []}, {"type": "message", **ANSWERED}]},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "Weather?"}]}, {"role": "assistant", "content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "Sunny."}]}]},
        {"contents": [{"role": "user", "parts": [{"text": "Weather?"}]}, {"role": "model", "parts": [{"text": "hm", "thought": True}, {"text": "Sunny."}]}]},
        {"contents": [{"role": "user", "parts": [{"text": "Weather?"}]}], "candidates": [{"content": {"role": "model", "parts": [{"text": "Sunny."}]}}]},
        {"messages": [{"type": "human", "data": {"content": "Weather?"}}, {"type": "ai", "data": {"content": "Sunny."}}]},
        {"messages": [{"type": "HumanMessage", "content": "Weather?"}, {"type": "AIMessageChunk", "content": "Sunny."}]},
        {"messages": [{"lc": 1, "type": "constructor", "id": ["langchain", "schema", "HumanMessage"], "kwargs": {"content": "Weather?"}}, {"lc": 1, "type": "constructor", "id": ["x", "AIMessage"], "kwargs": {"content": "Sunny.", "tool_calls": []}}]},
        {"messages": [{"role": "user", "parts": [{"type": "text", "text": "Weather?"}]}, {"role": "assistant", "parts": [{"type": "step-start"}, {"type": "source-url", "url": "x"}, {"type": "data-x", "data": 1}, {"type": "text", "text": "Sunny.", "state": "done"}]}]},
        {"messages": [{"sender": "customer", "text": "Weather?"}, {"sender": "bot", "text": "Sunny."}]},
        {"messages": [{"message": ASKED}, {"message": ANSWERED}]},
    ],
)  # fmt: skip
def test_two_turns_in_every_shape(value: dict[str, Any]) -> None:
    assert turns(value) == PLAIN


@pytest.mark.parametrize(
    "value",
    [
        {"messages": [ASKED, {"role": "assistant", "content": "", "tool_calls": [{"function": {"name": "weather"}}]}, {"role": "tool", "content": "21 degrees"}, ANSWERED]},
        {"messages": [ASKED, {"role": "assistant", "content": [{"type": "tool_use", "name": "weather", "input": {}}]}, {"role": "user", "content": [{"type": "tool_result", "content": "21 degrees"}]}, ANSWERED]},
        {"input": [ASKED, {"type": "function_call", "name": "weather", "arguments": "{}"}, {"type": "function_call_output", "output": "21 degrees"}], "output": [{"type": "message", **ANSWERED}]},
        {"contents": [{"role": "user", "parts": [{"text": "Weather?"}]}, {"role": "model", "parts": [{"functionCall": {"name": "weather"}}]}, {"role": "user", "parts": [{"functionResponse": {"name": "weather", "response": {"result": "21 degrees"}}}]}, {"role": "model", "parts": [{"text": "Sunny."}]}]},
        {"messages": [{"type": "human", "content": "Weather?"}, {"type": "ai", "content": "", "tool_calls": [{"name": "weather", "args": {}}]}, {"type": "tool", "content": "21 degrees"}, {"type": "ai", "content": "Sunny."}]},
    ],
)  # fmt: skip
def test_call_and_result_of_a_tool_in_every_shape(value: dict[str, Any]) -> None:
    assert turns(value) == TOOL


def test_instructions_are_a_turn_of_the_system() -> None:
    for told in ({"system": "Be brief."}, {"system": [{"type": "text", "text": "Be brief."}]}):
        assert turns({"messages": [ASKED, ANSWERED], **told}) == [("system", "Be brief."), *PLAIN]
    value = {
        "systemInstruction": {"parts": [{"text": "Be brief."}]},
        "contents": [{"role": "user", "parts": [{"text": "Weather?"}]}],
    }
    assert turns(value) == [("system", "Be brief."), PLAIN[0]]


def test_numbers_that_passed_through_pandas_are_the_same_people() -> None:
    data = (
        b'{"user_id": 12345.0, "conversation_id": 7.0, "score": NaN, "messages": [{"role": "user", "content": "Hi"}]}\n'
    )
    data += b'{"user_id": NaN, "messages": [{"role": "user", "content": "Hi"}]}\n{"user_id": 7.5, "messages": [{"role": "user", "content": "Hi"}]}'
    seen = examine(BytesIO(data))
    row, *problems = parse(BytesIO(data), seen.format, default_options(seen.format, seen.head))
    assert isinstance(row, ConversationRow)
    assert (row.subject, row.conversation) == ("12345", "7")
    assert [problem.line for problem in problems] == [2, 3]
