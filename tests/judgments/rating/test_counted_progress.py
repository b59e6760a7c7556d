"""How far a rater is, is counted down from page to page, and counted anew before that could mislead."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from judgments.work.counted_progress import COUNTED_ANEW, CountedProgress

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def counted(**values) -> CountedProgress:
    known = {"done": 4, "left": 60, "units": 180, "goes_on": False, "claims": 5, "counted_at": NOW.timestamp()}
    return CountedProgress(**known | values)


@given(st.lists(st.booleans(), max_size=30))
def test_each_page_takes_one_from_what_is_left_and_a_judged_one_is_done(pages):
    at = counted()
    for is_judged in pages:
        at = at.after(is_judged=is_judged)
    assert (at.done, at.left, at.claims) == (4 + sum(pages), 60 - len(pages), 5 + len(pages))
    assert abs(at.units - 3 * at.left) <= 1


def test_what_is_not_counted_to_its_end_does_not_shrink():
    at = counted(left=200, units=600, goes_on=True).after(is_judged=True)
    assert (at.done, at.left, at.units) == (5, 200, 600)


def test_it_stands_for_a_minute_for_so_many_claims_while_the_end_is_far():
    assert counted().standing(claims=5, now=NOW + timedelta(seconds=59))
    assert not counted().standing(claims=5, now=NOW + timedelta(seconds=61))
    assert not counted().standing(claims=6, now=NOW), "a page was given that it knows nothing of"
    assert not counted(left=COUNTED_ANEW).standing(claims=5, now=NOW)
    assert not counted().standing(claims=5, now=NOW - timedelta(seconds=1)), "a clock was set back"


def test_it_comes_back_as_it_was_stored():
    assert CountedProgress.stored(counted().as_stored) == counted()
    assert CountedProgress.stored(None) is None
