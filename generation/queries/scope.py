"""What a run works on, and what each of its items is made from."""

from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet

from conversations.enums import ResponseKind, StageNumber
from conversations.models import Attribute, Case, Conversation, Response, Selection, Study, Subject, System
from generation.configuration import ResponsesConfiguration
from generation.enums import AttributePolicy
from judgments.enums import RelevanceLabel
from judgments.models.snapshots import Consensus


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
