"""To whom a stage gives work: it runs, the rater's part in it has not ended, nor has the arrival they came by.

``GIVES_WORK_SQL`` says so for the claim; ``why_no_work`` says the same of one rater, with the reason.
"""

from conversations.enums import StageState, StudyState
from conversations.models import Stage
from judgments.eligibility.reasons import Nothing
from raters.enums import EnrolmentOutcome
from raters.models import Admission, Arrival, Enrolment
from raters.platforms.registry import crowd_names, platform_of

# Outcomes of an enrolment or an admission with which a rater may still work.
GOES_ON = ("", EnrolmentOutcome.COMPLETED)
GOES_ON_SQL = f"({', '.join(repr(str(outcome)) for outcome in GOES_ON)})"  # for ``outcome IN ...``

# A truth of the rows ``enrolment``, ``admission`` and, left joined, the latest ``arrival`` and its ``link``. An arrival that
# has ended gives no work, unless its link is open to all.
GIVEN_WORK_SQL = f"""enrolment.outcome IN {GOES_ON_SQL}
        AND enrolment.paused_at IS NULL
        AND admission.outcome IN {GOES_ON_SQL}
        AND (arrival.id IS NULL OR arrival.outcome = ''
            OR COALESCE(link.platform NOT IN ({", ".join(repr(str(name)) for name in crowd_names())}), TRUE))"""
# The latest arrival and its link, for the rows ``enrolment`` and ``stage``.
ARRIVAL_SQL = """LEFT JOIN LATERAL (
        SELECT id, outcome, entry_link_id FROM raters_arrival
        WHERE enrolment_id = enrolment.id AND stage_id = stage.id ORDER BY arrived_at DESC LIMIT 1
    ) AS arrival ON true
    LEFT JOIN raters_entrylink link ON link.id = arrival.entry_link_id"""
# The same, of the rows ``stage`` and ``study`` too.
GIVES_WORK_SQL = f"""stage.state = '{StageState.OPEN.value}'
        AND study.state = '{StudyState.ACTIVE.value}'
        AND study.deleted_at IS NULL
        AND {GIVEN_WORK_SQL}"""

_OF_OUTCOME = {
    EnrolmentOutcome.WITHDREW: Nothing.WITHDREW,
    EnrolmentOutcome.RETURNED: Nothing.RETURNED,
    EnrolmentOutcome.FAILED_COMPREHENSION: Nothing.FAILED_COMPREHENSION,
    EnrolmentOutcome.SCREENED_OUT: Nothing.SCREENED_OUT,
}
_OF_STATE = {
    StageState.DRAFT: Nothing.STAGE_DRAFT,
    StageState.PAUSED: Nothing.STAGE_PAUSED,
    StageState.CLOSED: Nothing.STAGE_CLOSED,
}


def why_no_work(admission: Admission, stage: Stage, arrival: Arrival | None) -> Nothing | None:
    """The first reason; None where the stage gives this rater work. ``arrival`` is their latest at the stage."""
    return _ended(admission) or _not_running(stage) or _of_arrival(admission, arrival)


def _ended(admission: Admission) -> Nothing | None:
    for outcome in (admission.enrolment.outcome, admission.outcome):
        if outcome not in GOES_ON:
            return _OF_OUTCOME.get(EnrolmentOutcome(outcome), Nothing.LEFT)
    return None


def _not_running(stage: Stage) -> Nothing | None:
    if stage.study.state != StudyState.ACTIVE or stage.study.deleted_at is not None:
        return Nothing.STUDY_CLOSED
    return _OF_STATE.get(StageState(stage.state))


def _of_arrival(admission: Admission, arrival: Arrival | None) -> Nothing | None:
    if admission.enrolment.paused_at is not None:
        return Nothing.RATER_PAUSED
    if arrival is not None and arrival.outcome and is_paid_by_arrival(arrival):
        return Nothing.ARRIVAL_ENDED
    return None


def is_paid_by_arrival(arrival: Arrival | None) -> bool:
    """Whether the rater came by a crowd platform, where each arrival ends with its own outcome and code."""
    link = arrival.entry_link if arrival else None
    return link is not None and platform_of(link.platform).is_crowd


def latest_arrival(*, enrolment: Enrolment, stage: Stage) -> Arrival | None:
    """The rater's arrival at the stage, whether it has ended or not."""
    return (
        Arrival.objects.select_related("entry_link", "enrolment__rater", "stage__study")
        .filter(enrolment=enrolment, stage=stage)
        .order_by("-arrived_at")
        .first()
    )
