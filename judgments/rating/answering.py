"""What raters give is stored: drafts, answers, revisions of answers, and pages set aside."""

import uuid
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from conversations.enums import StageState
from judgments.enums import JUDGED, SET_ASIDE, FailureMode, Outcome, TaskKind
from judgments.models import Assignment, Judgment, Task
from judgments.models import Submission as CommittedSubmission
from judgments.rating.answer_statement import store_answers
from judgments.rating.asked_units import AskedUnits
from judgments.rating.given_answers import Acknowledgement, GivenAnswers, UnitAnswer, as_outcome
from judgments.rating.locked_pages import LockedPage, locked_assignment, locked_page, refuse_unless_open, study_runs
from judgments.rating.refusals import IncompleteAnswers, NotYours, StageNotOpen, StaleDraft, Withdrew
from judgments.rating.steps import OVERALL_UNIT, Step, step_of
from judgments.stages import LabelNotKnown, behaviour
from judgments.work import leases
from judgments.work.withdrawing import UPSETTING, withdraw_tasks
from raters.enums import EnrolmentOutcome
from raters.models import Enrolment, Rater

UPSET_RATERS_TO_WITHDRAW = 3


@transaction.atomic
def save_draft(
    *,
    rater: Rater,
    assignment_id: uuid.UUID,
    draft: dict[str, Any],
    revision: int,
    active_ms: int,
    now: datetime,
    base: int | None = None,
) -> int:
    """Keep a draft and the lease.

    Whatever is given to a page is numbered, in every window and on every device, by when it was given. A draft that
    was overtaken raises StaleDraft. So does one that would hide what its window never saw: ``base`` is the newest
    number that window knows of.

    Raises:
        NotYours, StageNotOpen (only once the stage is closed: a pause must not cost a draft), StaleDraft.
    """
    assignment = locked_assignment(rater, assignment_id)
    stage = assignment.stage
    if stage.state == StageState.CLOSED or not study_runs(stage):
        raise StageNotOpen
    if _is_of_earlier_step(assignment, draft):
        raise _stale(assignment)
    if revision <= assignment.draft_revision:
        if revision == assignment.draft_revision and draft == assignment.draft:
            return revision  # the same request again
        raise _stale(assignment)
    if base is not None and base < assignment.draft_revision:
        raise _stale(assignment)
    Assignment.objects.filter(pk=assignment.pk).update(
        draft=draft, draft_revision=revision, draft_saved_at=now, active_ms=max(assignment.active_ms, active_ms)
    )
    if not assignment.outcome:
        leases.renew(assignment=assignment, stage=stage, now=now)
    return revision


@transaction.atomic
def submit(*, rater: Rater, assignment_id: uuid.UUID, submission: GivenAnswers, now: datetime) -> Acknowledgement:
    """Store the answers of a page, or a revision of them. The same client id again changes nothing.

    Nor does an answer that was given before the one that is stored, however late it comes. With a person card the overall
    answer is stored by itself, once: the page is judged when its other units are, too.

    Raises:
        NotYours, Withdrew, StageNotOpen, IncompleteAnswers, StaleDraft (the page is open, with a newer draft).
    """
    return submit_locked(rater=rater, assignment_id=assignment_id, submission=submission, now=now)


