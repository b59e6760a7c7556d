"""Arms are dealt to each rater in proportion to what there is to ask of them, whoever else rates and however fast.

A rater gets one comparison of a case. Of each case that they are given, every arm that it asks about has an equal share of
the page; the rater's place in the queue holds what each arm is owed by now (shares minus pages). Of the comparisons of their
next case they get the one whose arm is owed most. Where arms are owed alike, the case's turn decides: its comparisons stand
in the queue in an order that goes on by one from case to case, and each rater begins one further than who began before
them. So raters as many as a case has slots, whatever their pace, each keep to slots of their own.

A comparison that would put a rater well over a page ahead on its arm is left for others while one of the next cases has a
better one; whoever comes to the end of the queue goes back for what was left. So nothing is stuck as long as a rater is
there who has not met the case.
"""

from conversations.models import Stage
from judgments.eligibility.conflicts import no_conflict_sql, one_comparison_a_case
from judgments.eligibility.met import NOT_MET_SQL
from judgments.eligibility.overall_first import ASKS_OVERALL_SQL
from judgments.eligibility.regular_tasks import eligible_unless_met_sql
from judgments.eligibility.slots import FREE_SQL
from judgments.enums import TaskKind

SLOTS_LOOKED_AT = 40  # of those after the rater's cursor: a few cases
# Pages. Drawn many times, with raters too many and arms silent here and there, it left raters closer to their part than 0
# (nobody is ever a page ahead) and than leaving nothing for others.
FEWEST_OWED = -0.34
NEVER = 1_000_000  # pages owed less than any arm is


# One after the other, so that no two count the same: in statements of their own, of which the second sees who was first.
IN_TURN = "SELECT pg_advisory_xact_lock(hashtextextended('begun:' || %(stage)s, 0))"
BEGIN = """
UPDATE judgments_queueposition SET begun_before = (
    SELECT count(begun_before) FROM judgments_queueposition WHERE stage_id = %(stage)s)
WHERE rater_id = %(rater)s AND stage_id = %(stage)s
"""


def arm_sql(comparison: str) -> str:
    """The arm of a row, as a number. What has none came before there were arms, when a system was one."""
    return f"COALESCE({comparison}.arm_id, -{comparison}.system_id)"


# The arms that the stage asks about in the case of the row ``compared``, with where they stand in the queue.
_OF_CASE = f"""(
                SELECT {arm_sql("other")} AS arm, sibling.position
                FROM conversations_comparison other
                JOIN judgments_task sibling ON sibling.comparison_id = other.id AND sibling.stage_id = %(stage)s
                    AND sibling.kind = '{TaskKind.REGULAR.value}' AND sibling.position IS NOT NULL
                    AND sibling.withdrawn_at IS NULL
                WHERE other.case_id = compared.case_id)"""  # noqa: S608 - of our own words only
_MET = """EXISTS (
            SELECT FROM judgments_assignment met
            WHERE met.rater_id = %(rater)s AND met.stage_id = %(stage)s AND met.conflict_key = task.conflict_key OFFSET 0)"""

_AHEAD = f"""
                    SELECT DISTINCT task_id FROM (
                        SELECT slot.task_id FROM judgments_slot slot
                        WHERE slot.stage_id = %(stage)s AND {FREE_SQL} AND slot.position > %(cursor)s
                        ORDER BY slot.position, slot.number LIMIT {SLOTS_LOOKED_AT}) AS ahead"""  # noqa: S608
# Of those the tasks of the first case that this rater may still get a comparison of. Nothing further on is dealt before it.
_OF_NEXT_CASE = f"""
                    SELECT slot.task_id FROM (
                        SELECT slot.task_id, task.conflict_key,
                            first_value(task.conflict_key) OVER (ORDER BY task.position) AS next_case
                        FROM ({_AHEAD}) AS slot
                        CROSS JOIN LATERAL (SELECT * FROM judgments_task WHERE id = slot.task_id OFFSET 0) AS task
                        WHERE {NOT_MET_SQL} AND {{no_conflict}}
                    ) AS slot WHERE slot.conflict_key = slot.next_case"""  # noqa: S608

