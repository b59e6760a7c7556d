"""The statements that give a rater a page: one UPDATE that skips what others hold, so more than k can't happen.

Order: slots whose lease has run out (somebody waits for them to be finished), then the rater's queue after their
cursor (of several arms the one that is dealt to them: ``dealing``), then, only when nothing is left there, what raters hold
who left the study, and what was left or re-opened behind the cursor. Every sub-select stops at its first
row. The rater's own assignments are looked up for each candidate (OFFSET 0 keeps the planner from joining, which
would read all of them), and the cursor keeps their finished tasks from being candidates at all.

Gold, attention checks, controls and repeats have no slot: they are chosen by the same statement when they are due, and where
there is none for this rater a regular page takes their place.

What makes a page eligible is said in ``judgments/eligibility``, each rule beside its form for queries; here it is composed.
"""

from collections.abc import Sequence
from enum import Enum
from typing import Any

from accounts.statements import Statement, columns
from conversations.models import Stage
from judgments.eligibility.quotas import HELD_BACK_SQL
from judgments.eligibility.regular_tasks import eligible_sql
from judgments.eligibility.slots import EXPIRED_SQL, FREE_SQL, LEFT_BEHIND_SQL
from judgments.eligibility.special_tasks import repeat_sql, twin_sql
from judgments.eligibility.standing import ARRIVAL_SQL, GIVES_WORK_SQL
from judgments.enums import Special
from judgments.stages import behaviour
from judgments.work.dealing import NOTHING_DEALT, dealt_sql, next_case_sql, next_sql
from judgments.work.given_pages import page_sql
from judgments.work.rules_statement import IN_FORCE

# Locks the rater's place in the queue, so that their requests take turns, and tells what they bring to the claim.
# No row: the stage gives them no work.
LOCK_QUEUE = Statement(
    f"""
WITH standing AS (
    SELECT enrolment.languages, enrolment.avoids_flagged, arrival.id AS arrival,
        stage.qualification_tasks = 0 OR admission.qualified_at IS NOT NULL AS qualified
    FROM conversations_stage stage
    JOIN conversations_study study ON study.id = stage.study_id
    JOIN raters_enrolment enrolment ON enrolment.study_id = study.id AND enrolment.rater_id = %(rater)s
    JOIN raters_admission admission ON admission.enrolment_id = enrolment.id AND admission.stage_id = stage.id
    {ARRIVAL_SQL}
    WHERE stage.id = %(stage)s
        AND {GIVES_WORK_SQL}
), queue AS (
    INSERT INTO judgments_queueposition (rater_id, stage_id, position, claims)
    SELECT %(rater)s, %(stage)s, -1, 0 FROM standing
    ON CONFLICT (rater_id, stage_id) DO UPDATE SET claims = judgments_queueposition.claims
    RETURNING position, claims, sides, begun_before, counted
)
SELECT position, claims, sides, begun_before, languages, avoids_flagged, arrival, qualified, counted, EXISTS (
    SELECT FROM judgments_slot slot WHERE slot.stage_id = %(stage)s AND {EXPIRED_SQL} OFFSET 0) AS has_expired
FROM queue CROSS JOIN standing
""",  # noqa: S608 - of our own words only
    columns,
)

# Tasks that are ``avoided`` are for others.
_SLOT = """
        SELECT slot.id FROM judgments_slot slot JOIN judgments_task task ON task.id = slot.task_id
        WHERE slot.stage_id = %(stage)s AND {which}
        AND slot.task_id <> ALL (%(avoided)s::bigint[])
        AND {eligible}
        ORDER BY {order} LIMIT 1 FOR UPDATE OF slot SKIP LOCKED"""
_IN_THE_QUEUE = "slot.position, slot.number"
_NO_SLOT = "SELECT NULL::bigint"
_NO_PAGE = "SELECT NULL::bigint AS id, 0 AS presentation, NULL::boolean AS personalized_left WHERE false"

