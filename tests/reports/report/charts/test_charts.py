"""Every kind of chart: its table has all, its drawing is clean. Pure."""

import re

import pytest

from reports.report.charts.chart import NARROW, WIDE, axis_title, wrapped
from reports.report.charts.curve import chances
from reports.report.charts.drawing import draw
from reports.report.charts.heat import heat_map, unique_names
from reports.report.charts.intervals import IntervalRow, Scale, domain, intervals
from reports.report.charts.scatter import Point, precision_and_recall
from reports.report.charts.stacked import stacked
from reports.report.charts.standing import standalone
from reports.report.charts.steps import FIRST, REST, StepRow, steps

HOSTILE = "<script>alert(1)</script>"
FIGURE = {"value": 0.5, "n": 8, "low": 0.4, "high": 0.6}
UNDEFINED = {"value": None, "n": 0, "low": None, "high": None}
MATRIX = {"raters": [{"name": HOSTILE}, {"name": HOSTILE}], "cells": [[None, {"value": 0.3}], [{"value": 0.3}, None]]}
CHARTS = {
    "curve": chances(
        "k", HOSTILE, "d", [{"subjects": 5, "chance": 0.2}, {"subjects": 9, "chance": 1}], lever="subjects"
    ),
    "heat": heat_map("k", HOSTILE, "d", MATRIX),
    "intervals": intervals("k", HOSTILE, "d", [IntervalRow(HOSTILE, FIGURE), IntervalRow("b", UNDEFINED)], Scale("s")),
    "scatter": precision_and_recall(
        "k", HOSTILE, "d", [Point(HOSTILE, "model", 1, 0.5, 0.7), Point("b", "human", *[None] * 3)]
    ),
    "steps": steps(
        "k", HOSTILE, "d", [StepRow(HOSTILE, 0.1, 0.1, 0.0, 0.2, FIRST), StepRow("b", 0.1, 2, None, None, REST)], "s"
    ),
    "stacked": stacked("k", HOSTILE, "d", {HOSTILE: {"yes": 0.25, "no": 0.75}, "nobody": {"yes": None, "no": None}}),
}


@pytest.fixture(params=CHARTS)
def chart(request):
    return CHARTS[request.param]


def test_the_table_has_a_cell_for_every_column(chart):
    assert len(chart.rows) == 2
    assert {len(row) for row in chart.rows} == {len(chart.columns)}


def test_a_drawing_is_named_and_holds_no_script_style_or_size(chart):
    for variant, drawn in draw(chart).items():
        assert f'aria-labelledby="k-{variant}-title k-{variant}-description"' in drawn
        assert "&lt;script&gt;" in drawn
        assert not re.search(r"<script|style=|href|\son\w+=", drawn)
        assert set(re.findall(r'\bid="([^"]*)"', drawn)) >= {f"k-{variant}-title"}
        assert all(each.startswith(f"k-{variant}-") for each in re.findall(r'\bid="([^"]*)"', drawn))


def test_a_file_needs_no_stylesheet(chart):
    alone = standalone(draw(chart)[WIDE])
    assert "var(" not in alone
    assert "currentColor" not in alone
    assert re.match(r"<svg [^>]*\bwidth=", alone)


def test_two_raters_of_one_name_keep_a_row_each():
    assert unique_names(["ida", "jo", "ida", "ida"]) == ["ida", "jo", "ida (2)", "ida (3)"]


def test_everything_that_is_drawn_lies_within_the_scale():
    low, high = domain(
        [IntervalRow("a", FIGURE), IntervalRow("b", UNDEFINED)], Scale("s", reference=0, band=(0.1, 0.9))
    )
    assert low < 0
    assert high > 0.9
    assert domain([], Scale("s")) == (0.0, 1.0)
    assert domain([], Scale("s", domain=(-2.0, 2.0))) == (-2.0, 2.0)


def test_a_title_is_broken_between_words():
    assert wrapped("one two three", 7) == ["one two", "three"]
    assert wrapped("unbreakable", 3) == ["unbreakable"]
    assert len(axis_title("word " * 12, NARROW)) > len(axis_title("word " * 12, WIDE))


def test_a_step_says_how_long_it_is_and_the_first_where_it_is():
    assert StepRow("own", -0.2, -0.2, None, None, FIRST).said == "\N{MINUS SIGN}0.20"
    assert StepRow("up", -0.2, 0.3, 0.1, 0.4).said == "+0.50"
