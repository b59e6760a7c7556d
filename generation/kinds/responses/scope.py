"""Which cases are answered, and what a personalized response is given."""

from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet

from conversations.enums import ResponseKind, StageNumber
from conversations.models import Attribute, Case, Response, Selection, Study, System
from generation.kinds.responses.configuration import AttributePolicy, ResponsesConfiguration
from judgments.enums import RelevanceLabel
from judgments.models.snapshots import Consensus


def cases_to_answer(study: Study, system: System | None, kind: ResponseKind) -> QuerySet[Case]:
    """Cases whose response of this kind by this system is missing."""
    cases = Case.objects.filter(
        subject__study=study, subject__withdrawn_at__isnull=True, prompt__withdrawn_at__isnull=True
    )
    if system is not None:
        responses = Response.objects.filter(case=OuterRef("pk"), system=system, kind=kind)
        cases = cases.exclude(Exists(responses))
    return cases.order_by("id")


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
