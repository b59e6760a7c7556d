"""The intervals of agreement rest on sums that give the very figures of the established ones."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.stats.agreement import AgreementFigure, agreement
from reports.stats.agreement_intervals import _figures, _sums, with_intervals
from reports.stats.crossing import RATERS, Crossing
from tests.reports.matrices import ratings_of

NAN = np.nan
SCALE = np.array([0.0, 1.0, 2.0])
FIGURES = [
    AgreementFigure.PERCENT,
    AgreementFigure.FLEISS,
    AgreementFigure.AC1,
    AgreementFigure.ALPHA_NOMINAL,
    AgreementFigure.ALPHA_ORDINAL,
]
cells = st.lists(st.lists(st.sampled_from([*SCALE, NAN]), min_size=4, max_size=4), min_size=2, max_size=12).map(
    lambda rows: np.array(rows).T
)


@settings(max_examples=40)
@given(cells)
def test_sums_give_the_figures_and_without_a_rater_those_of_the_others(matrix):
    ratings = ratings_of(matrix)
    if not len(ratings):
        return
    sums = _sums(ratings, SCALE, Crossing.of(ratings.subject))
    present = np.unique(ratings.rater)
    for total, rows in [
        (sums.total, matrix),
        *(
            (sums.total - lost, np.delete(matrix, one, axis=0))
            for one, lost in zip(present, sums.parts[RATERS], strict=True)
        ),
    ]:
        expected = agreement(ratings_of(rows), SCALE, ordinal=True).figures
        for figure, value in zip(FIGURES, _figures(total, len(SCALE)), strict=True):
            if expected[figure].value is None:
                continue
            assert value == pytest.approx(expected[figure].value, abs=1e-9), figure


def test_agreement_crosses_subjects_prompts_and_raters():
    chance = np.random.default_rng(2)
    latent = chance.normal(size=200)
    matrix = np.digitize(latent + chance.normal(0, 0.7, (7, 200)), [-0.5, 0.5]).astype(float)
    matrix[chance.random(matrix.shape) < 0.5] = NAN
    ratings = ratings_of(matrix, np.arange(200) % 25)
    found = with_intervals(
        agreement(ratings, SCALE, ordinal=True), ratings, SCALE, Crossing.of(ratings.subject, np.arange(200) % 12)
    )
    for estimate in found.figures.values():
        assert estimate.over == "subjects, prompts and raters"
        assert estimate.low is not None and estimate.value is not None and estimate.high is not None
        assert estimate.low < estimate.value < estimate.high
