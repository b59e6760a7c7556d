"""Exports of other vendors' chats, traces and trees: what was seen last, each exchange once, the rest counted."""

import json
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest

from conversations.formats import (
    ConversationRow,
    JudgmentRow,
    PromptRow,
    ResponseRow,
    RowError,
    SubjectPolicy,
    default_options,
    examine,
    parse,
)


def read(*values: Any) -> list[Any]:
    stream = BytesIO("\n".join(map(json.dumps, values)).encode())
    seen = examine(stream)
    options = default_options(seen.format, seen.head)
    if options.subject_policy is SubjectPolicy.FILE:
        options = replace(options, file_subject="p1")
    return list(parse(stream, seen.format, options))


def said(row: Any) -> list[str]:
    assert isinstance(row, ConversationRow), row
    return [f"{turn.role[0]}: {turn.content}" for turn in row.turns]


PLAIN = ["u: How tall?", "a: 75 cm."]
ASKED, ANSWERED = {"role": "user", "content": "How tall?"}, {"role": "assistant", "content": "75 cm."}
GROK = {
    "conversations": [
        {
            "conversation": {"id": "g1", "user_id": "u1"},
            "responses": [
                {"response": {"_id": "1", "message": "How tall?", "sender": "human"}},
                {"response": {"_id": "2", "parent_response_id": "1", "message": "No idea.", "sender": "assistant"}},
                {
                    "response": {
                        "_id": "3",
                        "parent_response_id": "1",
                        "message": "75 cm.",
                        "sender": "ASSISTANT",
                        "model": "grok-3",
                    }
                },
            ],
        }
    ],
    "projects": [{"id": "x"}],
}
OPEN_WEBUI = {
    "id": "c1",
    "user_id": "u1",
    "chat": {
        "history": {
            "currentId": "c",
            "messages": {
                "a": {"id": "a", "parentId": None, **ASKED},
                "b": {"id": "b", "parentId": "a", "role": "assistant", "content": "No idea."},
                "c": {"id": "c", "parentId": "a", "role": "assistant", "content": "<think>hm</think>75 cm."},
            },
        }
    },
}
DEEPSEEK = {
    "id": "c1",
    "inserted_at": "2026-01-05",
    "mapping": {
        "root": {"id": "root", "parent": None, "message": None},
        "1": {"id": "1", "parent": "root", "message": {"fragments": [{"type": "REQUEST", "content": "How tall?"}]}},
        "2": {
            "id": "2",
            "parent": "1",
            "message": {
                "model": "r1",
                "fragments": [{"type": "THINK", "content": "hm"}, {"type": "RESPONSE", "content": "75 cm."}],
            },
        },
    },
}
LIBRECHAT = {
    "conversationId": "c1",
    "messages": [
        {
            "messageId": "1",
            "parentMessageId": "0000",
            "isCreatedByUser": True,
            "text": "How tall?",
            "children": [
                {
                    "messageId": "2",
                    "parentMessageId": "1",
                    "isCreatedByUser": False,
                    "text": "No idea.",
                    "children": [],
                },
                {
                    "messageId": "3",
                    "parentMessageId": "1",
                    "isCreatedByUser": False,
                    "content": [{"type": "text", "text": "75 cm."}],
                },
            ],
        }
    ],
}
GEMINI = {
    "header": "Gemini Apps",
    "title": "Prompted How tall?",
    "time": "2026-01-05T10:00:00Z",
    "safeHtmlItem": [{"html": "<p>75 cm.</p>"}],
}


@pytest.mark.parametrize(
    ("value", "subject", "others"),
    [(GROK, "u1", 1), ([OPEN_WEBUI], "u1", 1), ([DEEPSEEK], "p1", 0), (LIBRECHAT, "p1", 1), ([GEMINI], "p1", 0)],
)
def test_line_seen_last_is_the_conversation_and_others_are_counted(value: Any, subject: str, others: int) -> None:
    row, *problems = read(value)
    assert said(row) == PLAIN
    assert row.subject == subject
    told = sum(problem.found.endswith("of other branches") for problem in problems)
    assert (told, len(problems)) == (others, others + (value is GROK))  # its projects are named as not read
    assert all(problem.kept for problem in problems)


