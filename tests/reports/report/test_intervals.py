"""Every figure of a report that is an estimate has an interval or says why not: docs/protocol.md, What the report must answer, 6."""

from collections.abc import Iterator
from typing import Any

import pytest

from reports.dataset.reads import dataset_of
from reports.report.figures.report import report_figures
from tests.reports.reported import reported_study

pytestmark = pytest.mark.django_db(transaction=True)

type Found = tuple[str, dict[str, Any]]


def estimates(found: Any, path: str = "") -> Iterator[Found]:
    if isinstance(found, dict):
        if {"value", "low", "high", "reason"} <= found.keys():
            yield path, found
        for name, each in found.items():
            yield from estimates(each, f"{path}.{name}")
    elif isinstance(found, list):
        for place, each in enumerate(found):
            yield from estimates(each, f"{path}[{place}]")


def says_its_chance(estimate: dict[str, Any]) -> bool:
    if estimate["value"] is None:
        return bool(estimate["reason"])
    if estimate["low"] is None or estimate["high"] is None:
        return bool(estimate["no_interval"])
    return bool(estimate["over"]) and estimate["low"] <= estimate["high"]


def test_every_estimate_has_an_interval_over_something_or_says_why_not():
    found = list(estimates(report_figures(dataset_of(reported_study()))))
    assert len(found) > 400
    assert [path for path, each in found if not says_its_chance(each)] == []
