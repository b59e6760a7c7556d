"""Traces in the shapes of several tools: a session is told once and whole, and what can't be read of it is reported."""

import json
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.formats import ConversationRow, Format, Row, RowError, default_options, examine, parse

ASKED, ANSWERED = {"role": "user", "content": "Rain?"}, {"role": "assistant", "content": "Later."}
AGAIN, DONE = {"role": "user", "content": "Wind?"}, {"role": "assistant", "content": "None."}
CALL = {"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "sky"}}]}
RESULT = {"role": "tool", "content": "grey"}
ONE = ["u: Rain?", "a: Later."]
TWO = [*ONE, "u: Wind?", "a: None."]
LOOP = ["u: Rain?", "a: [tool call: sky]", "t: grey", "a: Later."]
WHO = {"user.id": "u1", "session.id": "s1"}


def read(*values: Any) -> list[Row | RowError]:
    stream = BytesIO("\n".join(map(json.dumps, values)).encode())
    seen = examine(stream)
    assert seen.format is Format.TRACES
    return [*parse(stream, seen.format, default_options(seen.format, seen.head))]  # type: ignore[list-item]


def told(*values: Any) -> list[str]:
    (row,) = read(*values)
    return said(row)


def said(row: Row | RowError) -> list[str]:
    assert isinstance(row, ConversationRow), row
    assert (row.subject, row.conversation) == ("u1", "s1")
    return [f"{turn.role[0]}: {turn.content}" for turn in row.turns]


def trace(second: int, asked: Any, answered: Any, **more: Any) -> dict[str, Any]:
    when = f"2026-05-01T10:00:{second:02}Z"
    return {"id": f"t{second}", "timestamp": when, "sessionId": "s1", "userId": "u1", "input": asked, "output": answered} | more  # fmt: skip


def run(second: int, asked: Any, answered: Any, kind: str = "llm", **more: Any) -> dict[str, Any]:
    extra = {"metadata": {"user_id": "u1", "thread_id": "s1"}}
    when = f"2026-05-01T10:00:{second:02}"
    return {"id": f"r{second}", "run_type": kind, "start_time": when, "inputs": asked, "outputs": answered, "extra": extra, **more}  # fmt: skip


def attributes(values: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"key": name, "value": {"stringValue": value if isinstance(value, str) else json.dumps(value)}}
        for name, value in values.items()
    ]


def span(values: dict[str, Any], number: str = "1", **more: Any) -> dict[str, Any]:
    return {"traceId": "t1", "spanId": number, "startTimeUnixNano": f"17000000000000000{number:>02}", "attributes": attributes(values), **more}  # fmt: skip


def otlp(*spans: Any, resource: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"resourceSpans": [{"resource": {"attributes": attributes(resource or {})}, "scopeSpans": [{"spans": spans}]}]}  # fmt: skip


def event(name: str, **values: Any) -> dict[str, Any]:
    return {"name": name, "attributes": attributes(values)}


MESSAGES = {"gen_ai.input.messages": [ASKED], "gen_ai.output.messages": [ANSWERED]}


