"""The rules in force of a dataset: what no export writes is refused."""

from typing import Any

import pytest

from reports.dataset.ruling import RulesFacts
from reports.imports.problems import DatasetRefused
from reports.imports.rules_in_force import check_rules

SINCE = "2026-03-01T12:00:00+00:00"


def rules(**values: Any) -> RulesFacts:
    usual = {"stage": 1, "number": 1, "guidelines_version": 1, "facts": {"page": 1}, "since": SINCE}
    return RulesFacts(**{**usual, **values})


def test_rules_are_numbered_from_one_in_each_stage():
    check_rules([rules(), rules(number=2), rules(stage=3, guidelines_version=None)])
    for odd in ([rules(number=2)], [rules(), rules()], [rules(), rules(number=3)]):
        with pytest.raises(DatasetRefused):
            check_rules(odd)


@pytest.mark.parametrize(
    "odd",
    [
        {"stage": 4},
        {"stage": True},
        {"stage": [1]},
        {"number": True},
        {"facts": ["page"]},
        {"facts": {"page": "1" * 5000}},
        {"guidelines_version": "1"},
        {"since": "yesterday"},
        {"since": "2026-03-01T12:00:00"},
        {"since": 7},
    ],
)
def test_rules_that_no_export_writes_are_refused(odd):
    with pytest.raises(DatasetRefused):
        check_rules([rules(**odd)])
