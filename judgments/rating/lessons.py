"""What a rater still has to learn before they judge."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from conversations.models import ConsentText, Stage
from judgments.authoring.reads import questions
from judgments.eligibility.live import live_tasks
from judgments.enums import TaskKind
from judgments.models import Assignment, ComprehensionTry, Question, Task
from judgments.work.pace import pace_of, units_on_a_page
from raters.models import Admission
from raters.page_times import PageTimes
from raters.platforms.registry import platform_of


@dataclass(frozen=True, slots=True)
class Lessons:
    """What stands before this rater's first page."""

    consent: int | None  # the consent text in force
    practice: bool
    questions: bool


def lessons(admission: Admission) -> Lessons:
    """In one query. Who has had a page already learns no more: what is added later is for who comes later."""
    practice = practice_tasks(admission.stage)
    asked = Question.objects.filter(stage=admission.stage_id, retired_at__isnull=True)
    begun = Assignment.objects.filter(rater=admission.enrolment.rater_id, stage=admission.stage_id).exclude(
        task__kind=TaskKind.PRACTICE
    )
    row = (
        Stage.objects.filter(pk=admission.stage_id)
        .values(
            consent_in_force=Subquery(
                ConsentText.objects.filter(study=OuterRef("study")).order_by("-version").values("pk")[:1]
            ),
            has_practice=Exists(practice.order_by()),
            has_questions=Exists(asked.order_by()),
            has_begun=Exists(begun.order_by()),
        )
        .get()
    )
    learns = not row["has_begun"]
    return Lessons(
        consent=row["consent_in_force"],
        practice=row["has_practice"] and admission.practised_at is None and learns,
        questions=row["has_questions"] and admission.comprehended_at is None and learns,
    )


def practice_tasks(stage: Stage) -> QuerySet[Task]:
    """The tutorial's pages, in order."""
    return live_tasks(stage).filter(kind=TaskKind.PRACTICE).order_by("id")


def times_of_pages(stage: Stage) -> PageTimes:
    """What a rater is told before they start."""
    pace = pace_of(stage)
    seconds = pace.seconds(pages=1, units=units_on_a_page(stage))
    return PageTimes(seconds, round(pace.words_per_page), pace.measured, practice_tasks(stage).count())


def practice_left(admission: Admission) -> QuerySet[Task]:
    """Those the rater has not ended; the one they are at included."""
    ended = Assignment.objects.filter(task=OuterRef("pk"), rater=admission.enrolment.rater_id).filter(~Q(outcome=""))
    return practice_tasks(admission.stage).filter(~Exists(ended))


def practice_place(admission: Admission, task_id: int) -> tuple[int, int]:
    """Which page of the tutorial this is, counted from 1, and of how many."""
    ids = list(practice_tasks(admission.stage).values_list("pk", flat=True))
    return (ids.index(task_id) + 1 if task_id in ids else len(ids)), len(ids)


def open_questions(stage: Stage) -> list[Question]:
    return list(questions(stage))


def last_try(admission: Admission) -> ComprehensionTry | None:
    return ComprehensionTry.objects.filter(admission=admission).order_by("-number").first()


def came_by_platform(admission: Admission) -> bool:
    """Whether a completion code is shown at the end."""
    link = admission.entry_link
    return link is not None and platform_of(link.platform).is_crowd
