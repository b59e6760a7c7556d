"""Stage 3 by who had judged the subject's attributes: everybody reads the card, and these had read the conversations."""

import pytest

from judgments.models import Assignment
from reports.dataset.reads import dataset_of
from reports.report.figures.by_raters import HAD_JUDGED
from reports.report.figures.report import report_figures
from reports.report.presenting.by_raters import by_raters_section
from tests import factories
from tests.judgments.rated import always, rated_study, work

pytestmark = pytest.mark.django_db(transaction=True)


def canonical(label: int):
    def as_seen(page: Assignment, _unit: int) -> int:
        return 6 - label if page.personalized_left else label

    return as_seen


def test_effect_is_told_apart_by_who_had_judged_the_subject():
    study = rated_study(stages=(1, 3), subjects=4, attributes_each=2)
    first, third = (study.stages.get(number=number) for number in (1, 3))
    knows, other = factories.rater(study), factories.rater(study)
    assert report_figures(dataset_of(study))["by_raters"]["subject"] == []
    work(knows, first, always(1), pages=3)
    for rater, label in ((knows, 5), (other, 3)):
        work(rater, third, canonical(label), pages=4)
    figures = report_figures(dataset_of(study))
    had, had_not = figures["by_raters"]["subject"]
    assert (had["name"], had_not["name"]) == HAD_JUDGED
    # Three units a page: three pages of hers, the fourth and all four of the other's.
    assert (had["judgments"], had_not["judgments"]) == (9, 15)
    assert (had["value"]["value"], round(had_not["value"]["value"], 3)) == (2, round(2 / 5, 3))
    titles = [block.caption for block in by_raters_section(figures).blocks]
    assert "Human judgments by what they had read, with 95 % intervals." in titles
