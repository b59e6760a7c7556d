"""One request of a rating page: what was given is stored, and the next task is claimed, in one transaction."""

import uuid
from datetime import datetime

from django.db import transaction

from conversations.models import Stage
from judgments.enums import Outcome
from judgments.rating import answering
from judgments.rating.given_answers import Acknowledgement, GivenAnswers
from judgments.work.claiming import claim_locked, lock_queue
from raters.models import Rater

# The queue is locked first: a claim in another tab locks it before it touches the page, so neither can wait in a ring.


@transaction.atomic
def submit_and_claim(
    *, rater: Rater, stage: Stage, assignment_id: uuid.UUID, submission: GivenAnswers, now: datetime
) -> tuple[Acknowledgement, uuid.UUID | None]:
    """And the page that comes next: the same, where it goes on after its overall answer. Raises what ``answering.submit`` raises; then nothing was stored."""
    queue = lock_queue(rater=rater, stage=stage)
    acknowledgement = answering.submit_locked(rater=rater, assignment_id=assignment_id, submission=submission, now=now)
    if queue is not None and not acknowledgement.outcome:
        return acknowledgement, assignment_id
    claimed = claim_locked(rater=rater, stage=stage, queue=queue, now=now)
    return acknowledgement, claimed.pk if claimed else None


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
) -> tuple[Acknowledgement, uuid.UUID | None]:
    """Raises what ``answering.set_aside`` raises; then nothing was stored."""
    queue = lock_queue(rater=rater, stage=stage)
    acknowledgement = answering.set_aside(
        rater=rater,
        assignment_id=assignment_id,
        act=act,
        comment=comment,
        client_id=client_id,
        now=now,
        draft_revision=draft_revision,
    )
    claimed = claim_locked(rater=rater, stage=stage, queue=queue, now=now)
    return acknowledgement, claimed.pk if claimed else None
