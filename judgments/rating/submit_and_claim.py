"""One request of a rating page: what was given is stored, and the next task is claimed, in one transaction."""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from conversations.models import Stage
from judgments.enums import Outcome
from judgments.models import Assignment
from judgments.rating import answering
from judgments.rating.given_answers import Acknowledgement, GivenAnswers
from judgments.work.claiming import Queue, claim_locked, lock_queue
from judgments.work.counted_progress import CountedProgress
from judgments.work.given_pages import given_page
from raters.models import Rater

# The queue is locked first: a claim in another tab locks it before it touches the page, so neither can wait in a ring.


@dataclass(frozen=True, slots=True)
class Following:
    page: Assignment | None
    counted: CountedProgress | None = None  # how far the rater is then; None: it has to be counted


@transaction.atomic
def submit_and_claim(
    *, rater: Rater, stage: Stage, assignment_id: uuid.UUID, submission: GivenAnswers, now: datetime
) -> tuple[Acknowledgement, Following]:
    """And the page that comes next: the same, where it goes on after its overall answer. Raises what ``answering.submit`` raises; then nothing was stored."""
    queue = lock_queue(rater=rater, stage=stage, now=now)
    acknowledgement = answering.submit_locked(rater=rater, assignment_id=assignment_id, submission=submission, now=now)
    if queue is not None and not acknowledgement.outcome:
        page = given_page(rater=rater, stage=stage, assignment_id=assignment_id)
        return acknowledgement, Following(page, queue.counted)
    return acknowledgement, _claim(rater, stage, queue, now, is_judged=acknowledgement.is_first)


@transaction.atomic
def set_aside_and_claim(
    *,
    rater: Rater,
    stage: Stage,
    assignment_id: uuid.UUID,
    act: Outcome,
    comment: str,
    client_id: uuid.UUID,
    now: datetime,
    draft_revision: int | None = None,
) -> tuple[Acknowledgement, Following]:
    """Raises what ``answering.set_aside`` raises; then nothing was stored."""
    queue = lock_queue(rater=rater, stage=stage, now=now)
    acknowledgement = answering.set_aside(
        rater=rater,
        assignment_id=assignment_id,
        act=act,
        comment=comment,
        client_id=client_id,
        now=now,
        draft_revision=draft_revision,
    )
    return acknowledgement, _claim(rater, stage, queue, now, is_judged=False)


def _claim(rater: Rater, stage: Stage, queue: Queue | None, now: datetime, *, is_judged: bool) -> Following:
    """A page that is given again, because it is still open, changes nothing in how far the rater is."""
    before = queue.counted if queue else None
    after = before.after(is_judged=is_judged) if before else None
    page = claim_locked(rater=rater, stage=stage, queue=replace(queue, counted=after) if queue else None, now=now)
    if page is None:
        return Following(None)
    return Following(page, after if page.started_at == now else before)
