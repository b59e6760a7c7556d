"""The units a report shows: what was judged, in full, and where it came from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from conversations.models import Attribute, Response, Study, Subject
from judgments.counting import given
from judgments.enums import TaskKind
from judgments.models import Judgment, Unit
from judgments.stages import behaviour
from raters.enums import RaterKind
from raters.pseudonyms import rater_key


@dataclass(frozen=True, slots=True)
class ShownQuote:
    """A piece of evidence; ``conversation`` is our id where the quote was found, ``turn`` counts from 0."""

    text: str
    conversation: int | None
    turn: int | None


@dataclass(frozen=True, slots=True)
class UnitText:
    unit_id: int
    stage: int
    subject: Subject
    attribute: Attribute | None
    prompt: str
    system: str
    generic: Response | None
    personalized: Response | None

    @property
    def quotes(self) -> list[ShownQuote]:
        evidence = [] if self.attribute is None else self.attribute.evidence
        return [
            ShownQuote(str(each.get("quote") or ""), each.get("conversation"), each.get("turn"))
            for each in evidence
            if each.get("quote")
        ]


@dataclass(frozen=True, slots=True)
class GivenLabel:
    rater: str
    kind: str
    word: str
    failure_mode: str
    note: str
    is_excluded: bool


def regular_units(study: Study) -> QuerySet[Unit]:
    return Unit.objects.filter(task__stage__study=study, task__kind=TaskKind.REGULAR).select_related(
        "attribute__system",
        "attribute__subject",
        "task__stage",
        "task__subject",
        "task__case__subject",
        "task__case__prompt",
        "task__comparison__case__subject",
        "task__comparison__case__prompt",
        "task__comparison__system",
        "task__comparison__generic",
        "task__comparison__personalized",
    )


def unit_texts(study: Study, unit_ids: Iterable[int]) -> dict[int, UnitText]:
    """Of those units that are there still: material can be erased while a report of it stands."""
    return {unit.pk: unit_text(unit) for unit in regular_units(study).filter(pk__in=set(unit_ids))}


def unit_text(unit: Unit) -> UnitText:
    task = unit.task
    case = task.case or (task.comparison.case if task.comparison else None)
    written_by = task.comparison.system if task.comparison else (unit.attribute.system if unit.attribute else None)
    subject = task.subject or (case.subject if case else None)
    if subject is None:  # a database constraint gives every task a target
        raise LookupError(f"{unit} is about nobody.")
    return UnitText(
        unit_id=unit.pk,
        stage=task.stage.number,
        subject=subject,
        attribute=unit.attribute,
        prompt=case.prompt.text if case else "",
        system=str(written_by or ""),
        generic=task.comparison.generic if task.comparison else None,
        personalized=task.comparison.personalized if task.comparison else None,
    )


def labels_of(study: Study, unit: Unit) -> list[GivenLabel]:
    """What every rater said first, people by their pseudonyms; people before machines."""
    first = Judgment.objects.filter(given(), unit=unit, presentation=0).select_related("rater")
    return [_label(study, judgment) for judgment in first.order_by("rater__kind", "id")]


def example_ids(figures: Mapping[str, Any]) -> list[int]:
    """The units that a report's figures name."""
    stages: Sequence[Any] = [figures.get(f"stage_{number}") or {} for number in (1, 2, 3)]
    return [row["unit_id"] for stage in stages for rows in stage.get("examples", {}).values() for row in rows]


def _label(study: Study, judgment: Judgment) -> GivenLabel:
    rater = judgment.rater
    is_human = rater.kind == RaterKind.HUMAN
    return GivenLabel(
        rater=rater_key(study=study, rater_id=rater.pk) if is_human else rater.name,
        kind=rater.kind,
        word=behaviour(judgment.stage_number).in_full(judgment.label),
        failure_mode=judgment.get_failure_mode_display(),
        note=judgment.note,
        is_excluded=judgment.excluded_at is not None,
    )
