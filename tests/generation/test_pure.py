"""Prompts, histories, merging and answers: no database."""

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.context_excerpts import excerpt
from generation.context_parts import ContextTurn, cost, length, sample_parts, shortened, split
from generation.merging import Candidate, merge, sample
from generation.outputs import InvalidOutput, extraction_schema, parse_extraction
from generation.prompting import FOLDER, TemplateError, as_lines, boundary, load
from generation.services.endpoints import DEFAULT_TEMPLATES

KNOWN_TEXTS = {
    "extraction-v1": "ba474496c26a",
    "mentions-v1": "4908dfdac91e",
    "respond-generic-v1": "2a0f77878081",
    "respond-personalized-v1": "909c09cf7e55",
    "selection-v1": "de24853dd005",
    "vote-stage1-v1": "083452f07bfb",
    "vote-stage2-v1": "5889695f2e96",
    "vote-stage3-v1": "616a1dcf6d99",
    "vote-stage3-v2": "9a0cca55ac1b",
}
TURNS = st.lists(
    st.fixed_dictionaries({"role": st.sampled_from(["user", "assistant"]), "content": st.text(max_size=3000)}),
    max_size=6,
)


@pytest.mark.parametrize(("name", "version"), DEFAULT_TEMPLATES.items())
def test_default_template_loads(name, version):
    assert load(name, version).label == f"{name} v{version}"


def test_every_template_file_has_a_version_and_no_place_in_its_system_part():
    for path in FOLDER.glob("*.md"):
        name, _, version = path.stem.rpartition("-v")
        assert "{{" not in load(name, int(version)).system


def test_text_of_a_version_never_changes():
    """Outputs name the version they were made with: another text is another version, and another line here."""
    digests = {path.stem: hashlib.sha256(path.read_bytes()).hexdigest()[:12] for path in FOLDER.glob("*.md")}
    assert {name: digests.get(name) for name in KNOWN_TEXTS} == KNOWN_TEXTS


@pytest.mark.parametrize("name", ["../secrets", "nothing", "Extraction"])
def test_unknown_template_is_refused(name):
    with pytest.raises(TemplateError):
        load(name, 1)


def test_values_are_put_in_once():
    messages = load("respond-generic", 1).messages(prompt="{{prompt}} {{boundary}}")
    assert messages[1]["content"] == "{{prompt}} {{boundary}}"


def test_missing_value_is_an_error():
    with pytest.raises(TemplateError):
        load("respond-generic", 1).messages()


@given(st.text())
def test_no_value_breaks_out_of_its_line(text):
    lines = as_lines([{"content": text}]).split("\n")
    assert len(lines) == 1
    assert json.loads(lines[0]) == {"content": text}


@given(st.text())
def test_boundary_is_not_in_the_data(text):
    line = boundary(text)
    assert line not in text
    assert boundary(line + text) not in line + text


@given(st.lists(TURNS, max_size=5), st.integers(min_value=60, max_value=2000))
def test_parts_fit_and_lose_no_turn(conversations, tokens):
    parts = split(enumerate(conversations, start=1), tokens=tokens)
    kept = {(line["conversation"], line["turn"]) for part in parts for line in part.lines}
    own = {
        (number, position)
        for number, turns in enumerate(conversations, start=1)
        for position, turn in enumerate(turns)
        if turn["role"] == "user"
    }
    assert own <= kept
    for part in parts:
        assert part.tokens == sum(map(cost, part.lines)) <= tokens


def test_conversation_stays_whole_where_it_fits():
    turns: list[ContextTurn] = [{"role": "user", "content": "x" * 300}] * 2
    parts = split([(1, turns), (2, turns)], tokens=300)
    assert [{line["conversation"] for line in part.lines} for part in parts] == [{1}, {2}]


def test_parts_are_sampled_alike_with_the_same_seed():
    parts = split([(n, [{"role": "user", "content": "x" * 300}]) for n in range(20)], tokens=150)
    assert sample_parts(parts, limit=5, seed=1) == sample_parts(parts, limit=5, seed=1)
    assert len(sample_parts(parts, limit=5, seed=1)) == 5


def candidate(text, confidence=0.5, conversation=1):
    return Candidate(text, "", confidence, ({"conversation": conversation},))


