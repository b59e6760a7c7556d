"""What uploaded judgments say of the page they were given on: the side order, the time at it, a comment."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.utils import timezone

from conversations.formats import JudgmentRow, RowError
from conversations.handlers import problem
from conversations.models import Batch, Stage
from judgments.enums import Outcome
from judgments.models import Assignment, Judgment, Task, Unit
from raters.models import Rater

_PAGES_AT_ONCE = 500


class RowRefused(Exception):
    """One row can't be stored; ``problem`` says why."""

    def __init__(self, found: RowError) -> None:
        super().__init__(found.expected)
        self.problem = found


class Pages:
    """An assignment for each page of which a row says something; rows of one page must agree."""

    def __init__(
        self, batch: Batch, stage: Stage, rows: Sequence[JudgmentRow], units: Iterable[int], raters: Iterable[Rater]
    ) -> None:
        self._batch, self._stage = batch, stage
        self._tasks: dict[int, Task] = {}
        self._pages: dict[tuple[int, int, int], Assignment] = {}
        self._new: list[Assignment] = []
        if any(_says_something(row) for row in rows):
            found = Unit.objects.filter(pk__in=list(units)).select_related("task")
            self._tasks = {unit.pk: unit.task for unit in found}
            tasks = {task.pk for task in self._tasks.values()}
            for page in Assignment.objects.filter(task__in=tasks, rater__in=list(raters)):
                self._pages[page.task_id, page.rater_id, page.presentation] = page

    def page_of(self, row: JudgmentRow, unit_id: int, rater: Rater) -> Assignment | None:
        """None for a row that says nothing of its page. Raises RowRefused."""
        if not _says_something(row):
            return None
        task = self._tasks[unit_id]
        key = (task.pk, rater.pk, row.presentation)
        if key in self._pages:
            _refuse_unless_same(row, self._pages[key])
        else:
            self._pages[key] = self._made(row, task, rater)
            self._new.append(self._pages[key])
        return self._pages[key]

    def store(self) -> None:
        Assignment.objects.bulk_create(self._new)

    def _made(self, row: JudgmentRow, task: Task, rater: Rater) -> Assignment:
        """When the rater got the page nobody says: as long before the answer as they were at it."""
        submitted_at = row.submitted_at or self._batch.started_at or timezone.now()
        return Assignment(
            task=task,
            stage=self._stage,
            rater=rater,
            presentation=row.presentation,
            conflict_key=task.conflict_key,
            personalized_left=_left(row),
            started_at=submitted_at - timedelta(milliseconds=row.active_ms or 0),
            active_ms=row.active_ms or 0,
            comment=row.comment or "",
            outcome=Outcome.SUBMITTED,
            revision=1,
            submitted_at=submitted_at,
        )


def remove_pages(batch: Batch) -> None:
    """Take out the judgments of the batch that have a page, and the pages that have no others."""
    with_page = Judgment.objects.filter(batch=batch, assignment__isnull=False)
    while pages := set(with_page.values_list("assignment_id", flat=True)[:_PAGES_AT_ONCE]):
        with_page.filter(assignment__in=pages).delete()
        Assignment.objects.filter(pk__in=pages, judgments__isnull=True).delete()


def _says_something(row: JudgmentRow) -> bool:
    return not (row.shown_left is None and row.comment is None and row.active_ms is None)


def _left(row: JudgmentRow) -> bool | None:
    return None if row.shown_left is None else row.shown_left == "personalized"


def _refuse_unless_same(row: JudgmentRow, page: Assignment) -> None:
    said = {
        "shown_left": (row.shown_left is None or _left(row) == page.personalized_left, row.shown_left),
        "comment": (row.comment is None or row.comment == page.comment, row.comment),
        "active_ms": (row.active_ms is None or row.active_ms == page.active_ms, row.active_ms),
    }
    for field, (is_same, value) in said.items():
        if not is_same:
            expected = "what another row of this rater's page says, or nothing"
            raise RowRefused(problem(row.line, field, expected, str(value)[:80]))
