"""Which attributes each policy gives for a case, and of which cases that is known (docs/protocol.md, Terms: policy)."""

from collections.abc import Mapping
from itertools import groupby

from django.db.models import F, Q, QuerySet

from conversations.enums import Policy, SelectionPool, StageNumber
from conversations.models import Attribute, Case, Selection, SelectionRecord, System
from generation.enums import RunKind, RunState
from generation.kinds.responses.configuration import ResponsesConfiguration
from generation.models import Run
from judgments.enums import ExtractionLabel, RelevanceLabel, TaskKind
from judgments.models import Unit
from judgments.models.snapshots import Consensus

type ByCase = Mapping[int, set[int]]  # attributes

# What has to be there for a case, and is not.
FIRST = {
    Policy.OWN: "the system has not selected yet. Run the selection first",
    Policy.ACCEPTED: "the system has not selected among the accepted attributes yet. Run that selection first",
    Policy.RELEVANT: "people have not judged the relevance yet. Judge stage 2 first",
    Policy.SELECTION: "the other system has not selected yet. Run or upload its selection first",
    Policy.ALL: "the subject has no attributes yet. Extract or upload them first",
}


def given_by_case(cases: QuerySet[Case], system: System | None, configuration: ResponsesConfiguration) -> ByCase:
    """However many, in no order; an empty set where the arm is silent. A case of which that isn't known is left out."""
    match configuration.policy:
        case Policy.OWN:
            return _selected(cases, system.pk if system else 0, SelectionPool.ALL)
        case Policy.ACCEPTED:
            return _selected(cases, system.pk if system else 0, SelectionPool.ACCEPTED)
        case Policy.SELECTION:
            return _selected(cases, configuration.selection_system or 0, SelectionPool.ALL)
        case Policy.RELEVANT:
            return _relevant(cases, system)
        case _:
            own = _own_by_subject(cases, system)
            return {pk: own[subject] for pk, subject in cases.values_list("pk", "subject_id") if subject in own}


def given_attributes(case: Case, system: System, configuration: ResponsesConfiguration) -> list[Attribute] | None:
    """What a personalized response to the case is given, the most confident first. None where that isn't known."""
    given = given_by_case(Case.objects.filter(pk=case.pk), system, configuration).get(case.pk)
    if given is None:
        return None
    ordered = Attribute.objects.filter(pk__in=given).order_by(F("confidence").desc(nulls_last=True), "id")
    return list(ordered[: configuration.max_given])


def _selected(cases: QuerySet[Case], system_id: int, pool: SelectionPool) -> ByCase:
    said = {"case__in": cases.values("pk"), "system": system_id, "pool": pool}
    given: dict[int, set[int]] = {
        pk: set() for pk in SelectionRecord.objects.filter(**said).values_list("case", flat=True)
    }
    chosen = Selection.objects.filter(**said, selected=True, attribute__withdrawn_at__isnull=True)
    for pk, attribute in chosen.values_list("case", "attribute"):
        given.setdefault(pk, set()).add(attribute)  # who selected spoke
    return given


def _own(cases: QuerySet[Case], system: System | None) -> QuerySet[Attribute]:
    """Of the subjects, what the system extracted; where that is nothing, or it selects from all of the study, what there is."""
    attributes = Attribute.objects.filter(subject__in=cases.values("subject"), withdrawn_at__isnull=True)
    if system is None or not Attribute.objects.filter(system=system).exists() or _selects_from_all(system):
        return attributes
    return attributes.filter(system=system)


def _selects_from_all(system: System) -> bool:
    """From the start of such a run on: a run of responses beside it would otherwise change its mind with the first answer."""
    spoken = SelectionRecord.objects.filter(system=system, provenance__attributes_of="study")
    asked = Run.objects.filter(system=system, kind=RunKind.SELECTIONS, configuration__attributes_of="study")
    return spoken.exists() or asked.exclude(state=RunState.CANCELLED).exists()


def _own_by_subject(cases: QuerySet[Case], system: System | None) -> ByCase:
    rows = _own(cases, system).order_by("subject_id").values_list("subject_id", "pk")
    return {subject: {pk for _, pk in found} for subject, found in groupby(rows, key=lambda row: row[0])}


def _relevant(cases: QuerySet[Case], system: System | None) -> ByCase:
    """Of cases whose relevance is judged as a whole. Where stage 1 judged nothing of the subject, relevant only."""
    own = set(_own(cases, system).values_list("pk", flat=True))
    units = _judged(StageNumber.RELEVANCE, Q(task__case__in=cases.values("pk")))
    unjudged = {case_id for case_id, _, _, label in units if label is None}
    accepted = _accepted(cases)
    given: dict[int, set[int]] = {}
    for case_id, subject_id, attribute, label in units:
        if case_id in unjudged:
            continue
        its = given.setdefault(case_id, set())
        if label == RelevanceLabel.YES and attribute in own and attribute in accepted.get(subject_id, own):
            its.add(attribute)
    return given


def _accepted(cases: QuerySet[Case]) -> ByCase:
    """By subject of which stage 1 judged anything."""
    accepted: dict[int, set[int]] = {}
    for _, subject_id, attribute, label in _judged(
        StageNumber.EXTRACTION, Q(task__subject__in=cases.values("subject"))
    ):
        if label is not None:
            its = accepted.setdefault(subject_id, set())
            if label == ExtractionLabel.ACCEPT:
                its.add(attribute)
    return accepted


def _judged(stage: StageNumber, where: Q) -> list[tuple[int, int, int, float | None]]:
    """Case, subject, attribute and consensus of each unit that raters have or are given."""
    asked = Unit.objects.filter(where, task__stage__number=stage, task__kind=TaskKind.REGULAR, attribute__isnull=False)
    live = asked.filter(task__withdrawn_at__isnull=True, attribute__withdrawn_at__isnull=True)
    rows = list(live.values_list("pk", "task__case", "attribute__subject", "attribute"))
    # By a list: the view forms the consensus of these units only.
    consensus = Consensus.objects.filter(unit__in=[pk for pk, *_ in rows])
    labels: dict[int, float] = dict(consensus.values_list("unit", "label"))
    return [(case_id, subject, attribute, labels.get(pk)) for pk, case_id, subject, attribute in rows]
