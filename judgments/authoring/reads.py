"""What those who make gold, practice and attention tasks see."""

from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from conversations.models import Stage
from judgments.counting import judged
from judgments.eligibility.live import live_tasks
from judgments.enums import AUTHORED, TaskKind
from judgments.models import Question, Task, Unit


def twins(stage: Stage) -> QuerySet[Task]:
    """The stage's gold, practice and attention tasks, each with how many raters answered it (``answered``)."""
    return (
        _with_subject(Task.objects.filter(stage=stage))
        .filter(kind__in=AUTHORED)
        .annotate(answered=Count("assignments__rater", filter=judged("assignments__"), distinct=True))
        .prefetch_related(_units())
        .order_by("kind", "id")
    )


# Not as a join: all tasks would be grouped for the few that are shown, and to count them.
_twins = (
    Task.objects.filter(twin_of=OuterRef("pk"), withdrawn_at__isnull=True)
    .values("twin_of")
    .annotate(Count("pk"))
    .values("pk__count")
)


def originals(stage: Stage, *, search: str = "") -> QuerySet[Task]:
    """Regular tasks that raters may be shown, each with how many twins it has (``twin_count``)."""
    tasks = live_tasks(stage).filter(kind=TaskKind.REGULAR)
    for word in search.split()[:5]:
        tasks = tasks.filter(_about(word))
    return (
        _with_subject(tasks)
        .annotate(twin_count=Coalesce(Subquery(_twins), 0))
        .prefetch_related(_units())
        .order_by("id")
    )


def original(stage: Stage, task_id: int) -> QuerySet[Task]:
    """One regular task, with what its author must see to say which label is right."""
    return (
        originals(stage)
        .filter(pk=task_id)
        .select_related("stage__study", "comparison__generic", "comparison__personalized")
    )


def _about(word: str) -> Q:
    """Units are matched in a subselect: a page with two matching attributes must not be listed twice."""
    texts = Unit.objects.filter(attribute__text__icontains=word).values("task")
    by_words = (
        Q(pk__in=texts)
        | Q(case__prompt__text__icontains=word)
        | Q(comparison__case__prompt__text__icontains=word)
        | Q(subject__external_id__iexact=word)
        | Q(case__subject__external_id__iexact=word)
        | Q(comparison__case__subject__external_id__iexact=word)
    )
    if not (word.isdecimal() and len(word) < 9):
        return by_words
    number = int(word)
    return (
        by_words
        | Q(subject__number=number)
        | Q(case__subject__number=number)
        | Q(comparison__case__subject__number=number)
    )


def _with_subject(tasks: QuerySet[Task]) -> QuerySet[Task]:
    return tasks.select_related("subject", "case__subject", "case__prompt", "comparison__case__subject").select_related(
        "comparison__case__prompt"
    )


def _units() -> "Prefetch[str, QuerySet[Unit], str]":
    return Prefetch("units", queryset=Unit.objects.select_related("attribute"))


def questions(stage: Stage) -> QuerySet[Question]:
    """The stage's comprehension check, in order."""
    return Question.objects.filter(stage=stage, retired_at__isnull=True)
