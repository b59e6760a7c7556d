"""What tells of a unit that raters agree or split on it. Pure."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from reports.report.figures.examples import Moments
from reports.stats.ratings import Ratings

LABELS = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 5)), max_size=20)
UNITS = np.arange(4)


@given(LABELS)
def test_moments_are_those_of_the_labels_of_each_unit(given_labels):
    unit, label = (np.array([row[part] for row in given_labels], dtype) for part, dtype in ((0, np.int64), (1, float)))
    found = Moments.of(Ratings(unit, np.arange(len(unit)), label, UNITS, UNITS, np.arange(len(unit)), UNITS))
    for number in range(4):
        own = label[unit == number]
        assert found.counts[number] == len(own)
        if len(own):
            assert np.allclose([found.means[number], found.least[number]], [own.mean(), own.min()])
            assert np.isclose(found.spread[number], own.std(), atol=1e-6)