def span(number: int, asked: list[Any], answered: Any) -> dict[str, Any]:
    values = {
        "gen_ai.conversation.id": "s1",
        "user.id": "u1",
        "gen_ai.input.messages": json.dumps(
            [{"role": each["role"], "parts": [{"type": "text", "content": each["content"]}]} for each in asked]
        ),
        "gen_ai.output.messages": json.dumps(
            [{"role": "assistant", "parts": [{"type": "text", "content": answered["content"]}]}]
        ),
    }
    attributes = [{"key": name, "value": {"stringValue": value}} for name, value in values.items()]
    return {
        "traceId": str(number),
        "spanId": "1",
        "startTimeUnixNano": str(1_700_000_000_000_000_000 + number * 1_000_000),
        "attributes": attributes,
    }


AGAIN, DONE = {"role": "user", "content": "And a chair?"}, {"role": "assistant", "content": "45 cm."}
LONG = [*PLAIN, "u: And a chair?", "a: 45 cm."]


def otlp(*spans: Any) -> dict[str, Any]:
    return {"resourceSpans": [{"scopeSpans": [{"spans": list(spans)}]}]}


def run(moment: str, asked: list[Any], answered: Any) -> dict[str, Any]:
    return {
        "id": moment,
        "run_type": "llm",
        "start_time": f"2026-05-01T10:00:{moment}",
        "inputs": {
            "messages": [
                [{"type": "human" if each["role"] == "user" else "ai", "content": each["content"]} for each in asked]
            ]
        },
        "outputs": {
            "generations": [[{"text": answered["content"], "message": {"type": "ai", "content": answered["content"]}}]]
        },
        "extra": {"metadata": {"user_id": "u1", "thread_id": "s1"}},
    }


def trace(moment: str, asked: Any, answered: Any) -> dict[str, Any]:
    return {
        "id": moment,
        "timestamp": f"2026-05-01T10:00:{moment}Z",
        "sessionId": "s1",
        "userId": "u1",
        "input": asked,
        "output": answered,
    }


@pytest.mark.parametrize(
    "values",
    [
        [otlp(span(2, [ASKED, ANSWERED, AGAIN], DONE), span(1, [ASKED], ANSWERED))],
        [run("02", [ASKED, ANSWERED, AGAIN], DONE), run("01", [ASKED], ANSWERED), {**run("03", [ASKED], DONE), "run_type": "chain", "trace_id": "02"}],
        [trace("02", {"messages": [ASKED, ANSWERED, AGAIN]}, DONE), trace("01", "How tall?", "75 cm.")],
        [{**span(2, [ASKED, ANSWERED, AGAIN], DONE), "attributes": {"session.id": "s1", "user.id": "u1", "llm.input_messages.0.message.role": "user", "llm.input_messages.0.message.content": "And a chair?", "llm.output_messages.0.message.role": "assistant", "llm.output_messages.0.message.content": "45 cm."}}, {**span(1, [ASKED], ANSWERED)}],
    ],
)  # fmt: skip
def test_session_of_traces_is_one_conversation_in_which_each_exchange_is_said_once(values: list[Any]) -> None:
    (row,) = read(*values)
    assert (row.subject, row.conversation) == ("u1", "s1")
    assert said(row) == LONG


def test_trace_without_a_user_costs_that_trace() -> None:
    problem, row = read(
        {**trace("01", "How tall?", "75 cm."), "userId": None, "sessionId": "s0"}, trace("02", "How tall?", "75 cm.")
    )
    assert isinstance(problem, RowError)
    assert said(row) == PLAIN


def test_best_ranked_replies_of_a_tree_are_the_conversation() -> None:
    replies: list[dict[str, Any]] = [
        {"message_id": "b", "parent_id": "a", "text": "No.", "role": "assistant", "rank": 1},
        {"message_id": "c", "parent_id": "a", "text": "75 cm.", "role": "assistant", "rank": 0},
    ]
    first: dict[str, Any] = {
        "message_id": "a",
        "parent_id": None,
        "text": "How tall?",
        "role": "prompter",
        "user_id": "u1",
    }
    tree = {"message_tree_id": "a", "prompt": {**first, "replies": replies}}
    row, problem = read(tree)
    assert said(row) == PLAIN
    assert problem.found == "1 other reply"
    row, problem = read(*({**each, "message_tree_id": "a"} for each in (first, *replies)))
    assert said(row) == PLAIN
    assert row.subject == "u1"