def submit_locked(
    *, rater: Rater, assignment_id: uuid.UUID, submission: GivenAnswers, now: datetime
) -> Acknowledgement:
    """``submit`` for who has locked the rater's queue in this transaction already."""
    page = locked_page(rater, assignment_id)
    assignment, asked = page.assignment, _asked(page)
    submission = asked.named(submission)
    try:
        refuse_unless_open(assignment.stage)
        if second := _second_overall_answer(assignment, asked, submission):
            return second
        judgments = _judgments(assignment, asked, submission)
    except (StageNotOpen, IncompleteAnswers):
        if committed := _committed(submission.client_id, assignment):
            return committed
        raise
    if overtaken := _overtaken(assignment, submission):
        return overtaken
    revision = assignment.revision + 1
    outcome = store_answers(
        assignment,
        judgments,
        client_id=submission.client_id,
        revision=revision,
        takes_slot=_takes_slot(assignment),
        is_overall=asked.step == Step.OVERALL,
        draft=asked.draft(submission),
        missing_attributes=submission.missing_attributes,
        comment=submission.comment,
        active_ms=submission.active_ms,
        signs=submission.signs,
        draft_revision=submission.draft_revision or 0,
        now=now,
    )
    if outcome is None:
        return _repeated(submission.client_id, assignment)
    if outcome == Outcome.SURPLUS and _takes_slot(assignment) and leases.fill(assignment=assignment, now=now):
        outcome = Outcome.SUBMITTED
        Assignment.objects.filter(pk=assignment.pk).update(outcome=outcome)
    if not outcome:
        leases.renew(assignment=assignment, stage=assignment.stage, now=now)
    is_first = bool(outcome) and assignment.outcome not in JUDGED
    return Acknowledgement(outcome, revision, now, repeated=False, is_first=is_first)


@transaction.atomic
def set_aside(
    *,
    rater: Rater,
    assignment_id: uuid.UUID,
    act: Outcome,
    comment: str,
    client_id: uuid.UUID,
    now: datetime,
    draft_revision: int | None = None,
) -> Acknowledgement:
    """The rater does not judge the page: others get its slot, this rater does not get it again.

    A page that three raters find upsetting is withdrawn. A page that was judged stays judged. An overall answer that was
    stored before stays, as the answer of a page that was not judged: in no figure.

    Raises:
        NotYours, StageNotOpen.
    """
    if act not in SET_ASIDE:
        raise ValueError(f"{act} does not set a page aside.")
    assignment = locked_assignment(rater, assignment_id)
    if assignment.outcome in JUDGED:
        return Acknowledgement(Outcome(assignment.outcome), assignment.revision, now, repeated=True)
    revision = assignment.revision + 1
    if not _record(client_id, assignment, revision, now):
        return _repeated(client_id, assignment)
    refuse_unless_open(assignment.stage)
    leases.free(assignment=assignment)
    Assignment.objects.filter(pk=assignment.pk).update(
        outcome=act,
        comment=comment,
        revision=revision,
        submitted_at=now,
        draft_revision=max(assignment.draft_revision, draft_revision or 0),
    )
    if act == Outcome.UPSETTING:
        _withdraw_if_upsetting(assignment.task_id, now)
    return Acknowledgement(act, revision, now, repeated=False)


def _asked(page: LockedPage) -> AskedUnits:
    return AskedUnits.at(
        step_of(page.assignment), units=page.unit_ids, overall=page.overall_ids, withdrawn=page.withdrawn_ids
    )


def _stale(assignment: Assignment) -> StaleDraft:
    goes_on = assignment.overall_at is not None and not assignment.outcome
    return StaleDraft(assignment.draft_revision, assignment.draft, goes_on=goes_on)


def _is_of_earlier_step(assignment: Assignment, draft: dict[str, Any]) -> bool:
    """It would hide what was given since the overall answer was stored."""
    if assignment.overall_at is None:
        return False
    return any(answer["unit"] == OVERALL_UNIT for answer in draft["answers"])


def _second_overall_answer(
    assignment: Assignment, asked: AskedUnits, submission: GivenAnswers
) -> Acknowledgement | None:
    """What is told about an overall answer where one is stored: that one is final."""
    if asked.step != Step.ATTRIBUTES or not asked.answers_overall(submission):
        return None
    if committed := _committed(submission.client_id, assignment):
        return committed
    at = assignment.submitted_at or assignment.overall_at
    if at is None:
        raise LookupError(f"{assignment} asks for attributes and has no overall answer.")
    return Acknowledgement(as_outcome(assignment.outcome), assignment.revision, at, repeated=True, overtaken=True)


