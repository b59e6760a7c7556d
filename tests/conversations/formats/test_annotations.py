"""Exports of Argilla and Label Studio: what people saw, and which of their answers are judgments."""

import json
from io import BytesIO
from typing import Any

import pytest

from conversations.formats import (
    ConversationRow,
    Format,
    JudgmentRow,
    NotRecognised,
    PromptRow,
    ResponseRow,
    RowError,
    default_options,
    examine,
    parse,
    recognise,
)
from conversations.formats.readers.annotations.sides import label_of_words

FIELDS = {"prompt": "How high is a desk?", "response_a": "High.", "response_b": "75 cm."}
CHAT = [{"role": "user", "content": "How high is a desk?"}, {"role": "assistant", "content": "75 cm."}]


def read(named: Format, *values: Any) -> list[Any]:
    return read_bytes(named, "\n".join(map(json.dumps, values)).encode())


def read_bytes(named: Format, data: bytes) -> list[Any]:
    stream = BytesIO(data)
    seen = examine(stream)
    assert seen.format is named
    return list(parse(stream, seen.format, default_options(seen.format, seen.head)))


def judged(rows: list[Any]) -> list[tuple[str, Any]]:
    assert [(row.kind, row.text) for row in rows if isinstance(row, ResponseRow)][:2] == [
        ("generic", "High."),
        ("personalized", "75 cm."),
    ]
    return [(row.rater, row.label) for row in rows if isinstance(row, JudgmentRow)]


def problems(rows: list[Any]) -> list[tuple[str, bool]]:
    return [(row.field, row.kept) for row in rows if isinstance(row, RowError)]


def result(name: str, value: Any, to: str = "answers", kind: str = "choices") -> dict[str, Any]:
    return {"id": "r", "from_name": name, "to_name": to, "type": kind, "value": value}


def task(*annotations: dict[str, Any], data: Any = None) -> dict[str, Any]:
    return {"id": 12, "data": data or FIELDS, "annotations": list(annotations), "predictions": [], "drafts": []}


def annotation(*results: dict[str, Any], by: Any = 7, **more: Any) -> dict[str, Any]:
    return {"id": 1, "completed_by": by, "result": list(results), "was_cancelled": False, **more}


ARGILLA = {
    "client": {"id": "x", "fields": FIELDS, "responses": {"preference": [{"value": "response_b", "user_id": "u1"}]}},
    "version 1": {
        "fields": FIELDS,
        "responses": [
            {"user_id": "u1", "values": {"preference": {"value": "response_b"}}, "status": "submitted"},
            {"user_id": "u2", "values": {"preference": {"value": "response_a"}}, "status": "draft"},
            {"user_id": "u3", "values": {}, "status": "discarded"},
        ],
    },
    "columns": {
        **FIELDS,
        "id": "x",
        "status": "completed",
        "preference.responses": ["response_b", "response_a"],
        "preference.responses.users": ["u1", "u2"],
        "preference.responses.status": ["submitted", "draft"],
        "preference.suggestion": None,
    },
    "columns of version 1": {
        **FIELDS,
        "preference": {
            "user_id": ["u1", "u2"],
            "value": ["response_b", "response_a"],
            "status": ["submitted", "discarded"],
        },
        "preference-suggestion": None,
        "metadata": "{}",
        "external_id": "x",
    },
    "ranking": {
        "fields": FIELDS,
        "responses": {
            "order": [
                {
                    "value": [{"value": "response_a", "rank": 2}, {"value": "response_b", "rank": 1}],
                    "user_id": "u1",
                    "status": "submitted",
                }
            ]
        },
    },
    "ratings": {
        "fields": FIELDS,
        "responses": {
            "rating_b": [{"value": 5, "user_id": "u1", "status": "submitted"}],
            "rating_a": [{"value": 2, "user_id": "u1", "status": "submitted"}],
        },
    },
}


@pytest.mark.parametrize("shape", ARGILLA)
def test_argilla_answers_are_judgments_of_its_users_unless_not_submitted(shape: str) -> None:
    rows = read(Format.ARGILLA, ARGILLA[shape])
    assert judged(rows) == [("Argilla u1", 5)]
    dropped = {"version 1": "2", "columns": "1", "columns of version 1": "1"}
    said = [row.found for row in rows if isinstance(row, RowError)]
    assert said == ([f"{dropped[shape]} that were not"] if shape in dropped else [])


LABEL_STUDIO = {
    "pairwise": result("pw", {"selected": "right"}, "answer1,answer2", "pairwise"),
    "pairwise the other way round": result("pw", {"selected": "left"}, "answer2,answer1", "pairwise"),
    "pairwise of other names": result("pw", {"selected": "right"}, "x,y", "pairwise"),
    "choices": result("better", {"choices": ["Response B"]}),
    "words": result("better", {"choices": ["B is much better than A"]}),
}


@pytest.mark.parametrize("shape", LABEL_STUDIO)
def test_label_studio_annotations_are_judgments_of_who_completed_them(shape: str) -> None:
    cancelled = annotation(result("pw", {"selected": "left"}), by=9, was_cancelled=True)
    named = {"id": 8, "email": "ann@example.org"}
    rows = read(
        Format.LABEL_STUDIO,
        [task(annotation(LABEL_STUDIO[shape]), annotation(LABEL_STUDIO[shape], by=named), cancelled)],
    )
    assert judged(rows) == [("Label Studio 7", 5), ("Label Studio 8", 5)]
    assert problems(rows) == [("status", True)]


