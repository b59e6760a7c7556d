"""How many pages one rater may have: one open at a time, and so many in an arrival and in all."""

from conversations.models import Stage
from judgments.eligibility.live import live_tasks
from judgments.eligibility.reasons import Nothing
from judgments.enums import Outcome
from judgments.models import Assignment, QueuePosition
from raters.models import Arrival, Rater

# A row: the claim gives this rater nothing new.
HELD_BACK_SQL = f"""
    SELECT FROM judgments_assignment WHERE rater_id = %(rater)s AND stage_id = %(stage)s AND outcome = ''
    UNION ALL
    SELECT WHERE %(pages)s >= %(tasks_per_rater)s::bigint
        OR CASE WHEN %(tasks_per_visit)s::bigint IS NOT NULL THEN %(tasks_per_visit)s::bigint <= (
            SELECT count(*) FROM judgments_assignment
            WHERE arrival_id = %(arrival)s AND outcome <> '{Outcome.RETURNED.value}') END
"""  # noqa: S608 - of our own words only


def why_held_back(rater: Rater, stage: Stage, arrival: Arrival | None) -> Nothing | None:
    """An open page whose material is gone is given back by the claim, and counts no more."""
    mine = Assignment.objects.filter(rater=rater, stage=stage)
    if mine.filter(outcome="", task__in=live_tasks(stage)).exists():
        return Nothing.OPEN_PAGE
    given = mine.filter(arrival=arrival).exclude(outcome__in=["", Outcome.RETURNED]) if arrival else mine.none()
    if stage.tasks_per_visit is not None and given.count() >= stage.tasks_per_visit:
        return Nothing.ARRIVAL_QUOTA
    if stage.tasks_per_rater is not None and claims_of(rater, stage) >= stage.tasks_per_rater:
        return Nothing.RATER_QUOTA
    return None


def claims_of(rater: Rater, stage: Stage) -> int:
    """How many pages the rater was given in this stage."""
    return QueuePosition.objects.filter(rater=rater, stage=stage).values_list("claims", flat=True).first() or 0
