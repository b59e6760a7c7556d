"""The kept figures of raters are those of a recount, whatever was changed and whoever changed it."""

import random
from dataclasses import astuple
from datetime import timedelta

import pytest
from django.utils import timezone

from judgments.enums import ExclusionReason, Outcome
from judgments.models import Assignment, ChangedTask, Judgment, PageFigures, RaterFigures, RulesInForce, Task, Unit
from judgments.oversight.answer_signs import answer_signs
from judgments.oversight.folding import fold_all
from judgments.oversight.pay_sheet import pay_sheet
from judgments.oversight.rater_figures import stage_figures
from judgments.work.claiming import claim_next
from judgments.work.pay import pay_of
from raters.models import Rater
from tests import factories
from tests.judgments.oversight.recounted import recounted_figures, recounted_signs
from tests.judgments.rated import NOW, careful, rated_study, work

pytestmark = pytest.mark.django_db
STAGES = (1, 2, 3)


@pytest.fixture
def study():
    return rated_study(stages=STAGES, subjects=3, attributes_each=4)


def flat(figures):
    return [
        astuple(one)[:-2] + tuple(list(astuple(group)) if group else None for group in (one.peers, one.left))
        for one in figures
    ]


def without_nothing(rows):
    """The recount says of a rater without peers that all is unknown."""
    return [row[:-2] + tuple(None if group == [None] * 6 else group for group in row[-2:]) for row in rows]


def assert_exact(study):
    assert flat(stage_figures(study=study)) == without_nothing(recounted_figures(study))
    for stage in study.stages.all():
        assert answer_signs(stage=stage) == recounted_signs(stage)
        assert paid(study, stage) == pay_of(study=study, stage=stage)
    assert paid(study) == pay_of(study=study)


def paid(study, stage=None):
    lines = pay_sheet(study=study, stage=stage).lines
    return sorted((line.pay for line in lines), key=lambda pay: pay.rater_id)


def judge(study, chance):
    rater = factories.rater(study)
    for stage in study.stages.all():
        work(rater, stage, careful, pages=chance.randint(1, 4), seconds=chance.choice([0.5, 8, 30]))
    claim_next(rater=rater, stage=factories.stage(study, 3), now=NOW)  # and has a page at hand


def relabel(study, chance):
    judgment = chance.choice(list(of(study)))
    Judgment.objects.filter(pk=judgment.pk).update(label=1)


def exclude(study, chance):
    some = [judgment.pk for judgment in of(study) if chance.random() < 0.3]
    reason = chance.choice([*ExclusionReason.values, ""])
    Judgment.objects.filter(pk__in=some).update(excluded_at=timezone.now() if reason else None, exclusion_reason=reason)


def change_page(study, chance):
    page = chance.choice(list(pages(study)))
    changed = chance.choice(
        [
            {"outcome": Outcome.SURPLUS},
            {"outcome": Outcome.CANNOT_JUDGE},
            {"outcome": Outcome.RETURNED},
            {"active_ms": 10, "pastes": 2},
            {"exits_with_copy": 1, "started_at": NOW - timedelta(hours=1)},
            {"submitted_at": NOW + timedelta(seconds=1)},
        ]
    )
    Assignment.objects.filter(pk=page.pk).update(**changed)


def upload(study, chance):
    """Labels without a page."""
    rater = factories.rater(study)
    for unit in Unit.objects.filter(task__stage__study=study)[:: chance.randint(1, 3)]:
        number = unit.task.stage.number
        Judgment.objects.create(unit=unit, rater=rater, stage_number=number, label=1, submitted_at=NOW)


def about_oneself(study, chance):
    rater = chance.choice(list(pages(study))).rater
    Rater.objects.filter(pk=rater.pk).update(subject=study.subjects.first())


def delete(study, chance):
    task = chance.choice(list(pages(study))).task
    Judgment.objects.filter(unit__task=task).delete()
    Task.objects.filter(pk=task.pk).delete()


def of(study):
    return Judgment.objects.filter(unit__task__stage__study=study).order_by("pk")


def pages(study):
    return Assignment.objects.filter(stage__study=study).select_related("task", "rater").order_by("pk")


@pytest.mark.parametrize("seed", range(4))
def test_after_any_changes_the_kept_figures_are_those_of_a_recount(study, seed):
    chance = random.Random(seed)
    for _rater in range(3):
        judge(study, chance)
    assert_exact(study)
    acts = [judge, relabel, exclude, change_page, upload, about_oneself, delete]
    for act in chance.sample(acts, len(acts)) + chance.choices(acts, k=5):
        act(study, chance)
        if chance.random() < 0.5:
            assert_exact(study)
    assert_exact(study)
    assert any(one.peers for one in stage_figures(study=study))


def test_what_a_rater_waits_for_changes_nothing_until_the_page_ends(study):
    stage, rater = factories.stage(study, 3), factories.rater(study)
    page = claim_next(rater=rater, stage=stage, now=NOW)
    Assignment.objects.filter(pk=page.pk).update(draft={}, active_ms=5, draft_revision=1)
    assert not ChangedTask.objects.exists()
    work(rater, stage, careful, pages=1)
    assert set(ChangedTask.objects.values_list("stage_id", "task_id")) == {(stage.pk, page.task_id)}


def test_the_sweep_leaves_nothing_of_studies_that_are_gone(study):
    work(factories.rater(study), factories.stage(study, 1), careful, pages=2)
    fold_all()
    assert PageFigures.objects.exists()
    Judgment.objects.all().delete()
    Task.objects.all().delete()
    RulesInForce.objects.all().delete()
    study.stages.all().delete()
    fold_all()
    assert not ChangedTask.objects.exists()
    assert not PageFigures.objects.exists()
    assert not RaterFigures.objects.exists()
