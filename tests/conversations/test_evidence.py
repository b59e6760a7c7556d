import time
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from conversations.enums import EvidenceState
from conversations.evidence import Transcript

TURNS = [
    {"role": "user", "content": "I'm a  nurse,\nworking nights in Leeds."},
    {"role": "assistant", "content": "Night shifts are hard on you."},
    {"role": "user", "content": "My dog “Rex” hates it."},
]


def test_quote_is_found_exactly_where_it_points():
    assert Transcript(TURNS).locate(2, "dog “Rex”") == (2, 3, 12, EvidenceState.EXACT)


def test_quote_is_found_but_for_space_punctuation_and_quote_marks():
    located = Transcript(TURNS).locate(0, 'i\u2019m a nurse working "nights"')
    assert located.state == EvidenceState.NORMALISED
    assert TURNS[0]["content"][located.start : located.end] == "I'm a  nurse,\nworking nights"


def test_quote_is_not_moved_to_another_turn():
    assert Transcript(TURNS).locate(0, "dog “Rex” hates").state == EvidenceState.NOT_FOUND


def test_generated_quote_may_be_found_in_another_own_turn():
    located = Transcript(TURNS).locate(0, "dog “Rex” hates", elsewhere=True)
    assert (located.turn, located.state) == (2, EvidenceState.EXACT)


def test_generated_quote_of_the_assistant_is_never_evidence():
    assert Transcript(TURNS).locate(1, "Night shifts are hard", elsewhere=True).state == EvidenceState.ASSISTANT_TURN
    assert Transcript(TURNS).locate(None, "Night shifts are hard").state == EvidenceState.NOT_FOUND


def test_pointer_past_the_last_turn_is_out_of_range():
    assert Transcript(TURNS).locate(9, None).state == EvidenceState.OUT_OF_RANGE
    assert Transcript(TURNS).locate(9, "nurse").state == EvidenceState.OUT_OF_RANGE


def test_pointer_without_quote_is_the_turn():
    assert Transcript(TURNS).locate(0, "").state == EvidenceState.TURN
    assert Transcript(TURNS).locate(1, None).state == EvidenceState.ASSISTANT_TURN


def test_quote_of_punctuation_only_is_not_found():
    assert Transcript(TURNS).locate(0, "!!").state == EvidenceState.NOT_FOUND


@given(st.text(min_size=1), st.text(), st.text())
def test_any_part_of_a_turn_is_found_in_it(quote, before, after):
    turns = [{"role": "user", "content": before + quote + after}]
    located = Transcript(turns).locate(0, quote)
    if quote.strip():
        assert located.state == EvidenceState.EXACT
        assert turns[0]["content"][located.start : located.end] == quote.strip()


@given(st.text(), st.text())
def test_positions_always_lie_in_the_turn(content, quote):
    located = Transcript([{"role": "user", "content": content}]).locate(None, quote)
    if located.start is not None and located.end is not None:
        assert 0 <= located.start < located.end <= len(content)


def test_quote_never_reaches_from_one_turn_into_the_next():
    turns = [{"role": "user", "content": "I live"}, {"role": "user", "content": "in Leeds"}]
    for quote in ("live in Leeds", "live\ud800in Leeds", "\ud800"):
        assert Transcript(turns).locate(None, quote).state == EvidenceState.NOT_FOUND


LETTERS = st.text("aAß ﬁ\n.,'Éé1½", max_size=30)


@given(st.lists(LETTERS, max_size=4), LETTERS, st.integers(0, 4096))
def test_what_is_found_but_for_spaces_folds_to_the_quote(contents, quote, padding):
    """However long the turns are: the way back from a folded text starts at a block of it."""
    turns = [{"role": "user", "content": "-" * padding + content + " " * 4096 + content} for content in contents]
    transcript = Transcript(turns)
    for turn in [None, *range(len(turns))]:
        found = transcript.locate(turn, quote)
        if found.state == EvidenceState.NORMALISED:
            assert found.turn is not None
            span = turns[found.turn]["content"][found.start : found.end]
            assert folded(quote) in folded(span)
            assert folded(quote) not in folded(span[1:-1])


def folded(text):
    pieces = unicodedata.normalize("NFKC", "\0".join(text)).casefold()
    return "".join(one for one in pieces if unicodedata.category(one)[0] in "LNSM")


def test_a_turn_is_folded_once_whatever_is_not_found_in_it():
    """By CPU time of this thread: the first quote folds the turn, and others cost a small part of that."""
    turns = [{"role": "user", "content": "Wörter und Sätze " * 24_000}]
    one = seconds_of(turns, quotes=1)
    assert seconds_of(turns, quotes=600) < one * 100


def seconds_of(turns, quotes):
    started = time.thread_time()
    transcript = Transcript(turns)
    for number in range(quotes):
        assert transcript.locate(0, f"nicht darin {number}").state == EvidenceState.NOT_FOUND
    return time.thread_time() - started


def test_words_of_the_subject_are_found_and_words_of_the_assistant_are_found_too():
    assert {state for state in EvidenceState if state.is_own_words} == {"exact", "normalised", "turn"}
    assert {state for state in EvidenceState if state.is_found} == {"exact", "normalised", "turn", "assistant_turn"}
