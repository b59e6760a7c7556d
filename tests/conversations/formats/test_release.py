import json
from io import BytesIO
from typing import Any

from conversations.formats import (
    AttributeRow,
    CaseRow,
    ConversationRow,
    EvidencePointer,
    Format,
    JudgmentRow,
    Options,
    PromptRow,
    ResponseRow,
    RowError,
    SelectedAttribute,
    SelectionRow,
    SubjectRow,
    parse,
    recognise,
)

PROFILE = [{"attribute": "Likes tea", "reason": "r", "confidence": 0.9, "original_attributes": ["Tea", "Green tea"]}]


def rows[R](kind: type[R], file_format: Format, *values: Any) -> list[R]:
    return [row for row in every(file_format, *values) if isinstance(row, kind)]


def every(file_format: Format, *values: Any) -> list[Any]:
    data = "\n".join(map(json.dumps, values)).encode()
    assert recognise(data) is file_format
    return list(parse(BytesIO(data), file_format, Options(system="release")))


def task4(evidence: Any, **change: Any) -> dict[str, Any]:
    turns = [{"role": "user", "content": "Tea!"}, {"role": "assistant", "content": "Yes"}]
    conversations = [{"conversation_hash": "c1", "conversation": turns}]
    value = {"user_id": "u1", "source": "cupid", "merged_attributes": PROFILE, "conversations": conversations}
    return value | {"evidence": evidence} | change


def test_task4_gives_subject_conversations_and_attributes_with_evidence() -> None:
    subject, conversation, attribute = every(Format.RELEASE_TASK4, task4([{"conv_idx": 0, "turn_idxs": [0, 1]}]))
    assert subject == SubjectRow(line=1, subject="u1", origin="synthetic")
    assert isinstance(conversation, ConversationRow)
    assert attribute == AttributeRow(
        line=1,
        subject="u1",
        text="Likes tea",
        reason="r",
        confidence=0.9,
        evidence=(EvidencePointer("c1", 0, None), EvidencePointer("c1", 1, None)),
        system="release",
        merged_from=("Tea", "Green tea"),
    )


def test_task4_origin_is_left_to_the_batch_if_the_source_does_not_say() -> None:
    (subject,) = rows(SubjectRow, Format.RELEASE_TASK4, task4([None], source="wildchat"))
    assert subject.origin is None


def test_task4_turn_out_of_range_is_passed_on_as_given() -> None:
    (attribute,) = rows(AttributeRow, Format.RELEASE_TASK4, task4([{"conv_idx": 0, "turn_idxs": [7]}]))
    assert attribute.evidence == (EvidencePointer("c1", 7, None),)


def test_task4_evidence_that_leads_nowhere_is_reported_and_the_attribute_kept() -> None:
    for evidence, field in (
        ([{"conv_idx": 5, "turn_idxs": [0]}], "evidence[0].conv_idx"),
        ([{"conv_idx": None, "turn_idxs": [0]}], "evidence[0].conv_idx"),
        ([{"conv_idx": 0, "turn_idxs": None}], "evidence[0].turn_idxs"),
        ([{"conv_idx": 0, "turn_idxs": [-1]}], "evidence[0].turn_idxs"),
        ([None], "evidence[0]"),
        ([], "evidence"),
    ):
        problems = rows(RowError, Format.RELEASE_TASK4, task4(evidence))
        assert [(problem.field, problem.kept) for problem in problems] == [(field, True)]
        assert len(rows(AttributeRow, Format.RELEASE_TASK4, task4(evidence))) == 1


def test_task4_keeps_what_is_good_beside_a_bad_part() -> None:
    value = task4([None, None], merged_attributes=[{"attribute": ""}, *PROFILE])
    assert [row.text for row in rows(AttributeRow, Format.RELEASE_TASK4, value)] == ["Likes tea"]


