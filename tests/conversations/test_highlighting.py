"""Evidence is marked in a turn without changing a character of it."""

import re

from hypothesis import given
from hypothesis import strategies as st

from conversations.highlighting import Span, mark_evidence


def test_a_quote_is_marked_with_its_number():
    assert mark_evidence("I cook with weights.", [Span(2, 6, "1")]) == (
        'I <mark class="evidence" data-evidence="1">cook</mark> with weights.'
    )


def test_overlapping_quotes_share_the_stretch_they_have_in_common():
    assert mark_evidence("abcd", [Span(0, 3, "1"), Span(2, 4, "2")]) == (
        '<mark class="evidence" data-evidence="1">ab</mark>'
        '<mark class="evidence" data-evidence="1 2">c</mark>'
        '<mark class="evidence" data-evidence="2">d</mark>'
    )


def test_markup_in_a_turn_is_shown_not_obeyed():
    assert mark_evidence("<b>x</b>", [Span(0, 3, "1")]) == (
        '<mark class="evidence" data-evidence="1">&lt;b&gt;</mark>x&lt;/b&gt;'
    )


@given(
    st.text(alphabet="ab<&> \n", max_size=40), st.lists(st.tuples(st.integers(0, 45), st.integers(0, 45)), max_size=5)
)
def test_no_character_is_lost_whatever_is_marked(text, bounds):
    spans = [Span(min(pair), max(pair), str(number)) for number, pair in enumerate(bounds, start=1)]
    plain = re.sub(r"</?mark[^>]*>", "", mark_evidence(text, spans))
    assert plain == text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
