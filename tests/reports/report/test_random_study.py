"""A whole study of raters who don't read, from its pages to its verdict."""

from collections import Counter

import pytest

from conversations.enums import ControlKind
from conversations.models import Study
from judgments.enums import TaskKind
from judgments.models import Assignment, Judgment
from judgments.work.opening import open_stage
from raters.models import Rater
from tests import factories
from tests.judgments.rated import NOW, work
from tests.reports.report.judged_study import figures

pytestmark = pytest.mark.django_db(transaction=True)

SUBJECTS, PROMPTS, EACH, CONTROLS, RATERS = 10, 10, 3, 9, 6
PAGES = 25  # more than there are for each


def study_of_equal_pairs() -> Study:
    """Of 50 real conversations; a case of every subject with each of three prompts, and a few with a control."""
    study = factories.study(same_rater_across_stages=True)
    prompts = [factories.prompt(study) for _ in range(PROMPTS + CONTROLS)]
    for place in range(SUBJECTS):
        subject = factories.subject(study, origin="real", stated_conversations=5)
        given = factories.attributes(subject, 1)
        for step in range(EACH):
            factories.comparison(factories.case(subject, prompts[(EACH * place + step) % PROMPTS]), given)
        if place < CONTROLS:
            case = factories.case(subject, prompts[PROMPTS + place])
            factories.control(case, (ControlKind.OBVIOUS, ControlKind.DAMAGED)[place % 2])
    open_stage(stage=factories.stage(study, 3, k=3, control_share=30), actor=None, now=NOW)
    return study


def hurried(assignment: Assignment, _unit: int) -> int:
    """No difference, and once in a while a side, whatever stands there: seldom enough for any way to deal the pages."""
    pages = Assignment.objects.filter(rater=assignment.rater).count()
    return {4: 2, 14: 4}.get(pages, 3)


def test_raters_who_do_not_read_give_no_result_and_the_same_labels_of_raters_who_do_give_one():
    study = study_of_equal_pairs()
    raters, stage = [factories.rater(study) for _rater in range(RATERS)], factories.stage(study, 3)
    for _page in range(PAGES):
        for rater in raters:
            work(rater, stage, hurried, pages=1)
    found = figures(study)
    judged = Counter(Judgment.objects.filter(unit__attribute=None).values_list("unit__task__kind", flat=True))
    assert judged[TaskKind.REGULAR] == 3 * EACH * SUBJECTS
    assert found["verdict"]["controls"]["judgments"] == judged[TaskKind.CONTROL] >= 30
    assert found["verdict"]["judgments"] == judged[TaskKind.REGULAR]
    assert (found["verdict"]["word"], found["verdict"]["reasons"]) == ("raters could not tell", ["controls missed"])
    assert found["plan"]["stopping"]["word"] == "not enough evidence yet"

    _see_what_was_planted(raters)
    assert figures(study)["verdict"]["word"] == "no meaningful difference"


def _see_what_was_planted(raters: list[Rater]) -> None:
    planted = Judgment.objects.filter(rater__in=raters, unit__attribute=None, unit__task__kind=TaskKind.CONTROL)
    planted.filter(rater__in=raters[::2]).update(label=5)
    planted.filter(rater__in=raters[1::2]).update(label=4)
