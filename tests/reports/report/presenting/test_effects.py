"""Several arms on the page: the head, the picture, the tables, and what can be copied."""

from typing import Any

import numpy as np

from reports.report.charts.intervals import ARMS, CONTRASTS
from reports.report.figures.verdict_words import OPEN, SENTENCES
from reports.report.presenting.blocks import Fold, Section, TableBlock, Text
from reports.report.presenting.costing import NOT_STATED, cost_stats
from reports.report.presenting.verdict import pasteable, verdict_section
from reports.stats.decision import Word
from tests.reports.report.judged_frames import PROMPTS, SUBJECTS, frame, only_asked, verdict

PAIRS = SUBJECTS * PROMPTS
BETWEEN = "Memory 2 \N{MINUS SIGN} memory 1: better"


def section(found: dict[str, Any]) -> Section:
    return verdict_section(figures(found))


def figures(found: dict[str, Any]) -> dict[str, Any]:
    return {"study": {"title": "A study"}, "bottleneck": {"word": "unknown"}, "verdict": {**found, "beside": []}}


def tables(shown: Section) -> list[TableBlock]:
    return [block for block in shown.blocks if isinstance(block, TableBlock)]


def test_the_head_names_arms_and_contrasts_and_one_picture_has_them_all():
    found = verdict(frame(0.0, 0.6), arms=2)
    shown = section(found)
    assert (shown.title, shown.about) == ("Memory 1: no difference seen. Memory 2: better.", "")
    assert shown.lead == f"{BETWEEN}."
    (chart,) = shown.charts
    assert [row[0] for row in chart.rows] == ["Memory 1: no difference seen", "Memory 2: better", BETWEEN]
    for variant in ("wide", "narrow"):
        assert f"'{ARMS}', '{CONTRASTS}'" in str(chart.spec(variant)), "the legend tells them apart"
    of_arms, beside, of_contrasts = tables(shown)
    assert of_arms.columns == ["Arm", "Verdict", "Others like these", "These raters and prompts"]
    assert beside.columns == ["Arm", "Harm", "Raters", "Ratings"], "no cost is known"
    assert [cell.text for cell in of_contrasts.rows[0][:2]] == ["Memory 2 \N{MINUS SIGN} memory 1", "Better"]
    copied = pasteable(figures(found))
    assert BETWEEN in copied
    assert "With memory 2 the responses are better than with memory 1" in copied


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
    assert shown.lead.count(": ") == 6
    assert "4 more contrasts in the table." in shown.lead


def of_one_system(found: dict[str, Any], **bottleneck: Any) -> dict[str, Any]:
    names = {"memory 1": "its own selection", "memory 2": "accepted attributes", "memory 3": "relevant attributes"}
    arms = [{**arm, "short": names[arm["name"]]} for arm in found["arms"]]
    return {**figures({**found, "system": "memory assistant", "arms": arms}), "bottleneck": bottleneck}


def test_where_it_breaks_stands_under_the_title_where_it_was_measured():
    found = verdict(frame(-0.6, 0.0, 0.6), arms=3)
    measured = of_one_system(found, evidence="ladder", word="extraction", sentence="Most is lost at extraction.")
    shown = verdict_section(measured)
    assert (shown.about, shown.lead) == (
        "Memory assistant",
        "Where it breaks: extraction. Most is lost at extraction.",
    )
    assert "Where it breaks" not in str(shown.blocks), "once is enough"
    assert pasteable(measured).split("\n\n")[1:3] == ["Memory assistant.", shown.lead]
    by_gaps = verdict_section(of_one_system(found, evidence="gaps", word="selection", sentence="Most is missing."))
    assert by_gaps.lead.startswith("Memory 2 \N{MINUS SIGN} memory 1: better.")
    assert "label='Where it breaks', number='selection'" in str(by_gaps.blocks)


def test_more_than_two_findings_are_folded_and_what_nobody_may_miss_is_not():
    found = verdict(frame(-0.6, 0.2, 0.6, spread=0.7), arms=3)
    shown = section(found)
    kinds = [block.kind for block in shown.blocks]
    folds = [block for block in shown.blocks if isinstance(block, Fold)]
    said = [*found["arms"], *found["contrasts"]]
    assert kinds[:4] == ["chart", "table", "table", "table"]
    assert [fold.summary for fold in folds] == [each["title"] for each in said]
    in_view = dict(zip([each["word"] for each in found["arms"]], [fold.in_view for fold in folds], strict=False))
    assert in_view == {"worse": [SENTENCES[Word.WORSE]], "not enough evidence yet": [OPEN], "better": []}
    for fold, each in zip(folds, said, strict=True):
        assert {*fold.sentences, *fold.in_view} == {each["sentence"], " ".join(each["evidence"]), *each["limits"]}


def test_few_findings_are_read_in_the_open():
    apart = frame(0.0, 0.6)
    first_half = np.arange(2 * PAIRS) < 60
    last_half = np.arange(2 * PAIRS) >= 2 * PAIRS - 60
    shown = section(verdict(apart.units(first_half | last_half), arms=2))
    assert "fold" not in [block.kind for block in shown.blocks]
    assert [block.text for block in shown.blocks if block.kind == "heading"] == shown.title.rstrip(".").split(". ")


def test_a_reason_that_all_share_is_said_once():
    found = verdict(frame(-0.6, 0.0, 0.6, raters=3), arms=3)
    blocks = section(found).blocks
    needed = "A verdict needs 3 more raters; in all it takes at least 6 raters."
    assert next(block.sentences for block in blocks if isinstance(block, Text)) == [needed]
    assert not any(needed in [*fold.sentences, *fold.in_view] for fold in blocks if isinstance(fold, Fold))


def test_a_worse_of_these_raters_alone_is_never_folded():
    found = verdict(frame(-0.6, 0.0, 0.6, raters=3), arms=3)
    needed = "A verdict needs 3 more raters; in all it takes at least 6 raters."
    assert found["arms"][0]["in_view"] == [needed, "For these raters and prompts: worse. Of others it says nothing."]
    assert found["arms"][2]["in_view"] == [needed]


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