@pytest.mark.parametrize(
    "value",
    [
        trace(1, "Rain?", "Later."),
        trace(1, {"query": "Rain?"}, {"answer": "Later."}),
        trace(1, {"args": [], "kwargs": {"messages": [ASKED]}}, ANSWERED),
        trace(1, json.dumps([ASKED]), json.dumps(ANSWERED)),
        trace(1, None, None, observations=[{"id": "o1", "type": "GENERATION", "input": [ASKED], "output": ANSWERED}]),
        trace(1, "Rain?", "Later.", observations=[{"id": "o1", "type": "GENERATION", "input": [ASKED], "output": ANSWERED}]),
        {"id": "t1", "timestamp": "2026-05-01 10:00:00", "session_id": "s1", "user_id": "u1", "input": [ASKED], "output": ANSWERED},
        run(1, {"input": "Rain?"}, {"output": "Later."}, "chain"),
        run(1, {"messages": [ASKED]}, {"messages": [ASKED, ANSWERED]}, "chain"),
        run(1, {"prompt": "Rain?"}, {"choices": [{"message": ANSWERED}, {"message": DONE}]}),
        run(1, {"messages": [[ASKED]]}, {"generations": [[{"text": "Later.", "message": None}]]}),
        otlp(span({**WHO, **MESSAGES})),
        otlp(span(MESSAGES), resource=WHO),
        otlp(span(WHO, "2"), span(MESSAGES, parentSpanId="2")),
        otlp(span(WHO, events=[event("gen_ai.user.message", content="Rain?"), event("gen_ai.choice", index=0, message=ANSWERED)])),
        otlp(span({"traceloop.association.properties.user_id": "u1", "traceloop.association.properties.session_id": "s1", "gen_ai.prompt.0.role": "user", "gen_ai.prompt.0.content": "Rain?", "gen_ai.completion.0.role": "assistant", "gen_ai.completion.0.content": "Later."})),
        otlp(span({**WHO, "openinference.span.kind": "CHAIN", "input.value": "Rain?", "output.value": "Later."}), span({**WHO, **MESSAGES}, "2", parentSpanId="1"), span({**WHO, "openinference.span.kind": "RETRIEVER", "input.value": "Rain?", "output.value": "a page"}, "3")),
        {"context": {"trace_id": "t1"}, "start_time": "2026-05-01T10:00:00Z", "attributes": {"session": {"id": "s1"}, "user": {"id": "u1"}, "llm": {"input_messages": [{"message": ASKED}], "output_messages": [{"message": ANSWERED}]}}},
        otlp(span({**WHO, "llm.input_messages.0.message.role": "user", "llm.input_messages.0.message.contents.0.message_content.type": "text", "llm.input_messages.0.message.contents.0.message_content.text": "Rain?", "llm.output_messages.0.message.role": "assistant", "llm.output_messages.0.message.content": "Later."})),
    ],
)  # fmt: skip
def test_one_exchange_of_every_tool(value: dict[str, Any]) -> None:
    assert told(value) == ONE


def test_history_of_the_first_trace_that_is_there_is_kept() -> None:
    assert told(trace(2, [ASKED, ANSWERED, AGAIN], DONE)) == TWO


def test_history_is_told_once_also_where_it_is_cut_short_or_written_otherwise() -> None:
    begun = trace(1, [ASKED], ANSWERED)
    third = ({"role": "user", "content": "Snow?"}, {"role": "assistant", "content": "No."})
    for history in (
        [ASKED, ANSWERED, AGAIN, DONE],
        [AGAIN, DONE],
        [ASKED, ANSWERED, AGAIN, {**DONE, "content": " None.\n"}],
    ):
        values = [trace(3, [*history, third[0]], third[1]), begun, trace(2, [ASKED, ANSWERED, AGAIN], DONE)]
        assert told(*values) == [*TWO, "u: Snow?", "a: No."]
    other = trace(2, [{**ASKED, "content": "RAIN"}, {**ANSWERED, "content": "later"}, AGAIN], DONE)
    assert told(begun, other) == TWO


def test_a_person_who_says_the_same_again_is_told_again() -> None:
    assert told(trace(1, "Rain?", "Later."), trace(2, "Rain?", "Later.")) == [*ONE, *ONE]


def test_calls_of_tools_between_question_and_answer_are_told_once() -> None:
    assert told(trace(1, [ASKED, CALL, RESULT], ANSWERED)) == LOOP
    assert told(run(1, {"messages": [ASKED]}, CALL), run(2, {"messages": [ASKED, CALL, RESULT]}, ANSWERED)) == LOOP
    asked = [{"role": "user", "parts": [{"type": "text", "content": "Rain?"}]}, {"role": "assistant", "parts": [{"type": "tool_call", "name": "sky"}]}, {"role": "tool", "parts": [{"type": "tool_call_response", "result": "grey"}]}]  # fmt: skip
    assert told(otlp(span({**WHO, **MESSAGES, "gen_ai.input.messages": asked}))) == LOOP


def test_instructions_are_told_at_the_beginning_only() -> None:
    system = {"role": "system", "content": "It is ten o'clock."}
    values = (
        trace(1, [system, ASKED], ANSWERED),
        trace(2, [{**system, "content": "It is eleven."}, ASKED, ANSWERED, AGAIN], DONE),
    )
    assert told(*values) == ["s: It is ten o'clock.", *TWO]
    instructions = {"gen_ai.system_instructions": [{"type": "text", "content": "Be brief."}]}
    assert told(otlp(span({**WHO, **MESSAGES, **instructions}))) == ["s: Be brief.", *ONE]


