"""What raters give is stored once, completely, and with every revision."""

import uuid
from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from conversations.enums import StageState
from judgments.enums import ExclusionReason, FailureMode, Outcome
from judgments.models import Assignment, Judgment, JudgmentRevision, Slot, Task
from judgments.rating.answering import save_draft, set_aside, submit
from judgments.rating.given_answers import GivenAnswers, UnitAnswer
from judgments.rating.own_progress import own_progress
from judgments.rating.refusals import IncompleteAnswers, NotYours, StageNotOpen, StaleDraft
from judgments.work.consensus_labels import consensus_labels
from judgments.work.excluding import exclude_judgments, include_judgments
from judgments.work.opening import close_stage, pause_stage
from judgments.work.progress import progress_of
from tests import factories
from tests.judgments.raters_at_work import answers, claim, judge, open_for_rating, work_until_nothing_left
from tests.judgments.rating.drafts import NOW, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def claimed():
    study, stage = open_for_rating(1, subjects=2)
    return claim(rater=factories.rater(study), stage=stage, now=NOW)


def draft(assignment, revision, content):
    return save_draft(
        rater=assignment.rater, assignment_id=assignment.pk, draft=content, revision=revision, active_ms=10, now=NOW
    )


def labels_of(assignment):
    return list(assignment.judgments.order_by("unit_id").values_list("label", flat=True))


def test_submit_stores_every_unit_and_fills_the_slot(claimed):
    acknowledged = send(claimed, answers(claimed, label=2))
    assert (acknowledged.outcome, acknowledged.revision, acknowledged.repeated) == (Outcome.SUBMITTED, 1, False)
    assert labels_of(claimed) == [2, 2, 2]
    assert Slot.objects.get(assignment=claimed).filled_at == NOW


def test_submit_replayed_changes_nothing(claimed):
    once = answers(claimed)
    first = send(claimed, once)
    again = send(claimed, once, now=NOW + timedelta(minutes=1))
    assert (again.repeated, again.revision, again.submitted_at) == (True, 1, first.submitted_at)
    assert JudgmentRevision.objects.count() == 0


def test_old_submit_arriving_after_a_revision_does_not_overwrite_it(claimed):
    old = answers(claimed, label=1)
    send(claimed, old)
    assert send(claimed, answers(claimed, label=3)).revision == 2
    assert send(claimed, old).repeated
    assert labels_of(claimed) == [3, 3, 3]


def test_replay_is_acknowledged_after_the_stage_closed(claimed):
    once = answers(claimed)
    send(claimed, once)
    close_stage(stage=claimed.stage, actor=None, now=NOW)
    assert send(claimed, once).repeated
    with pytest.raises(StageNotOpen):
        send(claimed, answers(claimed, label=2))


def test_revision_keeps_what_was_said_before(claimed):
    send(claimed, answers(claimed, label=1))
    send(claimed, answers(claimed, label=3), now=NOW + timedelta(minutes=1))
    kept = JudgmentRevision.objects.values_list("revision", "label", "submitted_at")
    assert list(kept) == [(1, 1, NOW)] * 3
    claimed.refresh_from_db()
    assert (claimed.revision, claimed.submitted_at) == (2, NOW)
    assert Slot.objects.filter(assignment=claimed).count() == 1


def test_incomplete_answers_are_refused_and_nothing_is_stored(claimed):
    complete = answers(claimed)
    partial = GivenAnswers(client_id=complete.client_id, answers=complete.answers[1:])
    with pytest.raises(IncompleteAnswers) as refused:
        send(claimed, partial)
    assert refused.value.missing == [complete.answers[0].unit_id]
    assert Judgment.objects.count() == 0
    assert send(claimed, complete).repeated is False


@pytest.mark.parametrize("label", [0, 4, 99])
def test_label_of_no_stage_1_choice_is_refused(claimed, label):
    with pytest.raises(IncompleteAnswers):
        send(claimed, answers(claimed, label=label))


