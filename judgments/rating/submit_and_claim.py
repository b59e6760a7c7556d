"""One request of a rating page: what was given is stored, and the next task is claimed, in one transaction."""

import uuid
from datetime import datetime

from django.db import transaction

from conversations.models import Stage
from judgments.enums import Outcome
from judgments.models import Assignment
from judgments.rating import answering
from judgments.rating.given_answers import Acknowledgement, GivenAnswers
from judgments.work.claiming import claim_locked, lock_queue
from raters.models import Rater

# The queue is locked first: a claim in another tab locks it before it touches the page, so neither can wait in a ring.


@transaction.atomic
def submit_and_claim(
    *, rater: Rater, stage: Stage, assignment_id: uuid.UUID, submission: GivenAnswers, now: datetime
) -> tuple[Acknowledgement, Assignment | None]:
    """Raises what ``answering.submit`` raises; then nothing was stored."""
    queue = lock_queue(rater=rater, stage=stage)
    acknowledgement = answering.submit_locked(rater=rater, assignment_id=assignment_id, submission=submission, now=now)
    return acknowledgement, claim_locked(rater=rater, stage=stage, queue=queue, now=now)


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
) -> tuple[Acknowledgement, Assignment | None]:
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
    return acknowledgement, claim_locked(rater=rater, stage=stage, queue=queue, now=now)
