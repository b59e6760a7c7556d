"""What many loops leave behind, without the hours they would take: rows as claims and submits write them."""

from benchmarks.loop_rows import insert, run
from conversations.enums import StageNumber
from conversations.laid_out import renderer
from conversations.models import Stage
from judgments.enums import Outcome
from judgments.models import Assignment, Judgment, QueuePosition
from judgments.work.laying_out import next_portion
from raters.models import Enrolment, Rater

_PORTIONS = 30  # of 200 tasks: more than the raters of a run come through
_MIDDLE = {1: 2, 2: 1, 3: 3}  # a label that the stage has


def judge_first_tasks(stage: Stage, tasks: int) -> None:
    """The first tasks of the queue get all their ratings, of raters who do nothing else."""
    for number in range(stage.k):
        rater = Rater.objects.create(kind="human", name=f"Before {number}")
        Enrolment.objects.create(rater=rater, study=stage.study, number=1_000_000 + number)
        _judge(stage, rater.pk, f"slot.position < {tasks} AND slot.number = {number + 1}")


def judge_pages(stage: Stage, rater_id: int, pages: int) -> int:
    """A rater has judged so many pages, none of two comparisons of a case. Returns how many there were."""
    found = _judge(stage, rater_id, "slot.number = 1", distinct="COALESCE(task.conflict_key, task.id)", pages=pages)
    QueuePosition.objects.update_or_create(
        rater_id=rater_id, stage=stage, defaults={"position": _last(stage, rater_id), "claims": found, "sides": found}
    )
    return found


def _last(stage: Stage, rater_id: int) -> int:
    judged = Assignment.objects.filter(stage=stage, rater_id=rater_id, slot__isnull=False)
    return int(judged.order_by("-slot__position").values_list("slot__position", flat=True)[0])


def _judge(stage: Stage, rater_id: int, which: str, *, distinct: str = "task.id", pages: int | None = None) -> int:
    run("DROP TABLE IF EXISTS judged")
    run(
        f"""CREATE TEMPORARY TABLE judged AS
        SELECT *, row_number() OVER (ORDER BY position) AS nth, gen_random_uuid() AS assignment FROM (
            SELECT DISTINCT ON ({distinct}) slot.id, slot.task_id, slot.position, task.conflict_key
            FROM judgments_slot slot JOIN judgments_task task ON task.id = slot.task_id
            WHERE slot.stage_id = {stage.pk} AND slot.assignment_id IS NULL AND NOT slot.withdrawn AND {which}
            ORDER BY {distinct}, slot.position) AS free
        ORDER BY position LIMIT {pages or "ALL"}"""  # noqa: S608 - words and numbers of our own
    )
    moment = "now() - interval '1 day' + nth * interval '100 milliseconds'"
    insert(
        Assignment,
        "judged",
        id="assignment",
        task_id="task_id",
        stage_id=str(stage.pk),
        rater_id=str(rater_id),
        conflict_key="conflict_key",
        personalized_left="nth %% 2 = 0" if stage.number == 3 else "NULL::boolean",
        started_at=moment,
        submitted_at=moment,
        active_ms="9000",
        revision="1",
        outcome=f"'{Outcome.SUBMITTED.value}'",
    )
    insert(
        Judgment,
        "judged JOIN judgments_unit unit ON unit.task_id = judged.task_id",
        unit_id="unit.id",
        rater_id=str(rater_id),
        stage_number=str(stage.number),
        assignment_id="judged.assignment",
        label=str(_MIDDLE[stage.number]),
        submitted_at=moment,
    )
    return run(
        """UPDATE judgments_slot slot SET assignment_id = judged.assignment, leased_at = now(), lease_expires_at = now(),
        filled_at = now() FROM judged WHERE slot.id = judged.id"""
    )


def lay_out_from(stage: Stage, position: int) -> None:
    """As the worker has done by the time that raters come there; no worker runs beside the loop."""
    if stage.number == StageNumber.RESPONSE:
        Stage.objects.filter(pk=stage.pk, laid_out_to__lt=position).update(
            laid_out_to=position - 1, laid_out_by=renderer()
        )
        for _portion in range(_PORTIONS):
            if not next_portion(Stage.objects.get(pk=stage.pk)):
                break
        run("ANALYZE conversations_laidoutresponse")
