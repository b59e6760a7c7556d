"""How much more would settle it, in words. Pure."""

from typing import Any

from reports.report.presenting.planner import planner_section

NEEDS = {"more_comparisons": 20, "more_judgments": 60, "price": 12.5}
HOPELESS = {"more_comparisons": None, "more_judgments": None, "price": None}
STOPPING = {"sentence": "Go on.", "method": "Five looks."}


def plan(**facts):
    own = {"sentence": "So many.", "stopping": STOPPING, "currency": "EUR", "subjects_now": 9, "more_subjects": 7}
    return {"plan": {**own, **NEEDS, "curve": [{"subjects": 9, "chance": 0.5}], **facts}}


def test_two_ways_are_told_with_their_price_and_why_one_has_none():
    raters: dict[str, Any] = {"sentence": "By raters.", "now": 3, "more_raters": None, "curve": [], **HOPELESS}
    table = planner_section(plan(raters=raters)).blocks[1]
    assert [[cell.text for cell in row[1:]] for row in table.rows] == [
        ["9", "7", "20", "60", "12.50 EUR"],
        ["3", *"\u2013" * 4],
    ]
    assert len(table.notes) == 1


def test_without_ratings_there_is_the_stopping_rule_alone():
    section = planner_section({**plan(), "pooled": "Arms are never pooled."})
    assert [block.sentences for block in section.blocks] == [["Arms are never pooled."], ["Go on.", "Five looks."]]
    assert section.charts == []


def test_a_stage_that_was_not_timed_has_no_price():
    raters = {
        "sentence": "",
        "now": 3,
        "more_raters": 1,
        "curve": [{"raters": 4, "chance": 0.9}],
        **NEEDS,
        "price": None,
    }
    section = planner_section(plan(raters=raters))
    assert "No price" in section.blocks[1].notes[0]
    assert [chart.key for chart in section.charts] == ["plan", "plan-raters"]