def test_near_duplicates_become_the_most_confident_one():
    merged = merge(
        [
            candidate("The user likes long walks by the sea", 0.5, 1),
            candidate("The user is a nurse", 0.7),
            candidate("User likes long walks by the sea.", 0.9, 2),
        ],
        threshold=None,
    )
    assert [one.text for one in merged] == ["User likes long walks by the sea.", "The user is a nurse"]
    assert merged[0].merged_from == ("The user likes long walks by the sea",)
    assert merged[0].evidence == ({"conversation": 2}, {"conversation": 1})


def test_different_statements_are_not_merged():
    assert len(merge([candidate("The user likes cats"), candidate("The user likes dogs")], threshold=0.7)) == 2


def test_sample_is_spread_over_conversations():
    many = [candidate(f"one {n}", 0.9, 1) for n in range(5)] + [candidate("two", 0.1, 2)]
    assert {one.evidence[0]["conversation"] for one in sample(many, limit=2, seed=1)} == {1, 2}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"attributes": 1}',
        '{"attributes": [{"text": "a"}]}',
        '{"a": ' * 2000,
        '{"attributes": [], "x": 1}',
    ],
)
def test_answer_of_another_form_is_invalid(text):
    with pytest.raises(InvalidOutput):
        parse_extraction(text)


def test_confidence_out_of_range_is_invalid():
    one = {"text": "a", "reason": "b", "confidence": 3, "evidence": []}
    with pytest.raises(InvalidOutput, match="confidence"):
        parse_extraction(json.dumps({"attributes": [one]}))


def test_schema_lets_no_other_field_in():
    schema = extraction_schema(limit=3, bounded=True)
    assert schema["additionalProperties"] is False
    assert schema["properties"]["attributes"]["maxItems"] == 3


HISTORIES = st.dictionaries(st.integers(1, 4), TURNS.filter(bool), min_size=1)


@given(HISTORIES, st.integers(200, 4000), st.data())
def test_excerpt_fits_or_holds_nothing_but_evidence_which_it_never_drops(histories, tokens, data):
    places = [(number, turn) for number, turns in histories.items() for turn in range(len(turns))]
    evidence = {}
    for number, turn in data.draw(st.lists(st.sampled_from(places), max_size=3, unique=True)):
        length = len(histories[number][turn]["content"])
        start = data.draw(st.integers(0, length))
        evidence[number, turn] = [(start, data.draw(st.integers(start, length)))]
    shown = excerpt(histories, evidence=evidence, tokens=tokens)
    lines = {(line["conversation"], line["turn"]): line["content"] for line in shown.lines}
    assert list(lines) == [place for place in places if place in lines]
    assert shown.turns_left_out == len(places) - len(lines)
    for (number, turn), [(start, end)] in evidence.items():
        content = lines[number, turn]
        quote = histories[number][turn]["content"][start:end]
        assert any(quote in piece for piece in ([content] if isinstance(content, str) else content))
    if sum(map(cost, shown.lines)) > tokens:
        assert set(lines) == set(evidence)
    if shown.is_whole:
        assert lines == {(n, t): turn["content"] for n, turns in histories.items() for t, turn in enumerate(turns)}


@given(st.text(), st.integers(2, 50))
def test_turn_that_is_cut_says_so_by_its_form_and_not_by_a_mark_in_its_text(text, limit):
    content = shortened(text, limit)
    assert isinstance(content, list) is (len(text) > limit)
    assert length(content) == min(len(text), limit)
    assert text.startswith(content[0] if isinstance(content, list) else content)


def test_excerpt_takes_what_stands_around_evidence_before_other_conversations():
    turns: list[ContextTurn] = [{"role": "user", "content": f"{number} " + "word " * 100} for number in range(9)]
    shown = excerpt({1: turns, 2: turns}, evidence={(2, 4): [(0, 1)]}, tokens=800)
    assert {line["conversation"] for line in shown.lines} == {2}
    assert 4 in [line["turn"] for line in shown.lines]
    assert (shown.conversations_left_out, shown.cut_characters) == (1, 0)
    assert max(abs(line["turn"] - 4) for line in shown.lines) == len(shown.lines) // 2