@pytest.mark.parametrize(
    ("value", "prompt", "label"),
    [
        ({"chosen": "\n\nHuman: Hi\n\nAssistant: Good", "rejected": "\n\nHuman: Hi\n\nAssistant: Bad"}, "Hi", 5),
        ({"prompt": "Hi", "chosen": "Good", "rejected": "Bad"}, "Hi", 5),
        ({"prompt": "Hi", "chosen": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Good"}], "rejected": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Bad"}], "score_chosen": 8.0, "score_rejected": 7.5}, "Hi", 4),
        ({"prompt": [{"role": "user", "content": "Hi"}], "chosen": [{"role": "assistant", "content": "Good"}], "rejected": [{"role": "assistant", "content": "Bad"}]}, "Hi", 5),
        ({"conversation_a": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Bad"}], "conversation_b": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Good"}], "winner": "model_b", "judge": "j1", "model_a": "x"}, "Hi", 5),
        ({"prompt": "Hi", "response_a": "Bad", "response_b": "Good", "winner": "tie"}, "Hi", 3),
        ({"chosen": "\n\nHuman: Hi\n\nAssistant: Yes?\n\nHuman: Hm\n\nAssistant: Good", "rejected": "\n\nHuman: Hi\n\nAssistant: Yes?\n\nHuman: Hm\n\nAssistant: Bad"}, "User: Hi\n\nAssistant: Yes?\n\nUser: Hm", 5),
    ],
)  # fmt: skip
def test_pair_is_a_prompt_with_two_responses_and_a_judgment(value: dict[str, Any], prompt: str, label: int) -> None:
    found = read(value)
    assert [row.text for row in found if isinstance(row, PromptRow)] == [prompt]
    assert [(row.kind, row.text) for row in found if isinstance(row, ResponseRow)] == [
        ("generic", "Bad"),
        ("personalized", "Good"),
    ]
    assert [row.label for row in found if isinstance(row, JudgmentRow)] == [label]


def test_pairs_of_two_prompts_or_of_one_text_are_problems() -> None:
    found = read(
        {"prompt": "Hi", "chosen": "Same", "rejected": "Same"},
        {"chosen": "\n\nHuman: A\n\nAssistant: x", "rejected": "\n\nHuman: B\n\nAssistant: y"},
    )
    assert [row.field for row in found if isinstance(row, RowError)] == ["chosen", "rejected"]


def test_session_whose_first_traces_are_missing_is_known_by_what_later_ones_repeat() -> None:
    (row,) = read(trace("02", {"messages": [ASKED, ANSWERED, AGAIN]}, DONE))
    assert said(row) == LONG


def test_message_of_a_trace_that_cannot_be_read_costs_itself() -> None:
    row, problem = sorted(
        read(trace("01", {"messages": [ASKED, {"role": "nobody", "content": "?"}]}, ANSWERED)), key=repr
    )
    assert said(row) == PLAIN
    assert problem.kept


def test_span_that_cannot_be_read_costs_no_other() -> None:
    nameless = {**span(1, [ASKED], ANSWERED), "attributes": span(1, [AGAIN], DONE)["attributes"][2:]}
    row, problem = sorted(read(otlp(nameless, span(2, [ASKED], ANSWERED))), key=repr)
    assert said(row) == PLAIN
    assert not problem.kept


@pytest.mark.parametrize("moment", ["9" * 5_000, 10**30, -(10**20), "yesterday"])
def test_moment_that_is_none_costs_nothing(moment: Any) -> None:
    (row,) = read({**trace("01", "How tall?", "75 cm."), "timestamp": moment})
    assert said(row) == PLAIN


def test_call_that_failed_keeps_what_was_asked() -> None:
    (row,) = read({**run("01", [ASKED], DONE), "outputs": None, "error": "timed out"})
    assert said(row) == PLAIN[:1]


def test_runs_without_any_call_of_a_model_are_reported() -> None:
    (problem,) = read({**run("01", [ASKED], DONE), "run_type": "retriever"})
    assert problem.found == "none in the whole file"