_CLAIM = """
WITH held_back AS ({held_back}), special AS ({special}
), taken AS (
    UPDATE judgments_slot
    SET assignment_id = %(assignment)s, leased_at = %(now)s, lease_expires_at = %(expires)s
    WHERE id = CASE WHEN NOT EXISTS (SELECT FROM held_back) AND NOT EXISTS (SELECT FROM special)
    THEN COALESCE({slots}) END
    RETURNING id, task_id, position
), chosen AS (
    SELECT task_id, 0 AS presentation, %(personalized_left)s::boolean AS personalized_left FROM taken
    UNION ALL
    SELECT id, presentation, personalized_left FROM special WHERE NOT EXISTS (SELECT FROM held_back)
), dealt AS ({dealt}
), moved AS (
    UPDATE judgments_queueposition queue
    SET claims = queue.claims + 1,
        counted = %(counted)s,
        owed = COALESCE((
            SELECT jsonb_object_agg(arm, owed) FROM (
                SELECT arm, round(sum(amount), 6) AS owed FROM (
                    SELECT arm::text, amount FROM dealt
                    UNION ALL SELECT key, value::numeric FROM jsonb_each_text(queue.owed)) AS amounts
                GROUP BY arm) AS sums), queue.owed),
        sides = queue.sides + CASE WHEN chosen.presentation = 0 THEN 1 ELSE 0 END,
        position = GREATEST(queue.position, (
            SELECT taken.position FROM taken JOIN judgments_slot before ON before.id = taken.id
            WHERE before.assignment_id IS NULL))
    FROM chosen
    WHERE queue.rater_id = %(rater)s AND queue.stage_id = %(stage)s
), {in_force}, given AS (
INSERT INTO judgments_assignment
    (id, task_id, stage_id, rater_id, presentation, arrival_id, conflict_key, personalized_left, guidelines_id,
     rules_id, started_at, active_ms, draft_revision, missing_attributes, comment, outcome, revision)
SELECT %(assignment)s, task.id, task.stage_id, %(rater)s, chosen.presentation, %(arrival)s, task.conflict_key,
    chosen.personalized_left,
    (SELECT id FROM guided), (SELECT id FROM in_force),
    %(now)s, 0, 0, '', '', '', 0
FROM chosen JOIN judgments_task task ON task.id = chosen.task_id
RETURNING *
)
{page}
"""


class Reach(Enum):
    """Where a claim looks. Each is a statement of its own, for what never runs is set up all the same."""

    EXPIRED = "expired"  # only where there are such slots
    NEAR = "near"  # nearly always something is there
    FAR = "far"


type Claim = Statement[tuple[Any, ...]]

_composed: dict[tuple[object, ...], Claim] = {}  # by all that it depends on


def claim_statement(*, stage: Stage, special: Special | None, reach: Reach) -> Claim:
    """The claim for a stage; its row is that of ``given_pages.page_sql``. It is composed once for all stages that ask for the same."""
    kind = special if special in {None, Special.REPEAT} else Special.GOLD  # twins of all kinds are one statement
    depends_on = (reach, kind, *_asked_by(stage))
    if depends_on not in _composed:
        _composed[depends_on] = _compose(stage, _special(special, stage), _SLOTS[reach](stage))
    return _composed[depends_on]


def qualification_statement(*, stage: Stage) -> Claim:
    """The claim that gives the gold pages which a qualification still asks for, and no others."""
    depends_on = ("qualification", *_asked_by(stage))
    if depends_on not in _composed:
        gold = twin_sql(stage, for_qualification=True)
        _composed[depends_on] = _compose(stage, gold, [_NO_SLOT], dealt=NOTHING_DEALT)
    return _composed[depends_on]


def _asked_by(stage: Stage) -> tuple[object, ...]:
    """All of the stage that its rules of eligibility look at to compose themselves."""
    study = stage.study
    shows_card = behaviour(stage.number).shows_card(stage)
    return stage.number, shows_card, study.several_comparisons_per_case, study.same_rater_across_stages


def _compose(stage: Stage, special: str, slots: Sequence[str], *, dealt: str | None = None) -> Claim:
    statement = _CLAIM.format(
        held_back=HELD_BACK_SQL,
        special=special,
        slots=", ".join(f"({slot}\n    )" for slot in slots),
        dealt=dealt or dealt_sql(stage),
        in_force=IN_FORCE.format(is_needed="EXISTS (SELECT FROM chosen)"),
        page=page_sql(stage.number, "given"),
    )
    return Statement(statement, columns)


def _special(kind: Special | None, stage: Stage) -> str:
    if kind is None:
        return _NO_PAGE
    return repeat_sql(stage) if kind == Special.REPEAT else twin_sql(stage, for_qualification=False)


def _expired(stage: Stage) -> Sequence[str]:
    return [_SLOT.format(which=EXPIRED_SQL, eligible=eligible_sql(stage), order="slot.lease_expires_at")]


def _near(stage: Stage) -> Sequence[str]:
    return [next_case_sql(stage) or _ahead(eligible_sql(stage))]


def _far(stage: Stage) -> Sequence[str]:
    eligible = eligible_sql(stage)
    left_behind = _SLOT.format(which=LEFT_BEHIND_SQL, eligible=eligible, order=_IN_THE_QUEUE)
    behind = _SLOT.format(which=f"{FREE_SQL} AND slot.position <= %(cursor)s", eligible=eligible, order=_IN_THE_QUEUE)
    return next_sql(stage, eligible=eligible) or _NO_SLOT, _ahead(eligible), left_behind, behind


def _ahead(eligible: str) -> str:
    return _SLOT.format(which=f"{FREE_SQL} AND slot.position > %(cursor)s", eligible=eligible, order=_IN_THE_QUEUE)


_SLOTS = {Reach.EXPIRED: _expired, Reach.NEAR: _near, Reach.FAR: _far}
