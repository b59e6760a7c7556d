"""Figures in words. Pure."""

from hypothesis import given
from hypothesis import strategies as st

from reports.report.presenting import wording

FIGURE = {"value": 0.42, "n": 10, "low": 0.351, "high": 0.49, "reason": ""}
UNDEFINED = {"value": None, "n": 0, "low": None, "high": None, "reason": "Nobody judged it."}
WRITERS = (wording.share, wording.number, wording.signed, wording.percent_points)


def test_figures_are_written_with_their_unit():
    assert [write(FIGURE) for write in WRITERS] == ["42.0 %", "0.42", "+0.42", "+42.0 points"]
    assert wording.interval(FIGURE, is_share=True) == "35.1 to 49.0 %"
    assert wording.interval(FIGURE) == "0.35 to 0.49"


def test_what_is_undefined_shows_no_number_and_says_why():
    for figure in (UNDEFINED, None):
        assert {write(figure) for write in WRITERS} == {wording.NO_FIGURE}
        assert wording.interval(figure) == ""
    assert wording.reason(UNDEFINED) == "Nobody judged it."
    assert wording.reason(None) == "Not computed."


@given(st.floats(-5, 5))
def test_no_sign_stands_before_a_zero_and_every_other_number_has_its_own(value):
    written = wording.signed({"value": value})
    digits = written.lstrip("+\u2212")
    assert (written == digits) == (float(digits) == 0)
    assert written.startswith("+") == (value > 0 and float(digits) != 0)


def test_counts_have_narrow_spaces_and_nouns_their_number():
    assert [wording.count(None), wording.count(0), wording.count(1234567)] == ["\u2013", "0", "1\u202f234\u202f567"]
    assert [wording.many(1, "study", "studies"), wording.many(2, "study", "studies")] == ["1 study", "2 studies"]
    assert wording.many(0, "rater") == "0 raters"
