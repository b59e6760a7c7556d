"""Which cases a system is asked about, and what it chooses from."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from conversations.enums import SelectionPool, StageNumber, StageState
from conversations.models import Attribute, Case, SelectionRecord, Stage, Study, Subject, System
from generation.enums import ItemState, RunKind
from generation.kinds.selections.configuration import AttributesOf, SelectionsConfiguration
from generation.models import Endpoint, RunItem
from judgments.eligibility.live import live_tasks
from judgments.enums import ExtractionLabel, TaskKind
from judgments.models import Consensus, Unit

_TOKENS_OF_AN_ID = 5


def has_attributes(study: Study, system: System | None) -> bool:
    return _of_source(study, system, AttributesOf.OWN).exists()


def offered_attributes(
    study: Study, system: System | None, configuration: SelectionsConfiguration
) -> QuerySet[Attribute]:
    """Of all subjects, what the system chooses from."""
    found = _of_source(study, system, configuration.attributes_of)
    return found.filter(pk__in=_accepted(study)) if configuration.pool == SelectionPool.ACCEPTED else found


def cases_unspoken(study: Study, system: System | None, configuration: SelectionsConfiguration) -> QuerySet[Case]:
    """Cases that the system has not spoken about from this pool, nor is about to. Those set aside for controls are none."""
    cases = Case.objects.filter(
        subject__study=study,
        subject__withdrawn_at__isnull=True,
        prompt__withdrawn_at__isnull=True,
        for_controls=False,
    )
    if system is not None:
        spoken = SelectionRecord.objects.filter(case=OuterRef("pk"), system=system, pool=configuration.pool)
        cases = cases.exclude(Exists(spoken)).exclude(Exists(_being_asked(system, configuration)))
    return cases.order_by("id")


def cases_to_ask_about(study: Study, system: System | None, configuration: SelectionsConfiguration) -> QuerySet[Case]:
    """Those of them whose subject is ready: what it can choose from is known."""
    ready = _ready_subjects(study, system, configuration)
    return cases_unspoken(study, system, configuration).filter(subject__in=ready)


def left_out(study: Study, system: System | None, configuration: SelectionsConfiguration) -> list[str]:
    """Which cases are not asked about, and what has to come before."""
    ready = _ready_subjects(study, system, configuration)
    count = cases_unspoken(study, system, configuration).exclude(subject__in=ready).count()
    if not count:
        return []
    cases = f"{count} case{'' if count == 1 else 's'}"
    if configuration.pool == SelectionPool.ACCEPTED:
        return [f"Left out: {cases} whose subject has attributes that stage 1 has not judged to the end."]
    if configuration.attributes_of == AttributesOf.STUDY:
        return [f"Left out: {cases} whose subject has no attributes yet. Extract or upload them first."]
    first = "Run “Extract attributes” first, or let it choose from all of the study's attributes."
    return [f"Left out: {cases} of whose subject this system has extracted nothing yet. {first}"]


def attributes_per_call(endpoint: Endpoint, configuration: SelectionsConfiguration) -> int:
    """As many as the longest answer has room for."""
    max_tokens = int(configuration.parameters.get("max_tokens", endpoint.max_tokens))
    return max(1, max_tokens // _TOKENS_OF_AN_ID)


def _of_source(study: Study, system: System | None, source: AttributesOf) -> QuerySet[Attribute]:
    found = Attribute.objects.filter(subject__study=study, withdrawn_at__isnull=True)
    return found if source == AttributesOf.STUDY else found.filter(system=system)


def _accepted(study: Study) -> QuerySet[Any, Any]:
    consensus = Consensus.objects.filter(stage__study=study, stage__number=StageNumber.EXTRACTION)
    return consensus.filter(label=ExtractionLabel.ACCEPT).values("unit__attribute")


def _being_asked(system: System, configuration: SelectionsConfiguration) -> QuerySet[RunItem]:
    return RunItem.objects.filter(
        case=OuterRef("pk"),
        run__kind=RunKind.SELECTIONS,
        run__system=system,
        run__configuration__pool=configuration.pool,
        state__in=[ItemState.WAITING, ItemState.RUNNING],
    )


def _ready_subjects(study: Study, system: System | None, configuration: SelectionsConfiguration) -> QuerySet[Subject]:
    """Of whom is known what there is to choose from; where that is nothing, nothing was found by an extraction."""
    extracted = RunItem.objects.filter(
        subject=OuterRef("pk"), run__kind=RunKind.EXTRACTION, run__study=study, state=ItemState.DONE
    )
    if configuration.attributes_of == AttributesOf.OWN:
        extracted = extracted.filter(run__system=system)
    source = _of_source(study, system, configuration.attributes_of)
    known = Exists(source.filter(subject=OuterRef("pk"))) | Exists(extracted)
    subjects = study.subjects.filter(known)
    if configuration.pool == SelectionPool.ACCEPTED:
        return subjects.filter(~Exists(source.filter(subject=OuterRef("pk"))) | Q(pk__in=_judged(study, source)))
    return subjects


def _judged(study: Study, source: QuerySet[Attribute]) -> QuerySet[Any, Any]:
    """Subjects of whom stage 1 has nothing left to judge of what it is given: an answer is not asked for twice."""
    stage = Stage.objects.get(study=study, number=StageNumber.EXTRACTION)
    consensus = Consensus.objects.filter(stage=stage)
    begun = Unit.objects.filter(pk__in=consensus.values("unit"), attribute__in=source)
    subjects = study.subjects.filter(pk__in=begun.values("task__subject"))
    if stage.state != StageState.CLOSED:
        asked = live_tasks(stage).filter(kind=TaskKind.REGULAR, position__isnull=False)
        agreed = consensus.filter(provisional=False).values("unit")
        lacking = Unit.objects.filter(task__in=asked, attribute__in=source).exclude(pk__in=agreed)
        subjects = subjects.exclude(pk__in=lacking.values("task__subject"))
    return subjects.values("pk")
