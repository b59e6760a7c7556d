"""The ladder on the page: one sentence, one chart, and which kind of evidence there is."""

import pytest

from reports.report.charts.drawing import draw
from reports.report.figures.rungs import POLICIES
from reports.report.presenting.blocks import Drawn, LadderLink, Section, TableBlock, Text
from reports.report.presenting.bottleneck import GAPS, KINDS, LADDER, MEASURE, bottleneck_section
from reports.stats.estimate import Estimate
from tests.reports.report.laddered import CASES, arms, figures, judged

NOTHING = Estimate.undefined("This stage has no consensus yet.").as_json()


def section(*effects: float, policies: tuple[str, ...] = tuple(POLICIES), waiting: int = 0) -> Section:
    ladder = figures(judged(*effects, waiting=waiting), arms(*policies))
    stages = [{"stage": n, "name": name, "value": NOTHING, "ceiling": NOTHING, "gap": NOTHING} for n, name in NAMES]
    whole = ladder["word"] is not None
    found = {
        "evidence": LADDER if whole else GAPS,
        "word": ladder["word"] or "unknown",
        "sentence": ladder["sentence"] if whole else "It can't be named yet.",
        "ladders": [ladder],
        "by_gaps": {"word": "unknown", "sentence": "It can't be named yet."},
        "stages": stages,
    }
    return bottleneck_section({"bottleneck": found})


NAMES = tuple(enumerate(("extraction", "selection", "response"), start=1))


@pytest.fixture(scope="module")
def whole() -> Section:
    return section(-0.3, 0.7, 0.7)


def test_the_sentence_leads_and_the_page_says_that_it_was_measured(whole):
    assert whole.lead.startswith("Most is lost at extraction: for memory")
    assert whole.blocks[0] == Text([KINDS[LADDER]])
    assert not any(isinstance(block, LadderLink) for block in whole.blocks)


def test_the_chart_goes_from_the_own_selection_to_the_best(whole):
    (chart,) = whole.charts
    names, starts, ends = ([row[column] for row in chart.rows] for column in range(3))
    assert names == ["Its own selection", "Without rejected attributes", "Selected as people do", "Left to the best"]
    assert starts[1:] == pytest.approx(ends[:-1])
    assert ends[-1] == pytest.approx(2)
    assert all(name in drawn for name in ("Its own selection", "Left to the best") for drawn in [draw(chart)["wide"]])


def test_the_table_has_rungs_steps_and_what_is_left(whole):
    table = next(block for block in whole.blocks if isinstance(block, TableBlock))
    assert [row[0].text for row in table.rows] == [
        "Its own selection",
        "Step: without rejected attributes",
        "Accepted attributes, selected anew",
        "Step: selected as people do",
        "Attributes that people found relevant",
        "First step minus the second",
        "Left to the best",
    ]
    assert [row[2].text for row in table.rows if row[2].text] == ["better", "no difference seen"]
    assert f"in {CASES} cases" in table.caption


def test_two_arms_say_what_they_can_beside_the_gaps():
    found = section(0.0, 0.7, policies=("own", "relevant"))
    assert found.lead == "It can't be named yet."
    assert list(found.blocks[:2]) == [Text([KINDS[GAPS]]), LadderLink(MEASURE)]
    (chart,) = found.charts
    assert [row[0] for row in chart.rows] == ["Its own selection", "Both fixed", "Left to the best"]


def test_arms_that_nobody_judged_have_no_chart():
    found = section(0.0, 0.0, 0.0, waiting=CASES)
    assert not any(isinstance(block, Drawn) for block in found.blocks)
    assert found.lead == "memory: No case has been judged under all of the arms yet."
