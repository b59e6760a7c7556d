"""Attributes of a comparison that fill several tasks never come before its overall answer."""

from datetime import UTC, datetime

import pytest

from conversations.models import Stage
from judgments.eligibility.reasons import Nothing
from judgments.models import Assignment, Slot, Task, Unit
from judgments.rating.answering import submit
from judgments.rating.why_nothing import why_nothing
from judgments.work.claiming import claim_next
from judgments.work.leases import free
from judgments.work.opening import open_stage
from tests import factories
from tests.judgments.raters_at_work import answers, claim, judge, work_until_nothing_left
from tests.judgments.special_pages import set_stage

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def stage() -> Stage:
    """One comparison whose overall unit and two attributes are a task each, and two ratings of each task."""
    study = factories.study()
    factories.material(study, subjects=1)
    made = factories.stage(study, 3, page_size=1, k=2)
    open_stage(stage=made, actor=None, now=NOW)
    return factories.stage(study, 3)


def first_task(stage: Stage) -> Task:
    return Task.objects.get(pk__in=Unit.objects.filter(attribute__isnull=True).values("task"), stage=stage)


def test_every_rater_begins_with_the_overall_unit_and_every_slot_is_filled(stage):
    raters = [factories.rater(stage.study) for _ in range(2)]
    for rater in raters:
        pages = work_until_nothing_left(rater, stage, NOW)
        assert pages[0].task == first_task(stage)
        assert len(pages) == 3
    assert not Slot.objects.filter(filled_at__isnull=True).exists()


def test_who_left_the_overall_unit_gets_no_attributes_while_others_have_to_answer_it(stage):
    one, other, third = (factories.rater(stage.study) for _ in range(3))
    free(assignment=claim(rater=one, stage=stage, now=NOW))
    Assignment.objects.update(outcome="returned", submitted_at=NOW)
    assert claim_next(rater=one, stage=stage, now=NOW) is None
    assert why_nothing(rater=one, stage=stage, now=NOW).reason == Nothing.LEASED
    for rater in (other, third):
        judge(claim(rater=rater, stage=stage, now=NOW), now=NOW)
    assert len(work_until_nothing_left(one, stage, NOW)) == 2


def test_who_was_shown_attributes_is_not_asked_the_overall_unit_afterwards(stage):
    """The overall unit's ratings are complete, somebody judges the attributes, and then a rating is left out."""
    raters = [factories.rater(stage.study) for _ in range(2)]
    for rater in raters:
        judge(claim(rater=rater, stage=stage, now=NOW), now=NOW)
    late = factories.rater(stage.study)
    assert len(work_until_nothing_left(late, stage, NOW)) == 2
    Slot.objects.filter(task=first_task(stage), assignment__rater=raters[0]).update(
        assignment=None, filled_at=None, leased_at=None, lease_expires_at=None
    )
    assert claim_next(rater=late, stage=stage, now=NOW) is None
    assert why_nothing(rater=late, stage=stage, now=NOW).reason == Nothing.MET
    assert claim(rater=factories.rater(stage.study), stage=stage, now=NOW).task == first_task(stage)


def test_overall_answer_of_a_page_that_goes_on_is_enough(stage):
    """The first task has attributes of its own and is set aside after its overall answer."""
    Unit.objects.filter(attribute__isnull=False).exclude(task=first_task(stage)).first().delete()
    attribute = stage.study.subjects.get().attributes.last()
    Unit.objects.create(task=first_task(stage), position=1, attribute=attribute)
    rater = factories.rater(stage.study)
    page = claim(rater=rater, stage=stage, now=NOW)
    submit(rater=rater, assignment_id=page.pk, submission=answers(page), now=NOW)
    Assignment.objects.update(outcome="cannot_judge", submitted_at=NOW)
    free(assignment=page)
    assert claim(rater=rater, stage=stage, now=NOW).task != first_task(stage)


def test_without_a_card_tasks_come_as_they_stand_in_the_queue(stage):
    stage = set_stage(stage, person_card=False)
    firsts = {claim(rater=factories.rater(stage.study), stage=stage, now=NOW).task_id for _ in range(6)}
    assert len(firsts) == 3
