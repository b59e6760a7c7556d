"""Signs that an AI, and not the rater, may have answered. They are counted without what was copied or pasted, and prove nothing."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from django.db import connection
from django.db.models import QuerySet

from conversations.models import Stage
from judgments.models import RaterFigures
from judgments.oversight.folding import fold

_SHORTEST_NOTE = (
    20  # characters: short ones are alike by themselves; written out, as in the index ``judgment_long_note``
)

_SAME_NOTES = f"""
WITH note AS MATERIALIZED (
    SELECT judgment.rater_id, judgment.assignment_id AS page,
        md5(lower(regexp_replace(btrim(judgment.note), '\\s+', ' ', 'g'))) AS text
    FROM judgments_judgment judgment
    JOIN judgments_assignment given ON given.id = judgment.assignment_id
    JOIN judgments_task task ON task.id = given.task_id AND task.kind <> 'practice'
    JOIN raters_rater rater ON rater.id = judgment.rater_id AND rater.kind = 'human'
    WHERE given.stage_id = %(stage)s AND length(btrim(judgment.note)) >= {_SHORTEST_NOTE}
)
SELECT rater_id, count(DISTINCT page)
FROM note JOIN (SELECT text FROM note GROUP BY text HAVING count(DISTINCT page) > 1) AS same USING (text)
GROUP BY rater_id
"""  # noqa: S608 - of our own words only


@dataclass(frozen=True, slots=True)
class AnswerSigns:
    """Of one rater in one stage, in pages; practice is left out."""

    pages: int = 0
    pasted: int = 0
    left_with_copy: int = 0
    to_read: int = 0  # that have to be read in whole, each text once
    quick: int = 0  # of them, answered in less than half the time that reading takes
    same_notes: int = 0  # with a note that stands on another page too, of theirs or of somebody else

    @property
    def are_any(self) -> bool:
        return bool(self.pasted or self.left_with_copy or self.quick or self.same_notes)


def answer_signs(*, stage: Stage, rater_ids: Collection[int] | None = None) -> Mapping[int, AnswerSigns]:
    """By rater, of those who judged a page. In three queries, whatever their number."""
    fold([stage])
    kept: QuerySet[RaterFigures] = RaterFigures.objects.filter(stage=stage, judged_pages__gt=0)
    found = kept if rater_ids is None else kept.filter(rater__in=rater_ids)
    signs = {
        one.rater_id: AnswerSigns(one.judged_pages, one.pasted, one.left_with_copy, one.to_read, one.quick)
        for one in found
    }
    for rater_id, count in _same_notes(stage):
        if rater_id in signs:
            signs[rater_id] = replace(signs[rater_id], same_notes=count)
    return signs


def _same_notes(stage: Stage) -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_SAME_NOTES, {"stage": stage.pk})
        return [(rater_id, count) for rater_id, count in cursor.fetchall()]
