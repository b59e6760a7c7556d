"""Claiming: who gets which task, for how long."""

from datetime import UTC, datetime, timedelta

import pytest

from conversations.enums import StageState
from conversations.models import Attribute
from judgments.eligibility.live import live_units
from judgments.enums import ExclusionReason, Outcome, TaskKind
from judgments.models import Assignment, Slot, Task, Unit
from judgments.rating.answering import submit
from judgments.work import leases
from judgments.work.claiming import claim_next
from judgments.work.consensus_labels import consensus_labels
from judgments.work.excluding import exclude_judgments
from judgments.work.opening import open_stage, pause_stage
from judgments.work.progress import progress_of
from judgments.work.withdrawing import UPSETTING, withdraw_tasks
from raters.enums import EnrolmentOutcome
from tests import factories
from tests.judgments.raters_at_work import answers, claim, judge, open_for_rating, work_until_nothing_left
from tests.judgments.special_pages import set_stage, twin

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=31)


def test_claim_in_stage_that_is_not_open_gives_nothing():
    study = factories.study()
    factories.material(study)
    stage = factories.stage(study, 1)
    rater = factories.rater(study)
    assert claim_next(rater=rater, stage=stage, now=NOW) is None
    open_stage(stage=stage, actor=None, now=NOW)
    assert claim_next(rater=rater, stage=stage, now=NOW) is not None
    pause_stage(stage=stage, actor=None, now=NOW)
    assert claim_next(rater=factories.rater(study), stage=stage, now=NOW) is None


def test_claim_by_stranger_to_study_gives_nothing():
    _, stage = open_for_rating(1)
    other = factories.rater(factories.study())
    assert claim_next(rater=other, stage=stage, now=NOW) is None


def test_claim_again_resumes_the_open_task():
    study, stage = open_for_rating(1)
    rater = factories.rater(study)
    first = claim(rater=rater, stage=stage, now=NOW)
    assert claim(rater=rater, stage=stage, now=NOW + timedelta(minutes=5)) == first
    assert Slot.objects.get(assignment=first).lease_expires_at == NOW + timedelta(minutes=35)
    assert Assignment.objects.filter(rater=rater).count() == 1


def test_raters_finish_what_is_started_first():
    study, stage = open_for_rating(1, subjects=3)
    claimed = [claim(rater=factories.rater(study), stage=stage, now=NOW) for _ in range(4)]
    tasks = [assignment.task_id for assignment in claimed]
    assert tasks[0] == tasks[1] == tasks[2] != tasks[3]


def test_rater_gets_each_task_once_and_k_ratings_are_reached():
    study, stage = open_for_rating(1, subjects=4)
    raters = [factories.rater(study) for _ in range(5)]
    assert [len(work_until_nothing_left(rater, stage, NOW)) for rater in raters] == [4, 4, 4, 0, 0]
    progress = progress_of(stage, now=NOW)
    assert (progress.total, progress.filled, progress.waiting, progress.tasks_done) == (12, 12, 0, 4)


def test_expired_lease_goes_to_the_next_rater_before_fresh_tasks():
    study, stage = open_for_rating(1, subjects=3, k=1)
    first = claim(rater=factories.rater(study), stage=stage, now=NOW)
    assert claim(rater=factories.rater(study), stage=stage, now=NOW).task_id != first.task_id
    assert claim(rater=factories.rater(study), stage=stage, now=LATER).task_id == first.task_id


def test_expired_lease_taken_from_ahead_does_not_skip_the_queue():
    study, stage = open_for_rating(1, subjects=3, k=1)
    for _ in range(2):
        claim(rater=factories.rater(study), stage=stage, now=NOW)
    third = claim(rater=factories.rater(study), stage=stage, now=NOW - timedelta(minutes=40))
    release_all_but(third)
    rater = factories.rater(study)
    assert claim(rater=rater, stage=stage, now=NOW).task_id == third.task_id
    assert len(work_until_nothing_left(rater, stage, NOW)) == 3


