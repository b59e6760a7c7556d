"""The part of the report by raters, in words."""

from reports.report.presenting.by_raters import NOBODY, NOT_KNOWN, by_raters_section

VALUE = {"value": 0.25, "n": 8, "low": 0.1, "high": 0.4, "reason": "", "over": "subjects", "no_interval": ""}
ROW = {"raters": 2, "judgments": 8, "measured": "share of accept", "value": VALUE, "agreement": VALUE}


def test_earlier_figures_and_unjudged_studies_say_why_there_is_nothing():
    assert by_raters_section({}).missing == NOT_KNOWN
    assert by_raters_section({"by_raters": {"link": [], "platform": [], "tenure": []}}).missing == NOBODY


def test_shares_and_points_are_written_each_in_its_way_and_empty_groups_are_left_out():
    rows = [{**ROW, "stage": 1, "name": "Autumn"}, {**ROW, "stage": 3, "name": "Autumn"}, {**ROW, "judgments": 0}]
    [table] = by_raters_section({"by_raters": {"link": rows, "platform": [], "tenure": []}}).blocks
    assert [(row[0].text, row[1].text, row[5].text) for row in table.rows] == [
        ("Autumn", "1", "25.0 %"),
        ("Autumn", "3", "+0.25"),
    ]
    assert table.notes == ["95 % intervals: where a figure would lie with other subjects like these."]
