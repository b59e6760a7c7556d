"""Several arms on the page: the head, the picture, the tables, and what can be copied."""

from typing import Any

import numpy as np

from reports.report.charts.intervals import ARMS, CONTRASTS
from reports.report.presenting.blocks import Section, TableBlock
from reports.report.presenting.costing import NOT_STATED, cost_stats
from reports.report.presenting.verdict import pasteable, verdict_section
from tests.reports.report.judged_frames import PROMPTS, SUBJECTS, frame, only_asked, verdict

PAIRS = SUBJECTS * PROMPTS
BETWEEN = "memory 2 \N{MINUS SIGN} memory 1: better"


def section(found: dict[str, Any]) -> Section:
    return verdict_section(figures(found))


def figures(found: dict[str, Any]) -> dict[str, Any]:
    return {"study": {"title": "A study"}, "bottleneck": {"word": "unknown"}, "verdict": {**found, "beside": []}}


def tables(shown: Section) -> list[TableBlock]:
    return [block for block in shown.blocks if isinstance(block, TableBlock)]


def test_the_head_names_arms_and_contrasts_and_one_picture_has_them_all():
    found = verdict(frame(0.0, 0.6), arms=2)
    shown = section(found)
    assert shown.title == "memory 1: no difference seen; memory 2: better"
    assert shown.lead.startswith(f"{BETWEEN}. ")
    (chart,) = shown.charts
    assert [row[0] for row in chart.rows] == ["memory 1: no difference seen", "memory 2: better", BETWEEN]
    for variant in ("wide", "narrow"):
        assert f"'{ARMS}', '{CONTRASTS}'" in str(chart.spec(variant)), "the legend tells them apart"
    of_arms, beside, of_contrasts = tables(shown)
    assert of_arms.columns == ["Arm", "Verdict", "Others like these", "These raters and prompts"]
    assert beside.columns == ["Arm", "Harm", "Raters", "Ratings"], "no cost is known"
    assert [cell.text for cell in of_contrasts.rows[0][:2]] == ["memory 2 \N{MINUS SIGN} memory 1", "Better"]
    copied = pasteable(figures(found))
    assert BETWEEN in copied
    assert "memory 2 makes the responses better than memory 1 does" in copied


def test_silent_cases_have_columns_of_their_own_where_an_arm_has_any():
    quiet = np.arange(2 * PAIRS) >= 2 * PAIRS - 33
    silent_on = (np.flatnonzero(quiet) - PAIRS).tolist()
    shown = section(verdict(only_asked(frame(0.0, 0.8), ~quiet), arms=2, of_silent=[(), silent_on]))
    of_arms = tables(shown)[0]
    assert of_arms.columns[3:5] == ["Silent", "Judged comparisons only"]
    assert [row[3].text for row in of_arms.rows] == ["0.0 %", "25.0 %"]


def test_of_many_contrasts_the_head_names_some_and_the_table_has_all():
    found = verdict(frame(0.0, 0.1, 0.2, 0.3, 0.4), arms=5)
    shown = section(found)
    assert len(found["contrasts"]) == len(tables(shown)[2].rows) == 10
    assert shown.lead.count(": ") == 6 + 1, "and the sentence that arms are never pooled"
    assert "4 more contrasts in the table." in shown.lead


def test_a_cost_that_no_response_came_with_is_said_once():
    nothing = {"value": None, "reason": "The responses came without this."}
    known = {"value": 120.0, "low": 100.0, "high": 140.0, "n": 9, "reason": ""}
    cost = {name: {"extra": nothing} for name in ("latency_ms", "tokens", "money")}
    (only,) = cost_stats(cost)
    assert (only.label, only.note) == ("Extra seconds, tokens and money for a response", NOT_STATED)
    first, rest = cost_stats({**cost, "tokens": {"extra": known}})
    assert (first.label, first.number, rest.label) == (
        "Extra tokens for a response",
        "+120",
        "Extra seconds and money for a response",
    )
