import json
from io import BytesIO
from typing import Any

import pytest

from conversations.formats import (
    AttributeRow,
    CaseRow,
    ConversationRow,
    EvidencePointer,
    Format,
    GivenAttribute,
    JudgmentRow,
    Options,
    PromptRow,
    ResponseRow,
    Row,
    RowError,
    SelectedAttribute,
    SelectionRow,
    SubjectRow,
    Turn,
    parse,
    recognise,
)

TURNS = [{"role": "user", "content": "In cm please"}]
CASE = {"subject": "s1", "prompt": "p1"}
VOTE = {"kind": "judgment", "rater": "m", "rater_kind": "model", **CASE}


def parsed(value: Any, options: Options | None = None) -> Any:
    data = json.dumps(value).encode()
    if isinstance(value["kind"], str):
        assert recognise(data) is Format.YARDSTICK
    (row,) = parse(BytesIO(data), Format.YARDSTICK, options or Options())
    return row


@pytest.mark.parametrize(
    ("value", "row"),
    [
        (
            {"kind": "subject", "subject": "s1", "origin": "real", "stated_conversations": 12},
            SubjectRow(line=1, subject="s1", origin="real", stated_conversations=12),
        ),
        (
            {
                "kind": "conversation",
                "subject": "s1",
                "conversation": "c1",
                "turns": TURNS,
                "language": "en",
                "toxic": False,
            },
            ConversationRow(
                line=1,
                subject="s1",
                conversation="c1",
                turns=(Turn("user", "In cm please"),),
                language="en",
                flags={"toxic": False},
            ),
        ),
        (
            {
                "kind": "attribute",
                "subject": "s1",
                "id": "a1",
                "attribute": "Prefers metric units",
                "confidence": 1,
                "evidence": [{"conversation": "c1", "turn": 0, "quote": "in cm"}, {}],
            },
            AttributeRow(
                line=1,
                subject="s1",
                attribute="a1",
                text="Prefers metric units",
                confidence=1.0,
                evidence=(EvidencePointer("c1", 0, "in cm"), EvidencePointer(None, None, None)),
            ),
        ),
        (
            {"kind": "prompt", "prompt": "p1", "text": "How tall?", "topic": "home"},
            PromptRow(line=1, prompt="p1", text="How tall?", topic="home"),
        ),
        ({"kind": "case", **CASE}, CaseRow(line=1, subject="s1", prompt="p1")),
        (
            {"kind": "selection", "system": "x", **CASE, "attribute": "a1", "selected": True, "score": 0.7},
            SelectionRow(
                line=1, system="x", subject="s1", prompt="p1", attributes=(SelectedAttribute("a1", score=0.7),)
            ),
        ),
        (
            {"kind": "selection", "system": "x", **CASE, "attributes": []},
            SelectionRow(line=1, system="x", subject="s1", prompt="p1", attributes=(), is_whole=True),
        ),
        (
            {
                "kind": "selection",
                "system": "x",
                **CASE,
                "attributes": ["a1", {"attribute": "a2", "score": 1}, {"attribute": "a3", "selected": False}],
            },
            SelectionRow(
                line=1,
                system="x",
                subject="s1",
                prompt="p1",
                attributes=(
                    SelectedAttribute("a1"),
                    SelectedAttribute("a2", score=1.0),
                    SelectedAttribute("a3", selected=False),
                ),
                is_whole=True,
            ),
        ),
        (
            {
                "kind": "response",
                "system": "x",
                **CASE,
                "response": "personalized",
                "text": "2 m",
                "attributes": [{"attribute": "a1"}, {"attribute": "a2", "given": False, "mentioned": None}],
                "cost": 0.00001,
                "latency_ms": 9,
            },
            ResponseRow(
                line=1,
                system="x",
                subject="s1",
                prompt="p1",
                kind="personalized",
                text="2 m",
                attributes=(GivenAttribute("a1", given=True), GivenAttribute("a2", given=False)),
                cost="0.00001",
                latency_ms=9,
            ),
        ),
        (
            {**VOTE, "stage": 2, "attribute": "a1", "label": "yes"},
            JudgmentRow(
                line=1, rater="m", rater_kind="model", stage=2, subject="s1", prompt="p1", attribute="a1", label="yes"
            ),
        ),
        (
            {**VOTE, "stage": 3, "label": 5, "system": "x"},
            JudgmentRow(line=1, rater="m", rater_kind="model", stage=3, subject="s1", prompt="p1", label=5, system="x"),
        ),
    ],
)
def test_every_kind_is_read(value: Any, row: Row) -> None:
    assert parsed(value) == row


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({"kind": "conversations"}, "kind"),
        ({"kind": ["subject"]}, "kind"),
        ({"kind": "subject"}, "subject"),
        ({"kind": "subject", "subject": "s1", "orgin": "real"}, "orgin"),
        ({"kind": "subject", "subject": "s1", "origin": "Real"}, "origin"),
        ({"kind": "subject", "subject": "s" * 201}, "subject"),
        ({"kind": "subject", "subject": "s1", "stated_conversations": True}, "stated_conversations"),
        ({"kind": "conversation", "subject": "s1", "turns": [{"role": "user", "text": "x"}]}, "turns[0].text"),
        ({"kind": "attribute", "subject": "s1", "attribute": "x", "confidence": 1.1}, "confidence"),
        ({"kind": "attribute", "subject": "s1", "attribute": "x", "confidence": float("nan")}, "confidence"),
        ({"kind": "attribute", "subject": "s1", "attribute": "x", "evidence": [{"turn": -1}]}, "evidence[0].turn"),
        ({"kind": "attribute", "subject": "s1", "attribute": " "}, "attribute"),
        ({"kind": "selection", **CASE, "attribute": "a", "selected": True}, "system"),
        ({"kind": "selection", **CASE, "system": "x", "attribute": "a", "selected": "yes"}, "selected"),
        ({"kind": "response", **CASE, "system": "x", "response": "personal", "text": "x"}, "response"),
        ({"kind": "response", **CASE, "system": "x", "response": "generic", "text": "x", "cost": "1e999"}, "cost"),
        ({"kind": "response", **CASE, "system": "x", "response": "generic", "text": "x", "cost": -1}, "cost"),
        ({**VOTE, "stage": 4, "label": "yes"}, "stage"),
        ({**VOTE, "stage": 2, "attribute": "a", "label": "maybe"}, "label"),
        ({**VOTE, "stage": 2, "label": "yes"}, "attribute"),
        ({**VOTE, "stage": 3, "label": 6}, "label"),
    ],
)
def test_bad_row_names_its_field(value: Any, field: str) -> None:
    row = parsed(value)
    assert isinstance(row, RowError), row
    assert row.field == field


def test_unknown_field_names_the_allowed_ones() -> None:
    row = parsed({"kind": "case", **CASE, "prompts": "p2"})
    assert isinstance(row, RowError)
    assert row.expected == "one of the fields kind, prompt, subject"


def test_system_of_the_options_stands_in_for_a_missing_one() -> None:
    row = parsed({"kind": "attribute", "subject": "s1", "attribute": "x"}, Options(system="mine"))
    assert isinstance(row, AttributeRow)
    assert row.system == "mine"
