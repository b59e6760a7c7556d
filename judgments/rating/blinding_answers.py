"""Which side a rater took for the personalized one, asked at the end of an arrival, stored canonically."""

import uuid
from datetime import datetime

from django.db import transaction

from judgments.enums import BlindingGuess, Outcome, TaskKind
from judgments.models import Assignment, BlindingAnswer
from raters.models import Rater

LEFT, RIGHT, CANNOT_TELL = "left", "right", "cannot_tell"
LEAST_SURE = 1


class NotAsked(Exception):
    """The page is not one that this rater could be asked about."""


@transaction.atomic
def answer(*, rater: Rater, assignment_id: uuid.UUID, side: str, sureness: int | None, now: datetime) -> BlindingAnswer:
    """Store it. The first answer about a page stays: the same request again changes nothing.

    Raises:
        NotAsked: it is not a regular page of stage 3 that this rater submitted.
    """
    page = Assignment.objects.filter(
        pk=assignment_id,
        rater=rater,
        presentation=0,
        outcome=Outcome.SUBMITTED,
        task__kind=TaskKind.REGULAR,
        personalized_left__isnull=False,
    ).first()
    if page is None:
        raise NotAsked
    given, _created = BlindingAnswer.objects.get_or_create(
        assignment=page,
        defaults={
            "guess": _canonical(side, personalized_left=bool(page.personalized_left)),
            "sureness": LEAST_SURE if side == CANNOT_TELL or sureness is None else sureness,
            "answered_at": now,
        },
    )
    return given


def _canonical(side: str, *, personalized_left: bool) -> BlindingGuess:
    if side == CANNOT_TELL:
        return BlindingGuess.CANNOT_TELL
    return BlindingGuess.PERSONALIZED if (side == LEFT) == personalized_left else BlindingGuess.GENERIC
