"""Long material is cut into pieces and portions: nothing is lost, nothing stands twice, and a portion costs little."""

import re
import time
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.formats.limits import MAX_CONVERSATION_CHARACTERS, MAX_TURN_CHARACTERS, MAX_TURNS
from conversations.highlighting import Span
from conversations.markdown import LONGEST
from conversations.reading import (
    AROUND_A_TURN,
    PAGE_BUDGET,
    PIECE,
    PORTION,
    Budget,
    cut,
    pieces_of,
    portions,
    read,
    stands_in,
)

WORDS = st.sampled_from(["a", " ", "\n", "word ", "x" * 50, '"<&>'])
LONG = st.tuples(WORDS, st.integers(1, 3 * LONGEST // 50)).map(lambda drawn: drawn[0] * drawn[1])
TURNS = st.lists(st.tuples(st.sampled_from(["user", "assistant", "tool"]), LONG), max_size=6).map(
    lambda turns: [{"role": role, "content": content} for role, content in turns]
)


@given(st.lists(WORDS, max_size=60).map("".join), st.integers(2, 40))
def test_a_text_is_cut_into_stretches_that_make_it_up(text, most):
    start, ends = 0, []
    while start < len(text):
        end = cut(text, start, most)
        assert start < end <= start + most + most // 10
        ends.append(end)
        start = end
    assert "".join(text[a:b] for a, b in zip([0, *ends], ends, strict=False)) == text


def test_a_text_is_cut_at_a_line_or_between_words():
    text = "word " * 100
    assert text[: cut(text, 0, 98)].endswith("word ")
    assert cut("abc\ndef" + "g" * 199, 3, 90) == 93
    assert cut("x" * 50 + "\n" + "y" * 80, 0, 52) == 51


@given(TURNS)
def test_pieces_and_portions_hold_every_character_once(turns):
    pieces = pieces_of(turns)
    said = [
        "".join(turns[n]["content"][start:end] for turn, start, end in pieces if turn == n) for n in range(len(turns))
    ]
    assert said == [turn["content"] for turn in turns]
    groups = list(portions(pieces, 0, len(pieces)))
    assert [number for first, last in groups for number in range(first, last)] == list(range(len(pieces)))
    for first, last in groups:
        weight = sum(end - start + AROUND_A_TURN for _turn, start, end in pieces[first:last])
        assert weight <= PORTION or last == first + 1


@given(TURNS, st.data())
def test_a_quote_stands_in_one_piece(turns, data):
    turns = [turn for turn in turns if turn["content"]] or [{"role": "user", "content": "a"}]
    number = data.draw(st.integers(0, len(turns) - 1))
    start = data.draw(st.integers(0, len(turns[number]["content"]) - 1))
    found = [p for p in pieces_of(turns) if p.turn == number and stands_in(Span(start, start + 1, "1-0"), p)]
    assert len(found) == 1


def test_a_quote_across_pieces_is_marked_in_both_and_named_by_both():
    turns = [{"role": "user", "content": "x" * (LONGEST + PIECE)}]
    pieces = pieces_of(turns)
    span = Span(pieces[0].end - 5, pieces[0].end + 5, "7-0")
    shown = read(turns, pieces, budget=Budget(PAGE_BUDGET), spans={0: [span]})
    assert [turn.html.count('data-evidence="7-0">xxxxx</mark>') for turn in shown] == [1, 1, 0]
    assert [turn.goes_on for turn in shown] == [False, True, True]


def table(columns: int, rows: int) -> str:
    return "|" * (columns + 1) + "\n" + "|-" * columns + "|\n" + "|\n" * rows


COSTLY = {
    "a table whose rows are filled up": f"1\n\n{table(60, 1900)}",
    "a table just below the limit": table(43, 43),
    "a list": "- a\n" * 4_900,
    "emphasis": "*a* " * 1_990,
    "links": "[a](http://b)" * 990,
    "one character": "a",
    "quotes": '"' * LONGEST,
    "too long": "<" * (LONGEST + 1),
}


@pytest.mark.parametrize("text", COSTLY.values(), ids=COSTLY)
@pytest.mark.parametrize("role", ["user", "assistant"])
def test_a_page_of_the_costliest_turns_stays_within_its_budget(text, role):
    """At most one text above it, whatever is in it; CPU time of this thread, some tenths of a second."""
    fitting = min(MAX_TURNS, MAX_CONVERSATION_CHARACTERS // len(text))
    turns = [{"role": role, "content": f"{text} {number}"} for number in range(fitting)]
    started = time.thread_time()
    pieces = pieces_of(turns)
    shown = read(turns, pieces, budget=Budget(PAGE_BUDGET))
    assert time.thread_time() - started < 3
    written = sum(len(turn.html) + AROUND_A_TURN for turn in shown)
    assert written < PAGE_BUDGET + 6 * LONGEST
    assert 0 < len(shown) < len(pieces)
    assert len(list(portions(pieces, len(shown), len(pieces)))) < 600


def test_every_portion_of_the_longest_turns_can_be_read():
    turns = [{"role": "assistant", "content": "so on, " * (MAX_TURN_CHARACTERS // 7)}]
    pieces = pieces_of(turns)
    shown = [
        turn
        for first, last in portions(pieces, 0, len(pieces))
        for turn in read(turns, pieces[first:last], budget=Budget(1))
    ]
    assert "".join(unescape(re.sub("<[^>]*>", "", turn.html)) for turn in shown) == turns[0]["content"]
    assert [turn.is_as_written for turn in shown] == [True] + [False] * (len(shown) - 1)
