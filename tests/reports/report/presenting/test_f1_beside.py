"""Finders of what matters beside each other. Pure."""

from typing import Any

from reports.report.presenting.selecting import MEASURES, apart_table, f1_chart, measures_table

FIGURE = {"value": 0.5, "n": 8, "low": 0.4, "high": 0.6, "reason": ""}
UNDEFINED = {"value": None, "n": 0, "low": None, "high": None, "reason": "Nothing was selected."}
LINE = [{"name": "Everything", "f1": FIGURE}]


def test_every_name_has_all_its_measures_and_a_dash_has_its_reason():
    rows: list[tuple[str, dict[str, Any]]] = [
        ("judge", dict.fromkeys(MEASURES, FIGURE)),
        ("silent", dict.fromkeys(MEASURES, UNDEFINED)),
    ]
    table = measures_table("Scores", rows)
    assert {len(row) for row in table.rows} == {len(table.columns)}
    assert {cell.text for cell in table.rows[1][1:]} == {"\u2013"}
    assert "\u2013 Nothing was selected." in table.notes


def test_a_chart_is_drawn_where_there_is_a_figure():
    nothing = [{"name": "Everything", "f1": UNDEFINED}]
    assert f1_chart("f1", [("silent", {"f1": UNDEFINED})], nothing, UNDEFINED) == []
    [drawn] = f1_chart("f1", [("judge", {"f1": FIGURE})], LINE, FIGURE)
    assert [row[0] for row in drawn.chart.rows] == ["One human", "judge", "Everything"]


def test_two_models_are_told_apart_only_where_there_are_two():
    assert apart_table([]) == []
    [table] = apart_table([{"one": "a", "other": "b", "f1": FIGURE}])
    assert [cell.text for cell in table.rows[0]] == ["a", "b", "8", "0.50"]
