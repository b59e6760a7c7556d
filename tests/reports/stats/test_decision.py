"""The verdict by intervals alone: docs/protocol.md, What the report must answer, 5."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.stats.decision import Word, decide
from reports.stats.estimate import Estimate

MARGIN = 0.25


def verdict(value, of_95, of_90=None, margin=MARGIN):
    wide = Estimate(value=value, low=of_95[0], high=of_95[1])
    narrow = Estimate(value=value, low=(of_90 or of_95)[0], high=(of_90 or of_95)[1])
    return decide(wide, narrow, margin)


# Each branch, and both sides of each of its borders. The margin is 0.25; a border is open ("above", "below", "within")
# or closed ("at least").
BRANCHES: dict[str, list[tuple[tuple[Any, ...], Word]]] = {
    "better": [
        ((0.40, (0.10, 0.70)), Word.BETTER),
        ((0.25, (0.01, 0.49)), Word.BETTER),  # the margin is reached: closed
        ((0.2499, (0.01, 0.49)), Word.NOT_ENOUGH),
        ((0.40, (0.0001, 0.80)), Word.BETTER),
        ((0.40, (0.00, 0.80)), Word.NOT_ENOUGH),  # at 0 is not above 0: open
        ((0.40, (-0.01, 0.81)), Word.NOT_ENOUGH),
        ((0.20, (0.10, 0.30)), Word.NOT_ENOUGH),  # surely above 0, but neither surely large nor surely small enough
    ],
    "worse": [
        ((-0.40, (-0.70, -0.10)), Word.WORSE),
        ((-0.25, (-0.49, -0.01)), Word.WORSE),
        ((-0.2499, (-0.49, -0.01)), Word.NOT_ENOUGH),
        ((-0.40, (-0.80, -0.0001)), Word.WORSE),
        ((-0.40, (-0.80, 0.00)), Word.NOT_ENOUGH),
        ((-0.40, (-0.81, 0.01)), Word.NOT_ENOUGH),
        ((-0.20, (-0.30, -0.10)), Word.NOT_ENOUGH),
    ],
    "no difference seen": [
        ((0.00, (-0.10, 0.10)), Word.NO_DIFFERENCE_SEEN),
        ((0.10, (0.05, 0.15)), Word.NO_DIFFERENCE_SEEN),  # surely above 0, and surely too small to matter
        ((-0.10, (-0.15, -0.05)), Word.NO_DIFFERENCE_SEEN),  # the same of harm
        ((0.00, (-0.30, 0.30), (-0.24, 0.24)), Word.NO_DIFFERENCE_SEEN),  # the 90 % interval decides, not the 95 % one
        ((0.00, (-0.30, 0.30), (-0.2499, 0.2499)), Word.NO_DIFFERENCE_SEEN),
        ((0.00, (-0.30, 0.30), (-0.25, 0.24)), Word.NOT_ENOUGH),  # at the margin is not within it: open
        ((0.00, (-0.30, 0.30), (-0.24, 0.25)), Word.NOT_ENOUGH),
        ((0.00, (-0.30, 0.30), (-0.26, 0.24)), Word.NOT_ENOUGH),
        ((0.00, (-0.30, 0.30), (-0.24, 0.26)), Word.NOT_ENOUGH),
    ],
    "the first that holds": [
        # So narrow around the margin itself that better and worse go before equivalence, which can't hold there.
        ((0.25, (0.2499, 0.2501)), Word.BETTER),
        ((-0.25, (-0.2501, -0.2499)), Word.WORSE),
    ],
}


@pytest.mark.parametrize(
    ("said", "word"),
    [pytest.param(*row, id=f"{branch} {place}") for branch, rows in BRANCHES.items() for place, row in enumerate(rows)],
)
def test_verdict_follows_the_intervals(said, word):
    assert verdict(*said) == word


POINTS = st.floats(-2, 2, allow_nan=False)


@given(
    middle=POINTS, of_95=st.tuples(POINTS, POINTS), of_90=st.tuples(POINTS, POINTS), margin=st.sampled_from([0.1, 0.25])
)
def test_the_other_way_round_is_the_opposite_word(middle, of_95, of_90, margin):
    """Swap which response is called personalized: better becomes worse, by the same border, and nothing else moves."""
    opposite = {Word.BETTER: Word.WORSE, Word.WORSE: Word.BETTER}
    wide, narrow = sorted(of_95), sorted(of_90)
    word = verdict(middle, wide, narrow, margin)
    turned = verdict(-middle, [-wide[1], -wide[0]], [-narrow[1], -narrow[0]], margin)
    assert turned == opposite.get(word, word)


def test_equivalence_is_two_one_sided_tests():
    """Schuirmann (1987): mean 0.05, standard error 0.1, 25 subjects; t(24; 0.95) = 1.7109, so it needs a margin above 0.2211."""
    of_90 = (0.05 - 0.17109, 0.05 + 0.17109)
    of_95 = (0.05 - 0.20639, 0.05 + 0.20639)
    assert verdict(0.05, of_95, of_90, margin=0.222) == Word.NO_DIFFERENCE_SEEN
    assert verdict(0.05, of_95, of_90, margin=0.221) == Word.NOT_ENOUGH


def test_no_interval_no_verdict():
    for missing in (Estimate(value=0.9), Estimate.undefined("Nothing has been judged yet.")):
        assert decide(missing, missing, MARGIN) == Word.NOT_ENOUGH


def test_no_90_percent_interval_no_equivalence():
    assert decide(Estimate(value=0.0, low=-0.1, high=0.1), Estimate(value=0.0), MARGIN) == Word.NOT_ENOUGH