def test_task5_gives_a_profile_once_and_each_case() -> None:
    item = {"attribute": "Likes tea", "expected_behavior": "x", "relevance": 0.6}
    first = {
        "user_id": "u1",
        "prompt_index": 3,
        "prompt_text": "Drinks?",
        "profile_attributes": PROFILE,
        "items": [item],
    }
    values = (first, first | {"prompt_index": 4, "prompt_text": "Food?"}, first | {"user_id": "u2"})
    assert [row.subject for row in rows(AttributeRow, Format.RELEASE_TASK5, *values)] == ["u1", "u2"]
    assert [row.prompt for row in rows(PromptRow, Format.RELEASE_TASK5, *values)] == ["3", "4"]
    cases = rows(CaseRow, Format.RELEASE_TASK5, *values)
    assert [(row.subject, row.prompt) for row in cases] == [("u1", "3"), ("u1", "4"), ("u2", "3")]
    (selection, *_) = rows(SelectionRow, Format.RELEASE_TASK5, first)
    assert (selection.system, selection.is_whole) == ("release preselection", True)
    assert selection.attributes == (SelectedAttribute("Likes tea", score=0.6),)


def test_task5_without_items_says_nothing_and_with_empty_ones_that_nothing_was_picked() -> None:
    value = {"user_id": "u1", "prompt_index": 3, "prompt_text": "Drinks?", "profile_attributes": PROFILE}
    assert rows(SelectionRow, Format.RELEASE_TASK5, value, value | {"items": None}) == []
    (selection,) = rows(SelectionRow, Format.RELEASE_TASK5, value | {"items": []})
    assert (selection.attributes, selection.is_whole) == ((), True)


def test_task6_gives_two_responses_and_what_was_given() -> None:
    value = {
        "model_tag": "m",
        "user_id": "u_1",
        "prompt_id": "u_1_3",
        "prompt_text": "Drinks?",
        "attributes": [{"attribute": a, "is_relevant": r} for a, r in (("A", True), ("B", False), ("C", None))],
        "response_no_context": "Water",
        "response_personalized": "Tea",
    }
    generic, personalized = rows(ResponseRow, Format.RELEASE_TASK6, value)
    assert (generic.kind, generic.text, generic.prompt, generic.attributes) == ("generic", "Water", "3", None)
    assert [(given.attribute, given.given) for given in personalized.attributes] == [
        ("A", True),
        ("B", False),
        ("C", False),
    ]
    assert len(rows(AttributeRow, Format.RELEASE_TASK6, value)) == 3
    assert rows(RowError, Format.RELEASE_TASK6, value | {"prompt_id": "other_3"})[0].field == "prompt_id"
    assert every(Format.RELEASE_TASK6, value | {"response_personalized": None})[0] == RowError(
        line=1, field="response_personalized", expected="text that is not empty", found="nothing"
    )


def test_votes_and_majority_are_judgments_of_a_model_and_a_panel() -> None:
    items = [
        {"attribute": "A", "relevant": True},
        {"attribute": "B", "relevant": None},
        {"attribute": "C", "relevant": False},
    ]
    votes = {"model": "m", "sample_index": 0, "prompt_index": 3, "user_id": "u1", "items": items}
    majority = {"sample_index": 0, "user_id": "u1", "prompt_id": "u1_3", "items": items}
    for file_format, value, rater, kind in (
        (Format.RELEASE_VOTES, votes, "m", "model"),
        (Format.RELEASE_MAJORITY, majority, "human majority", "panel"),
    ):
        labels = rows(JudgmentRow, file_format, value)
        assert [(row.rater, row.rater_kind, row.stage, row.prompt, row.label) for row in labels] == [
            (rater, kind, 2, "3", "yes"),
            (rater, kind, 2, "3", "no"),
        ]
        assert [error.field for error in rows(RowError, file_format, value)] == ["items[1].relevant"]


def test_verified_attributes_point_to_their_session() -> None:
    evidence = {"session_id": "s1", "utterance_index": 2, "text": "in cm"}
    memory = {
        "memory_id": "m1",
        "value": "Metric",
        "reasoning": "r",
        "confidence": 0.5,
        "type": "direct",
        "evidence": evidence,
    }
    value = {"session_id": "s1", "gold_memories": [memory, {"value": ""}]}
    attribute, error = every(Format.VERIFIED_ATTRIBUTES, value)
    assert isinstance(attribute, AttributeRow)
    assert (attribute.subject, attribute.attribute, attribute.type) == ("s1", "s1:m1", "direct")
    assert attribute.evidence == (EvidencePointer("s1", 2, "in cm"),)
    assert isinstance(error, RowError)
    assert error.field == "gold_memories[1].value"