# Each task is weighed once (OFFSET 0), not once for each of its slots. ``deal.owed`` is what the arm is owed once the case is given; a further page of a comparison that was met is no deal. Whoever
# has not met it is better asked the overall unit of another: a case may need them for that.
_DEALT_NEXT = f"""
        SELECT slot.id FROM (
            SELECT task.id, task.position, task.case_position, deal.owed,
                (beside.place + beside.arms - queue.begun_before %% beside.arms) %% beside.arms AS turn
            FROM (
                SELECT task.*, min(task.position) OVER (PARTITION BY task.conflict_key) AS case_position
                FROM ({{tasks}}) AS slot
                CROSS JOIN LATERAL (SELECT * FROM judgments_task WHERE id = slot.task_id OFFSET 0) AS task
                WHERE slot.task_id <> ALL (%(avoided)s::bigint[])
                    AND {{eligible}}
            ) AS task
            JOIN judgments_queueposition queue ON queue.rater_id = %(rater)s AND queue.stage_id = %(stage)s
            JOIN conversations_comparison compared ON compared.id = task.comparison_id
            CROSS JOIN LATERAL (
                SELECT GREATEST(1, count(DISTINCT arm)) AS arms,
                    count(DISTINCT arm) FILTER (WHERE of_case.position < task.position) AS place
                FROM {_OF_CASE} AS of_case
            ) AS beside
            CROSS JOIN LATERAL (
                SELECT CASE WHEN {_MET} THEN 1 WHEN NOT {ASKS_OVERALL_SQL.format(task="task")} THEN -{NEVER} ELSE
                    COALESCE((queue.owed ->> ({arm_sql("compared")})::text)::numeric, 0) + 1.0 / beside.arms
                END AS owed OFFSET 0
            ) AS deal
            OFFSET 0
        ) AS dealt
        JOIN judgments_slot slot ON slot.task_id = dealt.id AND {FREE_SQL}
        WHERE {{well}}
        ORDER BY dealt.owed > {FEWEST_OWED} DESC, CASE WHEN dealt.owed > {FEWEST_OWED} THEN dealt.case_position END,
            round(dealt.owed, 3) DESC, dealt.case_position, dealt.turn, dealt.position, slot.number
        LIMIT 1 FOR UPDATE OF slot SKIP LOCKED"""  # noqa: S608 - of our own words only

# Rows ``arm`` and ``amount``: what the slot that was ``taken`` changes in what the arms are owed.
_DEALT = f"""
    SELECT {arm_sql("compared")} AS arm, -1.0 AS amount
    FROM taken JOIN judgments_task task ON task.id = taken.task_id
    JOIN conversations_comparison compared ON compared.id = task.comparison_id
    WHERE NOT {_MET}
    UNION ALL
    SELECT arm, 1.0 / count(*) OVER () FROM (
        SELECT DISTINCT of_case.arm
        FROM taken JOIN judgments_task task ON task.id = taken.task_id
        JOIN conversations_comparison compared ON compared.id = task.comparison_id
        CROSS JOIN LATERAL {_OF_CASE} AS of_case
        WHERE NOT {_MET}) AS arms"""  # noqa: S608 - of our own words only
NOTHING_DEALT = "SELECT 0::bigint AS arm, 0.0 AS amount WHERE false"


def together_sql(stage: Stage) -> str:
    """Of the row ``task``: tasks with the same stand together in the queue."""
    return "COALESCE(task.conflict_key, task.id)" if one_comparison_a_case(stage) else "task.id"


def next_sql(stage: Stage, *, eligible: str) -> str | None:
    """The slot that is dealt to this rater of those shortly after their cursor; None where the stage deals no arms."""
    return _DEALT_NEXT.format(tasks=_AHEAD, eligible=eligible, well="true") if one_comparison_a_case(stage) else None


def next_case_sql(stage: Stage) -> str | None:
    """The same slot, where their very next case has it: that is where it nearly always is, and found with a quarter of the work."""
    if not one_comparison_a_case(stage):
        return None
    eligible = eligible_unless_met_sql(stage)
    return _DEALT_NEXT.format(
        tasks=_OF_NEXT_CASE.format(no_conflict=" AND ".join(no_conflict_sql(stage))),
        eligible=eligible,
        well=f"dealt.owed > {FEWEST_OWED}",
    )


def dealt_sql(stage: Stage) -> str:
    return _DEALT if one_comparison_a_case(stage) else NOTHING_DEALT
