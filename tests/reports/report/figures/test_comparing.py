"""Two reports, figure by figure. Pure."""

import json

from hypothesis import given
from hypothesis import strategies as st

from reports.report.figures.comparing import differences

LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3)
FIGURES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


@given(FIGURES)
def test_figures_do_not_differ_from_their_own_file(figures):
    assert differences(figures, json.loads(json.dumps(figures))) == []


def test_a_difference_is_told_by_its_path_and_both_values():
    one = {"stage_1": {"shares": ({"value": 0.1}, {"value": 0.2})}, 3: "k"}
    other = {"stage_1": {"shares": [{"value": 0.1}, {"value": 0.25}]}, "3": "k", "new": 1}
    assert differences(one, other) == [("new", None, 1), ("stage_1.shares[1].value", 0.2, 0.25)]
    assert differences([1], [1, 2]) == [("", [1], [1, 2])]
