"""The verdict by intervals alone: PROTOCOL.md, What the report must answer, 5."""

import pytest

from reports.stats.decision import Word, decide
from reports.stats.estimate import Estimate

MARGIN = 0.25


def verdict(value, of_95, of_90=None, margin=MARGIN):
    wide = Estimate(value=value, low=of_95[0], high=of_95[1])
    narrow = Estimate(value=value, low=(of_90 or of_95)[0], high=(of_90 or of_95)[1])
    return decide(wide, narrow, margin)


@pytest.mark.parametrize(
    ("value", "of_95", "of_90", "word"),
    [
        (0.40, (0.10, 0.70), None, Word.BETTER),
        (0.25, (0.01, 0.49), None, Word.BETTER),  # reaches the margin exactly
        (0.40, (-0.01, 0.81), None, Word.NOT_ENOUGH),
        (0.40, (0.00, 0.80), None, Word.NOT_ENOUGH),  # above 0, not at it
        (
            0.20,
            (0.10, 0.30),
            None,
            Word.NOT_ENOUGH,
        ),  # surely above 0, but too small to matter, and not surely too small
        (0.10, (0.05, 0.15), None, Word.NO_DIFFERENCE),  # surely above 0, and surely too small to matter
        (0.00, (-0.30, 0.30), (-0.24, 0.24), Word.NO_DIFFERENCE),  # the 90 % interval decides
        (0.00, (-0.30, 0.30), (-0.25, 0.24), Word.NOT_ENOUGH),
        (-0.40, (-0.70, -0.10), None, Word.WORSE),
        (-0.10, (-0.15, -0.05), None, Word.WORSE),  # harm needs no margin
        (-0.10, (-0.15, 0.00), (-0.14, -0.01), Word.NO_DIFFERENCE),
    ],
)
def test_verdict_follows_the_intervals(value, of_95, of_90, word):
    assert verdict(value, of_95, of_90) == word


def test_equivalence_is_two_one_sided_tests():
    """Schuirmann (1987): mean 0.05, standard error 0.1, 25 subjects; t(24; 0.95) = 1.7109, so it needs a margin above 0.2211."""
    of_90 = (0.05 - 0.17109, 0.05 + 0.17109)
    of_95 = (0.05 - 0.20639, 0.05 + 0.20639)
    assert verdict(0.05, of_95, of_90, margin=0.222) == Word.NO_DIFFERENCE
    assert verdict(0.05, of_95, of_90, margin=0.221) == Word.NOT_ENOUGH


def test_no_interval_no_verdict():
    for missing in (Estimate(value=0.9), Estimate.undefined("Nothing has been judged yet.")):
        assert decide(missing, missing, MARGIN) == Word.NOT_ENOUGH