def test_answers_to_another_page_are_refused(claimed):
    other = Task.objects.exclude(pk=claimed.task_id).get()
    mixed = [*answers(claimed).answers, UnitAnswer(unit_id=other.units.all()[0].pk, label=1)]
    with pytest.raises(IncompleteAnswers):
        send(claimed, GivenAnswers(client_id=uuid.uuid4(), answers=mixed))


def test_failure_mode_is_kept_with_a_flag_and_dropped_with_accept(claimed):
    first, *rest = answers(claimed).answers
    mode = FailureMode.OVERGENERALIZATION
    given = [UnitAnswer(first.unit_id, 3, mode), *(UnitAnswer(item.unit_id, 1, mode) for item in rest)]
    send(claimed, GivenAnswers(client_id=uuid.uuid4(), answers=given))
    assert list(claimed.judgments.order_by("unit_id").values_list("failure_mode", flat=True)) == [mode, "", ""]


def test_assignment_of_another_rater_is_refused(claimed):
    stranger = factories.rater(claimed.stage.study)
    with pytest.raises(NotYours):
        submit(rater=stranger, assignment_id=claimed.pk, submission=answers(claimed), now=NOW)


def test_client_id_of_another_assignment_is_refused(claimed):
    used = answers(claimed)
    send(claimed, used)
    following = claim(rater=claimed.rater, stage=claimed.stage, now=NOW)
    with pytest.raises(NotYours):
        send(following, answers(following, client_id=used.client_id))


@pytest.mark.parametrize("personalized_left", [True, False])
def test_stage_3_label_is_stored_canonically(personalized_left):
    study, stage = open_for_rating(3)
    assignment = claim(rater=factories.rater(study), stage=stage, now=NOW)
    Assignment.objects.filter(pk=assignment.pk).update(personalized_left=personalized_left)
    send(assignment, answers(assignment, label=1))  # "left much better"
    assert set(labels_of(assignment)) == {5 if personalized_left else 1}


def test_draft_is_kept_in_order(claimed):
    assert draft(claimed, 1, {"answers": [1]}) == 1
    assert draft(claimed, 3, {"answers": [3]}) == 3
    assert draft(claimed, 3, {"answers": [3]}) == 3
    with pytest.raises(StaleDraft) as stale:
        draft(claimed, 2, {"answers": [2]})
    assert (stale.value.revision, stale.value.draft) == (3, {"answers": [3]})


def test_draft_does_not_hide_one_that_its_window_never_saw(claimed):
    draft(claimed, 3, {"answers": [3]})
    with pytest.raises(StaleDraft):
        save_draft(rater=claimed.rater, assignment_id=claimed.pk, draft={}, revision=9, base=2, active_ms=1, now=NOW)
    seen = {"rater": claimed.rater, "assignment_id": claimed.pk, "draft": {}, "active_ms": 1, "now": NOW}
    assert save_draft(**seen, revision=9, base=3) == 9


def numbered(assignment, number, *, label):
    return replace(answers(assignment, label=label), draft_revision=number)


def test_older_answer_that_comes_last_changes_nothing(claimed):
    newer, older = numbered(claimed, 20, label=2), numbered(claimed, 10, label=1)
    send(claimed, newer)
    late = send(claimed, older, now=NOW + timedelta(minutes=1))
    assert (late.overtaken, late.revision, late.submitted_at) == (True, 1, NOW)
    assert labels_of(claimed) == [2, 2, 2]
    assert send(claimed, newer).overtaken is False  # repeated, and still what counts
    assert JudgmentRevision.objects.count() == 0


def test_newer_answer_is_a_revision_and_the_same_one_is_none(claimed):
    send(claimed, numbered(claimed, 10, label=1))
    again = send(claimed, numbered(claimed, 10, label=1))
    assert (again.repeated, again.overtaken, again.revision) == (True, False, 1)
    assert send(claimed, numbered(claimed, 11, label=3)).revision == 2
    assert labels_of(claimed) == [3, 3, 3]


