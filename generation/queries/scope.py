"""What a run works on, and what each of its items is made from."""

from typing import Any

from django.db.models import Count, Exists, F, OuterRef, QuerySet

from conversations.enums import ResponseKind, StageNumber, StageState
from conversations.models import Attribute, Case, Conversation, Response, Selection, Stage, Study, Subject, System
from generation.configuration import ResponsesConfiguration
from generation.enums import AttributePolicy, ItemState
from generation.models import RunItem
from judgments.eligibility.live import live_tasks, targets_without_overall
from judgments.enums import RelevanceLabel, TaskKind
from judgments.models import Judgment, Task, Unit
from judgments.models.snapshots import Consensus
from judgments.stages import behaviour
from raters.models import Rater


def subjects_to_extract(study: Study, system: System | None) -> QuerySet[Subject]:
    """Subjects with a conversation and without attributes of this system."""
    conversations = Conversation.objects.filter(subject=OuterRef("pk"), withdrawn_at__isnull=True)
    subjects = study.subjects.filter(Exists(conversations), withdrawn_at__isnull=True)
    if system is not None:
        subjects = subjects.exclude(Exists(Attribute.objects.filter(subject=OuterRef("pk"), system=system)))
    return subjects.order_by("number")


def cases_to_answer(study: Study, system: System | None, kind: ResponseKind) -> QuerySet[Case]:
    """Cases whose response of this kind by this system is missing."""
    cases = Case.objects.filter(
        subject__study=study, subject__withdrawn_at__isnull=True, prompt__withdrawn_at__isnull=True
    )
    if system is not None:
        responses = Response.objects.filter(case=OuterRef("pk"), system=system, kind=kind)
        cases = cases.exclude(Exists(responses))
    return cases.order_by("id")


def conversations_of(subject: Subject) -> QuerySet[Conversation]:
    return subject.conversations.filter(withdrawn_at__isnull=True).only("id", "turns").order_by("id")


def given_attributes(case: Case, configuration: ResponsesConfiguration) -> list[Attribute]:
    """What a personalized response to the case is given, the most confident first."""
    attributes = Attribute.objects.filter(subject_id=case.subject_id, withdrawn_at__isnull=True)
    if configuration.policy == AttributePolicy.CONSENSUS:
        attributes = attributes.filter(pk__in=_relevant(case))
    elif configuration.policy == AttributePolicy.SELECTION:
        attributes = attributes.filter(pk__in=_selected(case, configuration.selection_system or 0))
    return list(attributes.order_by(F("confidence").desc(nulls_last=True), "id")[: configuration.max_given])


def _relevant(case: Case) -> QuerySet[Any, Any]:
    return Consensus.objects.filter(
        stage__number=StageNumber.RELEVANCE, unit__task__case=case, label=RelevanceLabel.YES
    ).values("unit__attribute")


def _selected(case: Case, system_id: int) -> QuerySet[Any, Any]:
    return Selection.objects.filter(case=case, system_id=system_id, selected=True).values("attribute")


def presentations_of(stage_number: int) -> tuple[int, ...]:
    """The orders a model judges a task in: both at stage 3, so that its position bias is measured."""
    return (0, 1) if behaviour(stage_number).has_sides else (0,)


def tasks_to_judge(stage: Stage, rater: Rater | None, presentation: int) -> QuerySet[Task]:
    """Regular tasks with a unit that this model rater has not judged in this order, nor is about to.

    Of a stage in draft everything that is built; afterwards what human raters get: the tasks of its queue.
    """
    tasks = live_tasks(stage).filter(kind=TaskKind.REGULAR, withdrawn_at__isnull=True)
    if stage.state != StageState.DRAFT:
        tasks = tasks.filter(position__isnull=False)
    if rater is not None:
        asked = RunItem.objects.filter(
            task=OuterRef("pk"),
            presentation=presentation,
            run__rater=rater,
            state__in=[ItemState.WAITING, ItemState.RUNNING],
        )
        lacking = units_to_judge(rater, presentation).filter(task=OuterRef("pk"))
        tasks = tasks.filter(Exists(lacking)).exclude(Exists(asked))
    return tasks.order_by("id")


def units_to_judge(rater: Rater, presentation: int) -> QuerySet[Unit]:
    judged = Judgment.objects.filter(unit=OuterRef("pk"), rater=rater, presentation=presentation)
    return Unit.objects.filter(~Exists(judged), attribute__withdrawn_at__isnull=True)


def unbuilt_targets(stage: Stage) -> dict[int, int]:
    """What a stage in draft has no task for yet, whatever its gating: by target, how many units that makes."""
    if stage.state != StageState.DRAFT:
        return {}
    way = behaviour(stage.number)
    pairs = way.pairs(stage, gated=False).filter(built=False).order_by().values_list("target_id")
    units: dict[int, int] = dict(pairs.annotate(count=Count("judged_id")))
    if way.has_overall_unit:
        for target_id in targets_without_overall(stage).values_list("id", flat=True):
            units[target_id] = units.get(target_id, 0) + 1
    return dict(sorted(units.items()))
