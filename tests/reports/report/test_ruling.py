"""Judgments under different rules are told apart, and nothing pools them without a word."""

import pytest
from pyarrow import compute

from reports.dataset.reads import dataset_of
from reports.report.figures.report import report_figures
from reports.report.presenting.document import document
from tests.reports.imports.imported import full_study

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def study():
    """Some pages of stage 3 were given out under newer guidelines."""
    return full_study()


def test_a_stage_under_two_rules_is_shown_by_them_and_says_so_wherever_it_pools(study):
    dataset = dataset_of(study)
    figures = report_figures(dataset)
    rows = figures["rules"]
    assert [(row["stage"], row["number"], row["guidelines_version"]) for row in rows] == [(3, 1, 1), (3, 2, 2)]
    judged = dataset.tables["judgments"]
    of_stage = judged.filter(compute.and_(compute.equal(judged.column("stage"), 3), judged.column("counted")))
    assert sum(row["judgments"] for row in rows) == of_stage.num_rows
    sentence = figures["pooled_rules"]["3"]
    assert f"(rules 1: {rows[0]['judgments']}; rules 2: {rows[1]['judgments']} judgments)" in sentence
    assert sentence in figures["verdict"]["beside"]
    shown = {section.key: section for section in document(figures).sections}
    saying = {
        key for key, section in shown.items() for block in section.blocks if sentence in getattr(block, "sentences", ())
    }
    assert saying == {"bottleneck", "stage-3", "judges", "planner", "by-raters"}
    (table,) = shown["rules"].blocks
    assert "Stage 3, rules 2: guidelines: 2; version of the leak rules: 1" in table.notes[1]


def test_what_was_judged_before_rules_were_stored_stands_apart(study):
    counted = {"presentation": 0, "outcome": "submitted", "task__kind": "regular", "rater__kind": "human"}
    first = study.stages.get(number=1).assignments.filter(**counted, judgments__excluded_at=None).first()
    first.judgments.update(assignment=None)
    rows = [row for row in report_figures(dataset_of(study))["rules"] if row["stage"] == 1]
    assert [row["number"] for row in rows] == [None, 1]
    assert rows[0]["measured"] == "share of accept"


def test_one_set_of_rules_pools_nothing(study):
    study.stages.get(number=3).assignments.update(rules=study.stages.get(number=3).rules.first())
    figures = report_figures(dataset_of(study))
    assert (figures["rules"], figures["pooled_rules"]) == ([], {})
    section = next(each for each in document(figures).sections if each.key == "rules")
    assert "one and the same rules" in section.missing