def test_older_answer_does_not_hide_a_newer_draft(claimed):
    draft(claimed, 20, {"answers": [2]})
    with pytest.raises(StaleDraft) as stale:
        send(claimed, numbered(claimed, 10, label=1))
    assert stale.value.draft == {"answers": [2]}
    assert labels_of(claimed) == []
    assert send(claimed, numbered(claimed, 20, label=2)).outcome == Outcome.SUBMITTED


def test_older_answer_does_not_take_back_that_a_page_was_set_aside(claimed):
    set_aside(
        rater=claimed.rater,
        assignment_id=claimed.pk,
        act=Outcome.TECHNICAL,
        comment="",
        client_id=uuid.uuid4(),
        draft_revision=20,
        now=NOW,
    )
    assert send(claimed, numbered(claimed, 10, label=1)).overtaken
    assert labels_of(claimed) == []
    assert send(claimed, numbered(claimed, 30, label=1)).outcome == Outcome.SUBMITTED


@pytest.mark.parametrize("numbers", permutations([10, 20, 30]), ids=str)
def test_the_newest_answer_counts_in_whatever_order_they_come(claimed, numbers):
    for number in numbers:
        send(claimed, numbered(claimed, number, label=number // 10))
    assert labels_of(claimed) == [3, 3, 3]
    claimed.refresh_from_db()
    assert claimed.draft_revision == 30


def test_draft_is_taken_while_paused_and_refused_once_closed(claimed):
    pause_stage(stage=claimed.stage, actor=None, now=NOW)
    assert draft(claimed, 1, {}) == 1
    close_stage(stage=claimed.stage, actor=None, now=NOW)
    with pytest.raises(StageNotOpen):
        draft(claimed, 2, {})


def test_draft_renews_the_lease(claimed):
    save_draft(
        rater=claimed.rater,
        assignment_id=claimed.pk,
        draft={},
        revision=1,
        active_ms=5,
        now=NOW + timedelta(minutes=20),
    )
    assert Slot.objects.get(assignment=claimed).lease_expires_at == NOW + timedelta(minutes=50)


def test_excluding_reopens_slots_and_including_makes_the_rest_surplus():
    study, stage = open_for_rating(1, subjects=2, k=1)
    rater, other = factories.rater(study), factories.rater(study)
    work_until_nothing_left(rater, stage, NOW)
    assert exclude_judgments(rater=rater, stage=stage, reason=ExclusionReason.SPEEDING, actor=None, now=NOW) == 6
    assert progress_of(stage, now=NOW).waiting == 2
    assert list(consensus_labels(stage)) == []
    judge(claim(rater=other, stage=stage, now=NOW), now=NOW, label=3)
    assert include_judgments(rater=rater, stage=stage, actor=None, now=NOW) == 6
    outcomes = Assignment.objects.filter(rater=rater).values_list("outcome", flat=True)
    assert sorted(outcomes) == [Outcome.SUBMITTED, Outcome.SURPLUS]
    assert progress_of(stage, now=NOW).filled == 2
    assert sorted(consensus.label for consensus in consensus_labels(stage)) == [1, 1, 1, 3, 3, 3]


def test_rater_progress_counts_done_and_left():
    study, stage = open_for_rating(1, subjects=3)
    rater = factories.rater(study)
    judge(claim(rater=rater, stage=stage, now=NOW), now=NOW)
    claim(rater=rater, stage=stage, now=NOW)
    progress = own_progress(enrolment=rater.enrolments.get(), stage=stage)
    assert (progress.done, progress.total, progress.units_left) == (1, 3, 6)


def test_progress_adds_up_in_every_state():
    study, stage = open_for_rating(1, subjects=3)
    judge(claim(rater=factories.rater(study), stage=stage, now=NOW), now=NOW)
    claim(rater=factories.rater(study), stage=stage, now=NOW)
    claim(rater=factories.rater(study), stage=stage, now=NOW - timedelta(hours=1))
    progress = progress_of(stage, now=NOW)
    assert (progress.total, progress.filled, progress.leased, progress.waiting) == (9, 1, 1, 7)
    assert StageState(stage.state) == StageState.OPEN