def test_an_odd_message_or_span_costs_no_other() -> None:
    row, problem = read(trace(1, [{"role": "critic", "content": "x"}, ASKED], ANSWERED))
    assert said(row) == ONE
    assert isinstance(problem, RowError)
    assert (problem.field, problem.kept) == ("input[0].role", True)
    odd = span({**WHO, "gen_ai.input.messages": [{"role": "critic", "content": "x"}]}, "2")
    row, problem = read(otlp(span({**WHO, **MESSAGES}), odd, span({**WHO, **MESSAGES}, "3")))
    assert said(row) == [*ONE, *ONE]
    assert isinstance(problem, RowError)


def test_a_moment_beyond_any_is_none_and_costs_neither_trace_nor_file() -> None:
    for when in (10**30, -(10**30), "9" * 40):
        first = {**trace(1, "Wind?", "None."), "timestamp": when}
        assert told(first, trace(2, "Rain?", "Later.")) == ["u: Wind?", "a: None.", *ONE]


def test_a_scope_or_an_attribute_that_is_none_costs_no_other() -> None:
    value = otlp(span({**WHO, **MESSAGES}), {"traceId": "t2", "attributes": [5]}, 7)
    value["resourceSpans"] += [5, {"scopeSpans": [{"spans": 5}]}]
    found = read(value)
    assert [said(row) for row in found if isinstance(row, ConversationRow)] == [ONE]
    assert len([row for row in found if isinstance(row, RowError)]) == 4


WHO_ELSEWHERE = [
    [run(1, {"messages": [ASKED]}, ANSWERED, trace_id="t1", extra={}), run(2, None, None, "tool", trace_id="t1")],
    [run(1, {"messages": [ASKED]}, ANSWERED, trace_id="t1", extra={"metadata": {"thread_id": "s1"}}), run(2, None, None, "chain", trace_id="t1", parent_run_id="r0")],
    [{"id": "o1", "traceId": "t1", "type": "GENERATION", "startTime": "2026-05-01T10:00:00Z", "input": [ASKED], "output": ANSWERED}, {**trace(1, None, None), "id": "t1"}],
    [{**span(MESSAGES), "kind": 1}, span(WHO, "2")],
]  # fmt: skip


@pytest.mark.parametrize("is_turned", [False, True])
@pytest.mark.parametrize("values", WHO_ELSEWHERE, ids=["langsmith", "langsmith's user", "langfuse", "opentelemetry"])
def test_whose_a_trace_is_may_be_said_by_another_of_its_runs(values: list[Any], is_turned: bool) -> None:
    assert told(*(values[::-1] if is_turned else values)) == ONE


def test_exchanges_that_name_their_user_and_those_that_do_not_are_one_session() -> None:
    named = trace(1, "Rain?", "Later.", traceId="t1", type="GENERATION")
    unnamed = trace(2, [ASKED, ANSWERED, AGAIN], DONE, traceId="t1", type="GENERATION", userId=None, sessionId=None)
    assert told(named, unnamed) == TWO


def test_a_trace_that_nobody_names_is_reported_with_its_turns() -> None:
    (problem,) = read({**trace(1, [ASKED, ANSWERED, AGAIN], DONE), "userId": None})
    assert isinstance(problem, RowError)
    assert (problem.field, problem.found) == ("user_id", "none; 2 turns of it left out")


def test_a_file_in_which_nobody_asked_a_model_is_a_problem() -> None:
    (problem,) = read(otlp(span({"http.method": "GET"})))
    assert isinstance(problem, RowError)
    assert problem.found == "none in the whole file"


WORDS = st.lists(st.tuples(st.text("ab", min_size=1, max_size=3), st.text("ab", min_size=1, max_size=3)), min_size=1, max_size=6)  # fmt: skip


@given(WORDS, st.randoms())
def test_any_order_of_traces_with_their_history_tells_the_session(
    exchanges: list[tuple[str, str]], random: Any
) -> None:
    values, history = [], []
    for second, (question, answer) in enumerate(exchanges):
        history.append({"role": "user", "content": question})
        values.append(trace(second, [*history], answer))
        history.append({"role": "assistant", "content": answer})
    random.shuffle(values)
    assert told(*values) == [f"{each['role'][0]}: {each['content']}" for each in history]
