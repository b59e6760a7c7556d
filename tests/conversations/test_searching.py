"""Words are found whatever their case and the space between them, each in the piece where it begins."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.markdown import LONGEST
from conversations.reading import pieces_of
from conversations.searching import LONGEST_SEARCH, pattern_of, pieces_with

WORDS = st.lists(st.text("aB1.*\\", min_size=1, max_size=4), min_size=1, max_size=4)
SPACE = st.sampled_from([" ", "\n", "\t  "])


def said(*texts: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": text} for text in texts]


@given(WORDS, SPACE, st.text("aB1.*\\ \n", max_size=30))
def test_words_are_found_in_the_turn_that_holds_them(words, space, around):
    turns = said("—", f"{around} {space.join(words).upper()} {around}", "—")
    pattern = pattern_of(" ".join(words))
    assert pattern
    assert pieces_with(pattern, turns) == [1]


def test_a_long_turn_is_found_by_the_piece_in_which_the_words_begin():
    text = "x " * LONGEST
    turns = said("needle", text + "needle and " + text)
    pattern = pattern_of("Needle")
    assert pattern
    first, second = pieces_with(pattern, turns)
    piece = pieces_of(turns)[second]
    assert first == 0
    assert piece.start <= len(text) < piece.end


@pytest.mark.parametrize("words", ["", "  \n "])
def test_no_word_no_search(words):
    assert pattern_of(words) is None


HOSTILE = {"words": "a " * 1_000_000, "one word": "a" * 2_000_000, "space": "a" + " " * 2_000_000}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_costs_no_more_than_its_length(text):
    pattern = pattern_of("a " * LONGEST_SEARCH)
    assert pattern
    started = time.thread_time()
    assert bool(pieces_with(pattern, said(text))) == text.startswith("a a")
    assert time.thread_time() - started < 1  # of CPU; some hundredths of it on a quiet machine