def _record(client_id: uuid.UUID, assignment: Assignment, revision: int, now: datetime) -> bool:
    """Whether this request is new."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO judgments_submission (id, assignment_id, revision, submitted_at) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (id) DO NOTHING",
            [client_id, assignment.pk, revision, now],
        )
        return bool(cursor.rowcount == 1)


def _repeated(client_id: uuid.UUID, assignment: Assignment) -> Acknowledgement:
    committed = _committed(client_id, assignment)
    if committed is None:
        mine = Enrolment.objects.filter(rater=assignment.rater_id, study=assignment.stage.study_id)
        raise Withdrew if mine.filter(outcome=EnrolmentOutcome.WITHDREW).exists() else NotYours
    return committed


def _committed(client_id: uuid.UUID, assignment: Assignment) -> Acknowledgement | None:
    """What the first request with this id was told, if there was one. A newer revision stays."""
    found = CommittedSubmission.objects.filter(pk=client_id, assignment=assignment).select_related("assignment").first()
    if found is None:
        return None
    page = found.assignment
    is_first = page.submitted_at == found.submitted_at
    return Acknowledgement(
        as_outcome(page.outcome), found.revision, found.submitted_at, repeated=True, is_first=is_first
    )


def _overtaken(assignment: Assignment, submission: GivenAnswers) -> Acknowledgement | None:
    """What is told about an answer that is not newer than what is stored. None where it is, or was committed before.

    The number of what was judged is that of its answers: who submits it again has changed nothing.
    """
    number, stored = submission.draft_revision, assignment.draft_revision
    is_older = number is not None and number < stored
    is_unchanged = number == stored and assignment.outcome in JUDGED
    if not (is_older or is_unchanged) or _committed(submission.client_id, assignment):
        return None
    if assignment.outcome not in {*JUDGED, *SET_ASIDE} or assignment.submitted_at is None:
        raise _stale(assignment)
    outcome = Outcome(assignment.outcome)
    return Acknowledgement(outcome, assignment.revision, assignment.submitted_at, repeated=True, overtaken=is_older)


def _judgments(assignment: Assignment, asked: AskedUnits, submission: GivenAnswers) -> list[Judgment]:
    """The judgments of the units that are asked now. A unit withdrawn after it was shown may be answered or not."""
    answers = {answer.unit_id: answer for answer in submission.answers}
    judged = {unit_id: _judgment(assignment, answer) for unit_id, answer in answers.items() if unit_id in asked.now}
    refused = {unit_id for unit_id, judgment in judged.items() if judgment is None}
    if wrong := refused | (asked.needed - answers.keys()) | (answers.keys() - asked.now - asked.later):
        raise IncompleteAnswers(sorted(wrong))
    return [judgment for judgment in judged.values() if judgment is not None]


def _judgment(assignment: Assignment, answer: UnitAnswer) -> Judgment | None:
    """None if the stage has no such label or failure mode."""
    way = behaviour(assignment.stage.number)
    try:
        label = way.canonical(answer.label, personalized_left=assignment.personalized_left)
    except LabelNotKnown:
        return None
    if answer.failure_mode and answer.failure_mode not in FailureMode.values:
        return None
    allowed = answer.failure_mode in way.failure_modes(label)
    return Judgment(
        unit_id=answer.unit_id,
        rater_id=assignment.rater_id,
        presentation=assignment.presentation,
        stage_number=assignment.stage.number,
        assignment=assignment,
        label=label,
        # A failure mode chosen before the rater changed to a label without one says nothing any more.
        failure_mode=answer.failure_mode if allowed else "",
        note=answer.note,
    )


def _takes_slot(assignment: Assignment) -> bool:
    """A first answer to a regular page counts. A revision changes nothing about whether it did."""
    is_first = assignment.outcome not in JUDGED
    return is_first and assignment.task.kind == TaskKind.REGULAR and assignment.presentation == 0


def _withdraw_if_upsetting(task_id: int, now: datetime) -> None:
    task = Task.objects.select_for_update(no_key=True).get(pk=task_id)
    upset = Assignment.objects.filter(task=task, outcome=Outcome.UPSETTING).values("rater").distinct().count()
    if upset >= UPSET_RATERS_TO_WITHDRAW:
        withdraw_tasks(Task.objects.filter(pk=task.pk), reason=UPSETTING, now=now)