def test_moment_of_an_annotation_is_kept() -> None:
    rows = read(Format.LABEL_STUDIO, [task(annotation(LABEL_STUDIO["choices"], created_at="2026-01-05T10:00:00.5Z"))])
    assert [row.submitted_at.isoformat() for row in rows if isinstance(row, JudgmentRow)] == [
        "2026-01-05T10:00:00.500000+00:00"
    ]


def test_rows_of_one_task_in_json_min_and_csv_are_one_pair_with_the_judgments_of_both() -> None:
    own = {"annotation_id": 1, "created_at": "2026-01-05T10:00:00Z", "updated_at": "x", "lead_time": 3.2}
    minimal = [
        {**FIELDS, "id": 12, "pw": [{"selected": "right"}], "annotator": 7, **own},
        {**FIELDS, "id": 12, "pw": [{"selected": "left"}], "annotator": "ann@example.org", **own},
    ]
    rows = read(Format.LABEL_STUDIO, minimal)
    assert judged(rows) == [("Label Studio 7", 5), ("Label Studio ann@example.org", 1)]
    assert len({row.prompt for row in rows if isinstance(row, PromptRow)}) == 1
    table = (
        "annotation_id,annotator,better,created_at,id,lead_time,prompt,response_a,response_b,updated_at\n"
        "1,7,response_b,2026-01-05T10:00:00Z,12,3.2,How high is a desk?,High.,75 cm.,x\n"
        '2,8,"[{""selected"": ""left""}]",2026-01-05T10:00:00Z,12,3.2,How high is a desk?,High.,75 cm.,x\n'
    )
    rows = read_bytes(Format.LABEL_STUDIO, table.encode())
    assert judged(rows) == [("Label Studio 7", 5), ("Label Studio 8", 1)]
    assert problems(rows) == []


def test_question_that_prefers_nothing_is_named_once_and_the_pair_is_kept() -> None:
    why = result("why", {"text": ["Because it says how high."]}, kind="textarea")
    rows = read(Format.LABEL_STUDIO, [task(annotation(LABEL_STUDIO["choices"], why), annotation(why, by=8))] * 2)
    assert judged(rows) == [("Label Studio 7", 5)] * 2
    assert problems(rows) == [("why", True)] * 3  # left out once; both times the second rater prefers none


def test_answers_to_a_conversation_or_a_prompt_are_left_out_and_said() -> None:
    rows = read(
        Format.ARGILLA,
        {"fields": {"chat": CHAT}, "responses": {"quality": [{"value": 4, "user_id": "u1"}]}},
        {"fields": {"prompt": CHAT[0]["content"], "response": "75 cm."}, "suggestions": {"quality": {"value": 4}}},
        {"fields": {"instruction": "How high?"}, "responses": {"quality": [{"value": 3, "user_id": "u1"}]}},
    )
    turns = [[(turn.role, turn.content) for turn in row.turns] for row in rows if isinstance(row, ConversationRow)]
    assert turns == [[(each["role"], each["content"]) for each in CHAT]] * 2
    assert [row.text for row in rows if isinstance(row, PromptRow)] == ["How high?"]
    assert problems(rows) == [("quality", True), ("suggestions", True)]


def test_ranking_of_three_is_no_judgment_and_said() -> None:
    items = [{"id": name, "body": f"answer {name}"} for name in "abc"]
    ranked = annotation(result("rank", {"ranker": {"best": ["b", "a"], "worst": ["c"]}}, kind="ranker"))
    rows = read(Format.LABEL_STUDIO, task(ranked, data={"prompt": "How tall?", "items": items}))
    assert [type(row) for row in rows] == [PromptRow, RowError]
    assert problems(rows) == [("rank", True)]


def test_dialogue_of_label_studio_is_a_conversation() -> None:
    said = [{"author": each["role"], "text": each["content"]} for each in CHAT]
    (row,) = read(Format.LABEL_STUDIO, [task(data={"dialogue": said})])
    assert [turn.content for turn in row.turns] == ["How high is a desk?", "75 cm."]


@pytest.mark.parametrize(
    ("named", "value", "tool"),
    [
        (Format.LABEL_STUDIO, task(data={"image": "https://example.org/1.jpg"}), "Label Studio"),
        (Format.LABEL_STUDIO, task(data={"text": "x", **{f"response_{n}": n for n in "abc"}}), "Label Studio"),
        (Format.ARGILLA, {"fields": {"image": "x"}, "responses": []}, "Argilla"),
    ],
)
def test_nothing_that_is_read_is_refused_by_the_name_of_the_tool(named: Format, value: Any, tool: str) -> None:
    (row,) = read(named, [value])
    assert not row.kept
    assert row.expected == f"what is read of {tool}: a prompt with two responses, a conversation, or a prompt"


def test_own_export_for_label_studio_is_pointed_to_the_dataset() -> None:
    own = task(data={"prompt": "x", "subject_key": "s", "stage": 3, "generic": "a", "personalized": "b"})
    with pytest.raises(NotRecognised, match=r"Yardstick's own export for Label Studio.*“Import a dataset”"):
        recognise(json.dumps([own]).encode())


@pytest.mark.parametrize(
    ("said", "label"),
    [
        ("A", 1),
        ("b", 5),
        ("answer2", 5),
        ("Response 1", 1),
        ("Response B is a little better", 4),
        ("A is slightly better than B", 2),
        ("A > B", 1),
        ("Both are equally good", 3),
        ("tie (both bad)", 3),
        ("A or B", None),
        ("A good answer for a beginner", None),
        ("5", None),
        ("response_c", None),
        ("", None),
    ],
)
def test_words_of_an_answer(said: str, label: int | None) -> None:
    assert label_of_words(said, ()) == label