def release_all_but(kept):
    for assignment in Assignment.objects.exclude(pk=kept.pk):
        leases.free(assignment=assignment)


def test_late_answer_becomes_surplus_when_slot_was_filled():
    study, stage = open_for_rating(1, subjects=1, k=1)
    slow, quick = factories.rater(study), factories.rater(study)
    late = claim(rater=slow, stage=stage, now=NOW)
    judge(claim(rater=quick, stage=stage, now=LATER), now=LATER)
    acknowledged = submit(rater=slow, assignment_id=late.pk, submission=answers(late), now=LATER)
    assert acknowledged.outcome == Outcome.SURPLUS
    assert late.judgments.count() == 3
    assert progress_of(stage, now=LATER).filled == 1
    assert {label.raters for label in consensus_labels(stage)} == {1}


def test_late_answer_that_comes_first_fills_the_slot():
    study, stage = open_for_rating(1, subjects=1, k=1)
    slow, quick = factories.rater(study), factories.rater(study)
    late = claim(rater=slow, stage=stage, now=NOW)
    taken = claim(rater=quick, stage=stage, now=LATER)
    much_later = LATER + timedelta(minutes=31)  # the second lease has run out too
    assert judge(late, now=much_later).outcome == Outcome.SUBMITTED
    assert judge(taken, now=much_later).outcome == Outcome.SURPLUS


def test_lease_is_renewed_two_hours_at_most():
    study, stage = open_for_rating(1)
    assignment = claim(rater=factories.rater(study), stage=stage, now=NOW)
    for minutes in (20, 45, 70, 95, 115):
        assert leases.renew(assignment=assignment, stage=stage, now=NOW + timedelta(minutes=minutes))
    assert Slot.objects.get(assignment=assignment).lease_expires_at == NOW + timedelta(hours=2)


def test_released_task_goes_to_others_and_its_draft_stays():
    study, stage = open_for_rating(1, subjects=1, k=1)
    rater, other = factories.rater(study), factories.rater(study)
    mine = claim(rater=rater, stage=stage, now=NOW)
    assert claim_next(rater=other, stage=stage, now=NOW) is None
    leases.free(assignment=mine)
    assert claim_next(rater=other, stage=stage, now=NOW) is not None
    assert claim(rater=rater, stage=stage, now=NOW) == mine  # will be surplus unless the other leaves it


def test_returned_rater_frees_the_lease_at_once_and_gets_nothing():
    study, stage = open_for_rating(1, subjects=1, k=1)
    leaving, other = factories.rater(study), factories.rater(study)
    held = claim(rater=leaving, stage=stage, now=NOW)
    leaving.enrolments.update(outcome=EnrolmentOutcome.RETURNED)
    assert claim(rater=other, stage=stage, now=NOW).task_id == held.task_id
    assert claim_next(rater=leaving, stage=stage, now=NOW) is None


def test_slot_reopened_behind_the_cursor_is_found_at_the_end():
    study, stage = open_for_rating(1, subjects=3, k=1)
    early, late = factories.rater(study), factories.rater(study)
    held = claim(rater=early, stage=stage, now=NOW)
    assert len(work_until_nothing_left(late, stage, NOW)) == 2
    leases.free(assignment=held)
    assert claim(rater=late, stage=stage, now=NOW).task_id == held.task_id


def test_rater_meets_one_comparison_of_a_case_only():
    study = factories.study()
    subject = factories.subject(study)
    given = factories.attributes(subject)
    case = factories.case(subject)
    for name in ("ours", "theirs"):
        factories.comparison(case, given, by=factories.system(study, name))
    stage = factories.stage(study, 3)
    open_stage(stage=stage, actor=None, now=NOW)
    assert len(work_until_nothing_left(factories.rater(study), stage, NOW)) == 1
    study.several_comparisons_per_case = True
    study.save()
    stage = factories.stage(study, 3)
    assert len(work_until_nothing_left(factories.rater(study), stage, NOW)) == 2


