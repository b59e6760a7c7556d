"""Datasets of research and what OpenAI Evals gives back."""

import json
from io import BytesIO
from typing import Any

from conversations.formats import (
    AttributeRow,
    CaseRow,
    ConversationRow,
    Format,
    PromptRow,
    RowError,
    default_options,
    examine,
    parse,
)


def read(named: Format, *values: Any) -> list[Any]:
    stream = BytesIO("\n".join(map(json.dumps, values)).encode())
    seen = examine(stream)
    assert seen.format is named
    return list(parse(stream, seen.format, default_options(seen.format, seen.head)))


def said(rows: list[Any]) -> list[list[str]]:
    return [
        [f"{turn.role[0]}: {turn.content}" for turn in row.turns] for row in rows if isinstance(row, ConversationRow)
    ]


def test_prism_goes_on_with_the_reply_that_was_chosen_and_takes_the_survey_in_the_persons_words() -> None:
    history = [
        {"turn": 0, "role": "user", "content": "How tall?"},
        {"turn": 0, "role": "model", "content": "No idea.", "if_chosen": False, "model_name": "a"},
        {"turn": 0, "role": "model", "content": "75 cm.", "if_chosen": True, "model_name": "b"},
    ]
    rows = read(Format.PRISM, {"user_id": "u1", "conversation_id": "c1", "conversation_history": history})
    assert said(rows) == [["u: How tall?", "a: 75 cm."]]
    assert (rows[0].model, rows[1].found) == ("b", "1 other reply")
    survey = {
        "user_id": "u1",
        "self_description": "I bake bread. I get up at three.",
        "system_string": "- Be brief",
        "age": "30",
    }
    rows = read(Format.PRISM, survey)
    assert [(row.text, row.type) for row in rows if isinstance(row, AttributeRow)] == [
        ("I bake bread.", "self-description"),
        ("I get up at three.", "self-description"),
        ("Be brief", "stated preference"),
    ]


def test_locomo_sessions_are_conversations_of_the_first_speaker_in_their_order() -> None:
    conversation = {
        "speaker_a": "Ann",
        "speaker_b": "Bob",
        "session_10": [{"speaker": "Bob", "dia_id": "D10:1", "text": "Hm"}, {"speaker": "Ann", "text": "Ten"}],
        "session_2": [
            {"speaker": "Ann", "text": "Look", "blip_caption": "a dog"},
            "odd",
            {"speaker": "Bob", "text": "Nice"},
        ],
        "session_2_date_time": "1 May",
        "session_3": [],
    }
    rows = read(
        Format.LOCOMO,
        [{"sample_id": "x", "conversation": conversation, "qa": [{"question": "What dog?", "answer": "a"}]}],
    )
    assert said(rows) == [["u: [image]\nLook", "a: Nice"], ["a: Hm", "u: Ten"]]
    assert {row.subject for row in rows if isinstance(row, ConversationRow | CaseRow)} == {"x Ann"}
    assert [row.text for row in rows if isinstance(row, PromptRow)] == ["What dog?"]
    assert [(row.field, row.kept) for row in rows if isinstance(row, RowError)] == [
        ("conversation.session_2[1]", True),
        ("conversation.session_3", False),
    ]


def test_longmemeval_question_is_a_prompt_for_who_had_its_sessions() -> None:
    sessions = [[{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}], "odd"]
    value = {
        "question_id": "q1",
        "question": "What?",
        "question_type": "t",
        "haystack_session_ids": ["s1", "s2"],
        "haystack_sessions": sessions,
    }
    rows = read(Format.LONGMEMEVAL, [value])
    assert said(rows) == [["u: Hi", "a: Hello"]]
    assert [(row.prompt, row.text, row.topic) for row in rows if isinstance(row, PromptRow)] == [("q1", "What?", "t")]
    assert [row.field for row in rows if isinstance(row, RowError)] == ["haystack_sessions[1]"]


def test_answered_items_of_a_run_are_conversations_and_grades_are_told_once() -> None:
    item = {
        "object": "eval.run.output_item",
        "id": "o1",
        "datasource_item": {"question": "How tall?", "ideal": "75"},
        "sample": {
            "model": "m",
            "input": [{"role": "user", "content": "How tall?"}],
            "output": [{"role": "assistant", "content": "75 cm."}],
        },
        "results": [{"name": "g", "score": 1.0}],
    }
    without_input = {**item, "id": "o2", "sample": {"output_text": "76 cm."}}
    rows = read(Format.OPENAI_EVALS, {"data": [item, without_input]})
    assert said(rows) == [["u: How tall?", "a: 75 cm."], ["u: How tall?", "a: 76 cm."]]
    assert [row.conversation for row in rows if isinstance(row, ConversationRow)] == ["o1", "o2"]
    assert [(row.field, row.kept) for row in rows if isinstance(row, RowError)] == [("results", True)]


def test_rows_of_a_dataset_are_prompts() -> None:
    rows = read(
        Format.OPENAI_EVALS,
        {"item": {"input": "How tall?", "ideal": "75"}},
        {"item": {"messages": [{"role": "user", "content": "Hi"}]}},
    )
    assert [(row.prompt, row.text) for row in rows] == [("item-1", "How tall?"), ("item-2", "Hi")]


def test_log_of_the_open_source_runner() -> None:
    def event(number: int, kind: str, data: dict[str, Any]) -> dict[str, Any]:
        return {"run_id": "r", "event_id": number, "sample_id": "s.1", "type": kind, "data": data}

    spec = {"spec": {"completion_fns": ["gpt"], "eval_name": "x"}}
    sampling = event(0, "sampling", {"prompt": [{"role": "user", "content": "Hi"}], "sampled": ["Hello"]})
    rows = read(
        Format.OPENAI_EVALS, spec, sampling, event(1, "match", {"correct": True}), {"final_report": {"accuracy": 1}}
    )
    assert said(rows) == [["u: Hi", "a: Hello"]]
    assert rows[0].conversation == "s.1"
    assert [row.found for row in rows if isinstance(row, RowError)] == ["match"]
