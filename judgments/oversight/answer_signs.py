"""Signs that an AI, and not the rater, may have answered. They are counted without what was copied or pasted, and prove nothing."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from django.db import connection

from conversations.models import Stage
from judgments.enums import JUDGED, TaskKind
from judgments.models import Assignment
from judgments.stages import behaviour
from judgments.stages.reading import CHARACTERS_PER_WORD
from judgments.work.reading import seconds_to_read
from raters.enums import RaterKind

QUICK = 0.5  # of the time that reading takes at the usual speed; hardly anybody reads twice as fast
_SHORTEST_NOTE = 20  # characters: short ones are alike by themselves

_SAME_NOTES = """
WITH note AS MATERIALIZED (
    SELECT judgment.rater_id, judgment.assignment_id AS page,
        md5(lower(regexp_replace(btrim(judgment.note), '\\s+', ' ', 'g'))) AS text
    FROM judgments_judgment judgment
    JOIN judgments_assignment given ON given.id = judgment.assignment_id
    JOIN judgments_task task ON task.id = given.task_id AND task.kind <> 'practice'
    JOIN raters_rater rater ON rater.id = judgment.rater_id AND rater.kind = 'human'
    WHERE given.stage_id = %(stage)s AND length(btrim(judgment.note)) >= %(shortest)s
)
SELECT rater_id, count(DISTINCT page)
FROM note JOIN (SELECT text FROM note GROUP BY text HAVING count(DISTINCT page) > 1) AS same USING (text)
GROUP BY rater_id
"""


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
    """By rater. In three queries, whatever their number."""
    pages = _pages(stage, rater_ids)
    signs: dict[int, AnswerSigns] = {}
    for page in pages:
        known = signs.get(page.rater_id, AnswerSigns())
        signs[page.rater_id] = replace(
            known,
            pages=known.pages + 1,
            pasted=known.pasted + bool(page.pastes),
            left_with_copy=known.left_with_copy + bool(page.exits_with_copy),
        )
    if not behaviour(stage.number).rests_on_conversations:
        _add_reading(signs, stage, pages)
    for rater_id, count in _same_notes(stage):
        if rater_id in signs:
            signs[rater_id] = replace(signs[rater_id], same_notes=count)
    return signs


class _Page(NamedTuple):
    rater_id: int
    target_id: int
    pastes: int
    exits_with_copy: int
    active_ms: int


def _pages(stage: Stage, rater_ids: Collection[int] | None) -> list[_Page]:
    """What was judged, in the order in which it was begun."""
    judged = Assignment.objects.filter(stage=stage, outcome__in=JUDGED, rater__kind=RaterKind.HUMAN)
    judged = judged.exclude(task__kind=TaskKind.PRACTICE).order_by("started_at", "pk")
    if rater_ids is not None:
        judged = judged.filter(rater__in=rater_ids)
    target = f"task__{behaviour(stage.number).target}_id"
    return [_Page(*row) for row in judged.values_list("rater_id", target, "pastes", "exits_with_copy", "active_ms")]


def _add_reading(signs: dict[int, AnswerSigns], stage: Stage, pages: list[_Page]) -> None:
    """Only where all has to be read: where evidence leads to the places, nobody is too quick. A text is read once."""
    first: dict[tuple[int, int], int] = {}
    for page in pages:
        first.setdefault((page.rater_id, page.target_id), page.active_ms)
    lengths = behaviour(stage.number).characters_to_read(stage, {target for _rater, target in first})
    for (rater_id, target), active_ms in first.items():
        known = signs[rater_id]
        least = QUICK * 1000 * seconds_to_read(lengths.get(target, 0) / CHARACTERS_PER_WORD)
        signs[rater_id] = replace(known, to_read=known.to_read + 1, quick=known.quick + (active_ms < least))


def _same_notes(stage: Stage) -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_SAME_NOTES, {"stage": stage.pk, "shortest": _SHORTEST_NOTE})
        return [(rater_id, count) for rater_id, count in cursor.fetchall()]
