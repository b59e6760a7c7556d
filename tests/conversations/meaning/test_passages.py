"""What a person said that a statement about them may rest on, by itself and among what real people said."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.evidence import Transcript
from conversations.meaning.passages import MOST_FOUND, passages_of, search

TURNS = [
    {"role": "user", "content": "Hello!\nI bake bread every weekend. What flour do I need for rye bread?"},
    {"role": "assistant", "content": "Rye flour. People who bake bread at home like it."},
    {"role": "user", "content": "Thanks. My sister's wedding is in June, I am writing a speech."},
]
REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "conversations"


def found(*statements, turns=TURNS):
    return search(statements, passages_of(7, turns, role="user"))


def test_sentence_that_a_statement_rests_on_is_found_where_it_stands():
    (baking, wedding) = found("The user likes to bake bread.", "Writes a wedding speech for a sister")
    assert baking[0].text == "I bake bread every weekend."
    assert (baking[0].conversation, baking[0].turn) == (7, 0)
    assert wedding[0].text == TURNS[2]["content"][8:]
    for passage in (*baking, *wedding):
        assert TURNS[passage.turn]["content"][passage.start : passage.end] == passage.text


@pytest.mark.parametrize(
    "statement", ["The user plays the violin.", "Is a user of sister languages", "Backt gern Brot", ""]
)
def test_nothing_is_found_for_what_nobody_said(statement):
    assert found(statement) == [[]]


def test_nothing_is_found_where_nothing_was_said():
    assert found("Likes tea", turns=[]) == [[]]
    assert found("Likes tea", turns=[{"role": "user", "content": "?!"}]) == [[]]
    assert found() == []


@given(st.lists(st.text(max_size=900), max_size=4))
def test_passages_hold_all_words_of_the_person_and_nothing_else(contents):
    turns = [{"role": "user", "content": content} for content in contents]
    passages = passages_of(1, turns, role="user")
    said = "".join("".join(one.text for one in passages if one.turn == number) for number in range(len(turns)))
    assert sorted(character for character in said if character.isalnum()) == sorted(
        character for content in contents for character in content if character.isalnum()
    )
    assert all(one.text == turns[one.turn]["content"][one.start : one.end] == one.text.strip() for one in passages)


@pytest.mark.skipif(not REAL.is_dir(), reason="../shared/data is not there")
def test_verified_quotes_of_real_people_are_found_more_often_than_chance_would():
    sessions = {}
    for line in (REAL / "wildchat_sessions.jsonl").read_text().splitlines()[:200]:
        session = json.loads(line)
        sessions[session["session_id"]] = session["messages"]
    right = first = total = 0
    for line in (REAL / "wildchat_verified_attributes.jsonl").read_text().splitlines()[:40]:
        record = json.loads(line)
        turns = sessions.get(record["session_id"], [])
        known = {
            one["value"]: Transcript(turns).locate(None, one["evidence"]["text"]).turn
            for one in record["gold_memories"]
            if turns
        }
        known = {value: turn for value, turn in known.items() if turn is not None}
        for turn, some in zip(known.values(), found(*known, turns=turns), strict=True):
            total, first = total + 1, first + (bool(some) and some[0].turn == turn)
            right += turn in {passage.turn for passage in some[:MOST_FOUND]}
    assert total > 50
    assert right / total > 0.55, (right, first, total)
    assert first / total > 0.4, (right, first, total)
