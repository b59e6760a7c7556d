from hypothesis import given
from hypothesis import strategies as st

from conversations.enums import EvidenceState
from conversations.evidence import locate

TURNS = [
    {"role": "user", "content": "I'm a  nurse,\nworking nights in Leeds."},
    {"role": "assistant", "content": "Night shifts are hard on you."},
    {"role": "user", "content": "My dog “Rex” hates it."},
]


def test_quote_is_found_exactly_where_it_points():
    assert locate(TURNS, 2, "dog “Rex”") == (2, 3, 12, EvidenceState.EXACT)


def test_quote_is_found_but_for_space_punctuation_and_quote_marks():
    located = locate(TURNS, 0, 'i\u2019m a nurse working "nights"')
    assert located.state == EvidenceState.NORMALISED
    assert TURNS[0]["content"][located.start : located.end] == "I'm a  nurse,\nworking nights"


def test_quote_is_not_moved_to_another_turn():
    assert locate(TURNS, 0, "dog “Rex” hates").state == EvidenceState.NOT_FOUND


def test_generated_quote_may_be_found_in_another_own_turn():
    located = locate(TURNS, 0, "dog “Rex” hates", elsewhere=True)
    assert (located.turn, located.state) == (2, EvidenceState.EXACT)


def test_generated_quote_of_the_assistant_is_never_evidence():
    assert locate(TURNS, 1, "Night shifts are hard", elsewhere=True).state == EvidenceState.ASSISTANT_TURN
    assert locate(TURNS, None, "Night shifts are hard").state == EvidenceState.NOT_FOUND


def test_pointer_past_the_last_turn_is_out_of_range():
    assert locate(TURNS, 9, None).state == EvidenceState.OUT_OF_RANGE
    assert locate(TURNS, 9, "nurse").state == EvidenceState.OUT_OF_RANGE


def test_pointer_without_quote_is_the_turn():
    assert locate(TURNS, 0, "").state == EvidenceState.TURN
    assert locate(TURNS, 1, None).state == EvidenceState.ASSISTANT_TURN


def test_quote_of_punctuation_only_is_not_found():
    assert locate(TURNS, 0, "!!").state == EvidenceState.NOT_FOUND


@given(st.text(min_size=1), st.text(), st.text())
def test_any_part_of_a_turn_is_found_in_it(quote, before, after):
    turns = [{"role": "user", "content": before + quote + after}]
    located = locate(turns, 0, quote)
    if quote.strip():
        assert located.state == EvidenceState.EXACT
        assert turns[0]["content"][located.start : located.end] == quote.strip()


@given(st.text(), st.text())
def test_positions_always_lie_in_the_turn(content, quote):
    located = locate([{"role": "user", "content": content}], None, quote)
    if located.start is not None and located.end is not None:
        assert 0 <= located.start < located.end <= len(content)
