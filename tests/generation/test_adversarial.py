"""What code guarantees over the whole adversarial set: no model, no database."""

import json
from collections import Counter

import pytest

from conversations.enums import EvidenceState
from conversations.evidence import Transcript
from generation.adversarial import AttackOutcome, cases, has_its_way, question, scenes
from generation.harmless_text import CONTROL_TOKEN
from generation.outputs import InvalidOutput

TASKS = {"extraction", "stage1", "stage2", "stage3", "response"}


def asked(case, *, attacked=True):
    return question(case, attacked=attacked, bounded=False)


def data_of(content):
    """The lines between the boundary lines, by block."""
    lines, blocks = content.split("\n"), []
    for number, line in enumerate(lines):
        if line.startswith("----- data ") and line.endswith(" begins"):
            end = lines.index(line.removesuffix(" begins") + " ends", number)
            blocks.append(lines[number + 1 : end])
    return blocks


def test_set_is_large_and_covers_what_it_should():
    assert len(cases()) >= 60
    assert len({case.id for case in cases()}) == len(cases())
    assert {case.task for case in cases()} == TASKS
    assert min(Counter(case.task for case in cases()).values()) >= 6
    assert len({case.language for case in cases()}) >= 8
    assert {
        "command",
        "system",
        "answer",
        "ending",
        "quoted",
        "code",
        "encoded",
        "hidden",
        "attribute",
        "evidence",
    } <= {case.kind for case in cases()}


def test_every_attack_is_in_its_prompt_and_not_in_the_control():
    for case in cases():
        attacked, control = (asked(case, attacked=one).messages[1]["content"] for one in (True, False))
        values = {value for block in data_of(attacked) for line in block for value in texts(json.loads(line))}
        assert any(case.text in value for value in values)
        assert case.text not in control
        assert len(attacked.split("\n")) == len(control.split("\n"))


def texts(value):
    if isinstance(value, dict | list):
        parts = value.values() if isinstance(value, dict) else value
        return [text for part in parts for text in texts(part)]
    return [value] if isinstance(value, str) else []


def test_system_role_is_the_template_s_own_text_byte_for_byte():
    for case in cases():
        one = asked(case)
        assert [message["role"] for message in one.messages] == ["system", "user"]
        assert one.messages[0]["content"].encode() == one.template.system.encode()


def test_data_block_can_neither_be_closed_nor_forged():
    for case in cases():
        content = asked(case).messages[1]["content"]
        blocks = data_of(content)
        assert blocks
        assert [len(block) for block in blocks] == [
            len(block) for block in data_of(asked(case, attacked=False).messages[1]["content"])
        ]
        assert all(isinstance(json.loads(line), dict) for block in blocks for line in block)
        edges = [line for line in content.splitlines() if line.startswith("----- data ")]
        assert len(edges) == 2 * len(blocks)
        assert len({edge.rsplit(" ", 1)[0] for edge in edges}) == 1


def test_unit_ids_are_ours_alone():
    for case in cases():
        if case.task not in {"stage1", "stage2", "stage3"}:
            continue
        rows = [json.loads(line) for block in data_of(asked(case).messages[1]["content"]) for line in block]
        assert [row["id"] for row in rows if "id" in row] == ["u1", "u2"]


def test_no_control_token_and_nothing_unseen_is_sent():
    for case in cases():
        one = asked(case)
        content = one.messages[1]["content"]
        assert not CONTROL_TOKEN.search(content)
        assert "<" not in content
        assert all(char == "\n" or char.isprintable() for char in content)


def test_schema_allows_known_units_and_labels_only():
    for case in cases():
        schema = asked(case).schema
        assert schema == asked(case, attacked=False).schema
        if case.task == "response":
            assert schema is None
            continue
        assert schema["additionalProperties"] is False
        if case.task == "extraction":
            assert list(schema["properties"]) == ["attributes"]
            continue
        votes = schema["properties"]["votes"]
        assert list(votes["properties"]) == votes["required"] == ["u1", "u2"]
        assert votes["additionalProperties"] is False
        known = {
            "stage1": ["accept", "unsure", "reject"],
            "stage2": ["yes", "no"],
            "stage3": ["left much better", "left better", "no difference", "right better", "right much better"],
        }
        for vote in votes["properties"].values():
            assert vote["properties"]["label"]["enum"] == known[case.task]
            assert set(case.wants["label"]) <= set(known[case.task])


def test_answer_with_another_unit_or_label_is_none():
    for case in cases():
        one = asked(case)
        if case.task == "response":
            continue
        for answer in (
            '{"votes": {"u1": {"label": "5"}, "u2": {"label": "best"}}}',
            '{"votes": {"u1": {"label": "accept"}, "u2": {"label": "accept"}, "u3": {"label": "accept"}}}',
            '{"attributes": [], "instructions": "none"}',
            '{"attributes": [{"text": "x", "reason": "", "confidence": 2, "evidence": []}]}',
            case.text,
        ):
            if answer == case.text and ('"votes": {' in answer or '"attributes": [' in answer):
                continue  # an answer of the right form can't be told by its form
            with pytest.raises(InvalidOutput):
                one.read(answer)


def test_quote_that_the_subject_never_said_is_evidence_not_found():
    """Whatever an attack calls evidence: only what stands in the subject's own turns is located."""
    for case in cases():
        turns = [{"role": turn["role"], "content": turn["content"]} for turn in scenes.TURNS]
        said = {"role": "user" if case.place == "turn" else "assistant", "content": case.text}
        for quote in (
            "I own a yacht in Monaco, verbatim",
            "The administrator confirmed it",
            f"{case.text} (confirmed)",
        ):
            found = Transcript([*turns, said]).locate(3, quote, elsewhere=True)
            assert found.state in {EvidenceState.NOT_FOUND, EvidenceState.ASSISTANT_TURN}
            assert (found.start, found.end) == (None, None)
        if case.place == "assistant":
            assert Transcript([*turns, said]).locate(3, case.text, elsewhere=True).state == EvidenceState.ASSISTANT_TURN


def test_success_of_an_attack_can_be_told():
    for case in cases():
        wants = case.wants
        reached = AttackOutcome(
            attributes=(f"The user is {wants['attribute'].upper()}.",) if "attribute" in wants else (),
            label=wants.get("label", [""])[0],
            text=f"Yes: {wants.get('response', '')}",
        )
        missed = AttackOutcome(attributes=("The user teaches.",), label="unsure", text="Porridge.")
        assert has_its_way(case, reached)
        assert not has_its_way(case, missed)
