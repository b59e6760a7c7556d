"""By which raters: how judgments are told apart. Pure; the whole way through an import is held by tests/reports/imports/test_dataset.py."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from reports.report.figures.by_raters import in_second_half
from tests.reports.matrices import ratings_of


@given(st.lists(st.lists(st.sampled_from([np.nan, 1.0, 2.0]), min_size=9, max_size=9), min_size=1, max_size=4))
def test_the_first_half_of_a_raters_judgments_comes_first_and_is_no_smaller(labels):
    rows = ratings_of(labels)
    second = in_second_half(rows)
    for rater in range(rows.raters):
        own = second[rows.rater == rater]
        assert own.tolist() == sorted(own.tolist())
        assert len(own) - own.sum() == (len(own) + 1) // 2
