"""How an arrival of a rater ends: decided here, by counting, never by what a browser says."""

from datetime import datetime
from typing import Literal

from django.db.models import Q, QuerySet

from judgments.counting import judged
from judgments.eligibility.reasons import Nothing
from judgments.enums import Outcome, TaskKind
from judgments.models import Assignment
from judgments.rating.why_nothing import WhyNothing, why_nothing
from raters.enums import EnrolmentOutcome
from raters.models import Arrival

# Reasons that leave the rater nothing more to do in this arrival, through no choice of theirs.
NOTHING_MORE = frozenset(
    {
        Nothing.STUDY_CLOSED,
        Nothing.STAGE_DRAFT,
        Nothing.STAGE_PAUSED,
        Nothing.STAGE_CLOSED,
        Nothing.QUALIFICATION,
        Nothing.ARRIVAL_QUOTA,
        Nothing.RATER_QUOTA,
        Nothing.LEASED,
        Nothing.MET,
        Nothing.CONFLICT,
        Nothing.LANGUAGE,
        Nothing.FLAGGED,
        Nothing.NOTHING_LEFT,
    }
)
_BY_REASON = {
    Nothing.WITHDREW: EnrolmentOutcome.WITHDREW,
    Nothing.RETURNED: EnrolmentOutcome.RETURNED,
    Nothing.FAILED_COMPREHENSION: EnrolmentOutcome.FAILED_COMPREHENSION,
    Nothing.SCREENED_OUT: EnrolmentOutcome.SCREENED_OUT,
}


def earned_outcome(*, arrival: Arrival, now: datetime, why: WhyNothing | None = None) -> EnrolmentOutcome | Literal[""]:
    """What the rater has earned in this arrival so far, or "" while there is something left for them to do.

    Completed: at least one page submitted in the arrival, and its quota is reached or nothing is left for this rater.
    No work: nothing is left, and none was submitted in the arrival. How it ended is kept, once it has. ``why`` is the
    rater's answer of ``why_nothing``, where it is known already.
    """
    if arrival.outcome:
        return EnrolmentOutcome(arrival.outcome)
    why = why or why_nothing(rater=arrival.enrolment.rater, stage=arrival.stage, now=now)
    if why.reason in NOTHING_MORE:
        return EnrolmentOutcome.COMPLETED if _submitted(arrival).exists() else EnrolmentOutcome.NO_WORK
    return _BY_REASON.get(why.reason, "") if why.reason else ""


def outcome_if_ended_now(*, arrival: Arrival, now: datetime, why: WhyNothing | None = None) -> EnrolmentOutcome:
    """What the arrival ends with if the rater ends it: what was earned, else stopped early.

    A technical problem is believed of who set their last page aside as broken and stops there.
    """
    if earned := earned_outcome(arrival=arrival, now=now, why=why):
        return earned
    last = _pages(arrival).exclude(outcome__in=["", Outcome.RETURNED]).order_by("-submitted_at").first()
    if last is not None and last.outcome == Outcome.TECHNICAL:
        return EnrolmentOutcome.TECHNICAL
    return EnrolmentOutcome.STOPPED_EARLY


def _submitted(arrival: Arrival) -> QuerySet[Assignment]:
    return _pages(arrival).filter(judged()).exclude(task__kind=TaskKind.PRACTICE)


def _pages(arrival: Arrival) -> QuerySet[Assignment]:
    """Those given in this arrival, and those that were begun in an earlier one and ended in this."""
    mine = Assignment.objects.filter(rater=arrival.enrolment.rater_id, stage=arrival.stage_id)
    return mine.filter(Q(arrival=arrival) | Q(submitted_at__gte=arrival.arrived_at))