def test_comparison_spread_over_pages_is_one_comparison():
    study = factories.study()
    subject = factories.subject(study)
    factories.comparison(factories.case(subject), factories.attributes(subject, 7))
    stage = factories.stage(study, 3, page_size=4)
    built = open_stage(stage=stage, actor=None, now=NOW)
    assert (built.tasks, built.units) == (2, 8)
    assert len(work_until_nothing_left(factories.rater(study), stage, NOW)) == 2


def test_sides_are_balanced_within_each_rater():
    study, stage = open_for_rating(3, subjects=8)
    for _ in range(3):
        rater = factories.rater(study)
        sides = [bool(assignment.personalized_left) for assignment in work_until_nothing_left(rater, stage, NOW)]
        assert [sum(sides[:4]), sum(sides[4:])] == [2, 2]


def test_withdrawn_target_is_not_served_even_before_the_sweep():
    study, stage = open_for_rating(1, subjects=1)
    study.subjects.update(withdrawn_at=NOW)
    assert claim_next(rater=factories.rater(study), stage=stage, now=NOW) is None


def test_open_task_whose_target_was_withdrawn_makes_way_for_the_next():
    study, stage = open_for_rating(1, subjects=2)
    rater = factories.rater(study)
    first = claim(rater=rater, stage=stage, now=NOW)
    study.subjects.filter(tasks=first.task_id).update(withdrawn_at=NOW)
    following = claim(rater=rater, stage=stage, now=NOW)
    assert following.task_id != first.task_id
    first.refresh_from_db()
    assert first.outcome == Outcome.RETURNED


def test_units_of_withdrawn_attributes_are_left_out():
    study, stage = open_for_rating(1, subjects=1)
    assignment = claim(rater=factories.rater(study), stage=stage, now=NOW)
    gone = Unit.objects.filter(task=assignment.task_id)[0]
    Attribute.objects.filter(units=gone).update(withdrawn_at=NOW)
    assert gone not in live_units(assignment.task_id)
    assert judge(assignment, now=NOW, only=live_units(assignment.task_id)).outcome == Outcome.SUBMITTED


def test_stage_state_is_read_at_the_claim_not_from_a_stale_object():
    study, stage = open_for_rating(1)
    factories.stage(study, 1, state=StageState.CLOSED)
    assert claim_next(rater=factories.rater(study), stage=stage, now=NOW) is None


def test_page_that_was_withdrawn_is_not_given_out_when_a_rater_of_it_is_excluded():
    study, stage = open_for_rating(1, subjects=1, k=1)
    rater, other = factories.rater(study), factories.rater(study)
    judged = claim(rater=rater, stage=stage, now=NOW)
    judge(judged, now=NOW)
    withdraw_tasks(Task.objects.filter(pk=judged.task_id), reason=UPSETTING, now=NOW)
    exclude_judgments(rater=rater, stage=stage, reason=ExclusionReason.OTHER, actor=None, now=NOW)
    assert claim_next(rater=other, stage=stage, now=NOW) is None
    assert not Assignment.objects.filter(rater=other).exists()


def test_open_gold_page_whose_material_is_gone_does_not_lead_past_the_qualification():
    study, stage = open_for_rating(1, subjects=2)
    first, second = Task.objects.filter(stage=stage).order_by("position")
    gold = [twin(first, TaskKind.GOLD), twin(second, TaskKind.GOLD)]
    stage = set_stage(stage, qualification_tasks=1)
    rater = factories.rater(study)
    page = claim(rater=rater, stage=stage, now=NOW)
    page.task.subject.withdrawn_at = NOW
    page.task.subject.save()
    assert claim(rater=rater, stage=stage, now=NOW).task_id in {task.pk for task in gold} - {page.task_id}
