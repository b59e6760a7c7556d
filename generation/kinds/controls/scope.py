"""Which cases controls are made of, what they lack, and whose attributes a personal one borrows."""

import hashlib
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, QuerySet

from conversations.enums import ResponseKind, StageNumber, StageState
from conversations.models import Attribute, Case, Comparison, Response, Stage, Study, Subject, System
from generation.kinds.controls.configuration import ControlsConfiguration
from generation.kinds.controls.rules import AnsweredPrompt
from generation.models import Endpoint
from generation.queries.estimates import system_of
from judgments.enums import ExtractionLabel
from judgments.models.snapshots import Consensus
from judgments.work.setting_aside import FEWEST_CASES, cases_to_set_aside, live_cases


@dataclass(frozen=True, slots=True)
class Work:
    to_set_aside: list[int]
    cases: list[int]  # that lack controls, those to be set aside among them
    lacking_generic: list[int]  # of these cases


def work_of(
    study: Study, system: System | None, configuration: ControlsConfiguration, *, limit: int | None = None
) -> Work:
    """``system`` writes or wrote the generic responses; None where the endpoint has produced nothing yet."""
    cases = live_cases(study)
    if not configuration.calls_endpoint:
        cases = cases.filter(Exists(generics(system)))
    to_set_aside = cases_to_set_aside(study, among=cases)
    made = Comparison.objects.filter(case=OuterRef("pk"), withdrawn_at__isnull=True).exclude(control="")
    aside = cases.filter(~Exists(made), for_controls=True).values_list("pk", flat=True)
    found = sorted({*aside, *to_set_aside})[:limit]
    with_generic = set(cases.filter(Exists(generics(system)), pk__in=found).values_list("pk", flat=True))
    return Work([pk for pk in to_set_aside if pk in set(found)], found, [pk for pk in found if pk not in with_generic])


def why_nothing(study: Study) -> str:
    """Said of a study without work: the same before a run is started and when its start is refused."""
    if Case.objects.filter(subject__study=study, for_controls=True).exists():
        return "There is nothing to make: every case that is set aside has its controls, or no generic response."
    if live_cases(study).count() < FEWEST_CASES:
        return f"No case is set aside for controls in a study of fewer than {FEWEST_CASES}. Upload controls, or go without."
    if not Stage.objects.filter(study=study, number=StageNumber.RESPONSE, state=StageState.DRAFT).exists():
        return "No case was set aside before stage 3 was opened, and none is set aside now. Upload controls, or go without."
    return "There is no case to spare: upload controls, or go without."


def source_of(study: Study, endpoint: Endpoint, configuration: ControlsConfiguration) -> System | None:
    """The system whose generic responses are taken; None where it is the endpoint's, which has produced nothing yet."""
    if configuration.generic_of is None:
        return system_of(endpoint)
    return System.objects.get(study=study, pk=configuration.generic_of)


def systems_with_generics(study: Study) -> QuerySet[System]:
    written = Response.objects.filter(system=OuterRef("pk"), kind=ResponseKind.GENERIC)
    return System.objects.filter(Exists(written), study=study).order_by("name", "version")


def generics(system: System | None) -> QuerySet[Response]:
    """Of the outer case."""
    return Response.objects.filter(case=OuterRef("pk"), system=system, kind=ResponseKind.GENERIC)


def answers(study: Study, system: System) -> dict[int, AnsweredPrompt]:
    """By case, the latest generic response to each case that is set aside."""
    found = Response.objects.filter(
        case__in=live_cases(study).filter(for_controls=True), system=system, kind=ResponseKind.GENERIC
    ).order_by("attempt")
    return {
        case: AnsweredPrompt(case, prompt, text)
        for case, prompt, text in found.values_list("case", "case__prompt__text", "text")
    }


def kinds_of(case: Case) -> set[str]:
    """The controls that the case has."""
    return set(case.comparisons.exclude(control="").filter(withdrawn_at__isnull=True).values_list("control", flat=True))


def lender_of(case: Case) -> Subject | None:
    """Another subject of the study with attributes to lend, drawn by its seed."""
    study = case.subject.study
    others = study.subjects.filter(
        Exists(_lent(study).filter(subject=OuterRef("pk"))), withdrawn_at__isnull=True
    ).exclude(pk=case.subject_id)
    return min(others, key=lambda one: _rank(study, case, one), default=None)


def lent_attributes(lender: Subject, most: int) -> list[Attribute]:
    """Those that people accepted, the most confident first; where stage 1 was not judged, of all."""
    lent = _lent(lender.study).filter(subject=lender)
    return list(lent.order_by(F("confidence").desc(nulls_last=True), "id")[:most])


def _lent(study: Study) -> QuerySet[Attribute]:
    live = Attribute.objects.filter(subject__study=study, withdrawn_at__isnull=True)
    judged = Consensus.objects.filter(stage__study=study, stage__number=StageNumber.EXTRACTION)
    if not judged.exists():
        return live
    return live.filter(pk__in=judged.filter(label=ExtractionLabel.ACCEPT).values("unit__attribute"))


def _rank(study: Study, case: Case, subject: Subject) -> str:
    return hashlib.sha256(f"{study.seed}:lender:{case.pk}:{subject.pk}".encode()).hexdigest()
