"""What raters are owed: everything they worked on, by active time, at the study's pay per hour.

- Every page counts: submitted, surplus, gold, practice, attention checks, repeats, and those set aside (cannot judge,
  upsetting, technical). So does the time on a page that was begun and not ended, or was taken back.
- Practice counts for no quota, so it belongs to no arrival; it is paid with the one that it was begun in.
- Judgments that were excluded afterwards are paid all the same: the time was spent.
- Active time is what the browser measured (visible, not idle), for each page at most the wall time between opening it
  and first submitting it (or, where it was not submitted, its last draft).
- The sum is turned into money and rounded once, half up, to hundredths. Sums over arrivals are rounded arrival by arrival, so
  they may differ from the rater's own sum by a hundredth or two.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.db import connection

from conversations.models import Stage, Study
from judgments.models import Assignment

MILLISECONDS_PER_HOUR = 3_600_000

# Of the row ``given``: what is paid for the page.
PAID_PAGE_SQL = "given.outcome NOT IN ('', 'returned')"
PAID_MS_SQL = """LEAST(given.active_ms, GREATEST(0, floor(1000 * extract(epoch FROM
        COALESCE(given.submitted_at, given.draft_saved_at, given.started_at) - given.started_at))))"""

_PAY = f"""
SELECT {{key}}, given.rater_id,
    count(*) FILTER (WHERE {PAID_PAGE_SQL}),
    COALESCE(sum(judged.labels), 0)::bigint,
    sum({PAID_MS_SQL})::bigint
FROM judgments_assignment given
JOIN conversations_stage stage ON stage.id = given.stage_id
JOIN raters_rater rater ON rater.id = given.rater_id AND rater.kind = 'human'
JOIN judgments_task task ON task.id = given.task_id
CROSS JOIN LATERAL (SELECT count(*) AS labels FROM judgments_judgment WHERE assignment_id = given.id) AS judged
LEFT JOIN LATERAL (
    SELECT arrival.id FROM raters_arrival arrival JOIN raters_enrolment enrolment ON enrolment.id = arrival.enrolment_id
    WHERE given.arrival_id IS NULL AND task.kind = 'practice' AND enrolment.rater_id = given.rater_id
        AND arrival.stage_id = given.stage_id AND arrival.arrived_at <= given.started_at
    ORDER BY arrival.arrived_at DESC LIMIT 1
) AS practised_in ON {{by_arrival}}
WHERE stage.study_id = %(study)s {{only}}
    AND (%(stage)s::bigint IS NULL OR given.stage_id = %(stage)s)
    AND (%(raters)s::bigint[] IS NULL OR given.rater_id = ANY(%(raters)s))
    AND (%(arrivals)s::bigint[] IS NULL OR {{key}} = ANY(%(arrivals)s))
    AND {{key}} IS NOT NULL
GROUP BY {{key}}, given.rater_id
ORDER BY {{key}}
"""  # noqa: S608 - of our own words only


@dataclass(frozen=True, slots=True)
class Pay:
    rater_id: int
    pages: int  # that the rater ended, whatever became of them
    judgments: int
    active_ms: int
    amount: Decimal
    currency: str

    @property
    def minutes(self) -> int:
        return round(self.active_ms / 60_000)


def pay_of(*, study: Study, rater_ids: Collection[int] | None = None, stage: Stage | None = None) -> list[Pay]:
    """One for each rater who was given a page, by id. In one query."""
    return [pay for _rater, pay in _paid("given.rater_id", study=study, raters=rater_ids, stage=stage)]


def pay_of_open_pages(*, study: Study, stage: Stage | None = None) -> list[Pay]:
    """The part of it that is for pages at hand. In one query."""
    only = "AND given.outcome = ''"
    return [pay for _rater, pay in _paid("given.rater_id", study=study, raters=None, stage=stage, only=only)]


def pay_of_arrivals(
    *,
    study: Study,
    arrival_ids: Collection[int] | None = None,
    rater_ids: Collection[int] | None = None,
    stage: Stage | None = None,
) -> Mapping[int, Pay]:
    """By arrival, for those in which a page was given. In one query; ``rater_ids``, whose arrivals they are, makes it quick."""
    key = "COALESCE(given.arrival_id, practised_in.id)"
    return dict(_paid(key, study=study, raters=rater_ids, arrivals=arrival_ids, stage=stage))


def no_pay(*, study: Study, rater_id: int) -> Pay:
    """For who was given no page yet."""
    return pay_for(study, rater_id, 0, 0, 0)


def paid_milliseconds(page: Assignment) -> int:
    """What one page adds, by the same rule as the query."""
    until = page.submitted_at or page.draft_saved_at or page.started_at
    wall = (until - page.started_at) // timedelta(milliseconds=1)
    return min(page.active_ms, max(0, wall))


def amount_of(milliseconds: int, *, study: Study) -> Decimal:
    exact = Decimal(milliseconds) * Decimal(study.pay_per_hour) / MILLISECONDS_PER_HOUR
    return exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def _paid(
    key: str,
    *,
    study: Study,
    raters: Collection[int] | None,
    arrivals: Collection[int] | None = None,
    stage: Stage | None,
    only: str = "",
) -> list[tuple[int, Pay]]:
    parameters = {
        "study": study.pk,
        "stage": stage.pk if stage else None,
        "raters": None if raters is None else list(raters),
        "arrivals": None if arrivals is None else list(arrivals),
    }
    with connection.cursor() as cursor:
        cursor.execute(_PAY.format(key=key, by_arrival="practised_in" in key, only=only), parameters)
        return [(found, pay_for(study, *figures)) for found, *figures in cursor.fetchall()]


def pay_for(study: Study, rater_id: int, pages: int, judgments: int, active_ms: int) -> Pay:
    return Pay(rater_id, pages, judgments, active_ms, amount_of(active_ms, study=study), study.currency)
