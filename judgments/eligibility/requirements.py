"""What a rater must be able to read and stand is written on each task, so that a claim need not look further."""

from django.db import connection, transaction
from django.db.models import Q

from conversations.models import Stage
from judgments.eligibility.barriers import Barrier
from raters.models import Enrolment

# A truth of the row ``task``. No language declared: the rater was not asked.
MET_BY_RATER_SQL = """(%(languages)s::varchar[] = '{}' OR task.languages <@ %(languages)s::varchar[])
        AND NOT (task.flagged AND %(avoids_flagged)s)"""


def unmet(enrolment: Enrolment) -> list[Barrier]:
    barriers: list[Barrier] = []
    if enrolment.languages:
        barriers.append(("language", ~Q(languages__contained_by=enrolment.languages)))
    if enrolment.avoids_flagged:
        barriers.append(("flagged", Q(flagged=True)))
    return barriers


# Of each subject of a study. The "C" collation sorts as Python does, whatever the database's language.
SAID_SQL = """
    SELECT conversation.subject_id,
        COALESCE(
            array_agg(DISTINCT conversation.language COLLATE "C" ORDER BY conversation.language COLLATE "C")
                FILTER (WHERE conversation.language <> ''),
            '{}') AS languages,
        bool_or(conversation.flags @> '{"toxic": true}') AS flagged
    FROM conversations_conversation conversation
    JOIN conversations_subject subject ON subject.id = conversation.subject_id
    WHERE subject.study_id = %(study)s AND conversation.withdrawn_at IS NULL
    GROUP BY conversation.subject_id
"""
# Only rows that change are written.
_DESCRIBE = f"""
WITH said AS ({SAID_SQL}), described AS (
    SELECT task.id, COALESCE(said.languages, '{{}}') AS languages, COALESCE(said.flagged, false) AS flagged
    FROM judgments_task task
    LEFT JOIN conversations_comparison comparison ON comparison.id = task.comparison_id
    LEFT JOIN conversations_case pair ON pair.id = COALESCE(task.case_id, comparison.case_id)
    LEFT JOIN said ON said.subject_id = COALESCE(task.subject_id, pair.subject_id)
    WHERE task.stage_id = %(stage)s AND (task.position IS NULL OR NOT %(only_unqueued)s)
)
UPDATE judgments_task task SET languages = described.languages, flagged = described.flagged
FROM described
WHERE task.id = described.id
    AND (task.languages IS DISTINCT FROM described.languages OR task.flagged <> described.flagged)
"""  # noqa: S608 - of our own words only


@transaction.atomic
def describe_tasks(*, stage: Stage, only_unqueued: bool = False) -> int:
    """Write the languages and the toxicity flag of the subject's conversations on the stage's tasks.

    Returns how many tasks changed: they do when conversations came or went.
    """
    Stage.objects.select_for_update(no_key=True).get(pk=stage.pk)  # two writers of the same rows take turns
    with connection.cursor() as cursor:
        cursor.execute(_DESCRIBE, {"study": stage.study_id, "stage": stage.pk, "only_unqueued": only_unqueued})
        changed: int = cursor.rowcount
    return changed
