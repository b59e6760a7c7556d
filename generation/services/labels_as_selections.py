"""A model rater's labels of stage 2 become a selection, by choice: a system of that name then has spoken about the cases."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from accounts.refusals import Refusal
from accounts.services import record
from conversations.enums import COLLECTING, SelectionPool, StageNumber, StageState, StudyState
from conversations.models import Selection, SelectionRecord, Stage, Study, System
from generation.models import Score, Threshold
from judgments.eligibility.live import live_tasks
from judgments.enums import RelevanceLabel, TaskKind
from judgments.models import Judgment, Unit
from raters.enums import RaterKind
from raters.models import Rater

_LONGEST_NAME = 120
_ROWS_AT_ONCE = 1000

type Answers = dict[int, dict[int, bool]]  # by case, whether each attribute is used


class NothingToUse(Refusal):
    """No selection can be made of this rater's labels yet; the message says why."""


@dataclass(frozen=True, slots=True)
class UsedLabels:
    system: System
    cases: int  # spoken about for the first time
    attributes: int  # decided on for the first time
    incomplete: int  # cases left out: the rater has not labelled all of their attributes
    kept: int  # decisions stored before, from which a label differs now

    def __str__(self) -> str:
        told = f"{self.system} has selected for {self.cases} more case{'' if self.cases == 1 else 's'}."
        if self.incomplete:
            told += f" Left out: {self.incomplete} whose attributes are not all labelled."
        if self.kept:
            told += f" {self.kept} earlier decisions stay as they were, though the labels have changed since."
        return told


@transaction.atomic
def use_labels_as_selection(*, study: Study, rater: Rater, actor: User | None, now: datetime) -> UsedLabels:
    """Of each case that the rater has labelled completely, what it says yes to. Repeated, it adds what is new.

    The first presentation counts, the only one there is at stage 2; what is excluded does not.

    Raises:
        NothingToUse: nothing is stored.
    """
    if rater.kind != RaterKind.MODEL:
        raise NothingToUse("Only a model rater's labels can be used as a selection.")
    Rater.objects.select_for_update().get(pk=rater.pk)
    stage = Stage.objects.select_related("study").get(study=study, number=StageNumber.RELEVANCE)
    name = _name(rater, stage)
    answers, incomplete = _answers(rater, stage)
    if not answers:
        raise NothingToUse(f"{rater.name} has labelled no case of stage 2 completely.")
    system, _ = System.objects.get_or_create(study=study, name=name, version="")
    used = _store(system, answers, rater, now=now, incomplete=incomplete)
    details = {"system": system.name, "cases": used.cases, "attributes": used.attributes}
    record(actor=actor, action="selection.use", study_id=study.pk, target=rater.name, details=details)
    return used


def _name(rater: Rater, stage: Stage) -> str:
    """Says what selected. Other thresholds select otherwise: they make another system."""
    if not Score.objects.filter(rater=rater, unit__task__stage=stage).exists():
        return f"Votes of {rater.name}"[:_LONGEST_NAME]
    if stage.state in COLLECTING and stage.study.state != StudyState.CLOSED:
        raise NothingToUse("Thresholds tell of the raters' labels: use them as a selection when stage 2 is closed.")
    last = Threshold.objects.filter(rater=rater).order_by("-chosen_at").first()
    if last is None:
        raise NothingToUse(f"{rater.name} has scores and no thresholds yet: choose them first.")
    values = sorted(Threshold.objects.filter(rater=rater, chosen_at=last.chosen_at).values_list("value", flat=True))
    lowest, highest = f"{values[0]:.4g}", f"{values[-1]:.4g}"
    said = f"threshold {lowest}" if lowest == highest else f"thresholds {lowest} to {highest}"
    return f"{rater.name[: _LONGEST_NAME - len(said) - 2]}, {said}"


def _answers(rater: Rater, stage: Stage) -> tuple[Answers, int]:
    """Of the cases that have a label for every attribute in the stage's queue; and how many lack some."""
    tasks = live_tasks(stage).filter(kind=TaskKind.REGULAR, case__for_controls=False)
    if stage.state != StageState.DRAFT:
        tasks = tasks.filter(position__isnull=False)
    units = Unit.objects.filter(task__in=tasks, attribute__withdrawn_at__isnull=True)
    given = Judgment.objects.filter(rater=rater, unit__task__stage=stage, presentation=0, excluded_at__isnull=True)
    labels = dict(given.values_list("unit", "label"))
    answers: Answers = {}
    lacking: set[int] = set()
    for unit, case, attribute in units.values_list("pk", "task__case", "attribute").order_by("pk").iterator():
        if unit in labels:
            answers.setdefault(case, {})[attribute] = labels[unit] == RelevanceLabel.YES
        else:
            lacking.add(case)
    begun = lacking & answers.keys()
    return {case: answer for case, answer in answers.items() if case not in lacking}, len(begun)


def _store(system: System, answers: Answers, rater: Rater, *, now: datetime, incomplete: int) -> UsedLabels:
    of: dict[str, Any] = {"system": system, "pool": SelectionPool.ALL}
    known = {
        (case, attribute): selected
        for case, attribute, selected in Selection.objects.filter(**of).values_list("case", "attribute", "selected")
    }
    spoken = set(SelectionRecord.objects.filter(**of).values_list("case", flat=True))
    said = {(case, attribute): used for case, answer in answers.items() for attribute, used in answer.items()}
    provenance = {"rater": rater.name, "stage": int(StageNumber.RELEVANCE)}
    records = [
        SelectionRecord(**of, case_id=case, provenance=provenance, spoken_at=now)
        for case in answers
        if case not in spoken
    ]
    scores = {
        (case, attribute): value
        for case, attribute, value in Score.objects.filter(rater=rater).values_list(
            "unit__task__case", "unit__attribute", "value"
        )
    }
    rows = [
        Selection(**of, case_id=case, attribute_id=attribute, selected=used, score=scores.get((case, attribute)))
        for (case, attribute), used in said.items()
        if (case, attribute) not in known
    ]
    SelectionRecord.objects.bulk_create(records, batch_size=_ROWS_AT_ONCE)
    Selection.objects.bulk_create(rows, batch_size=_ROWS_AT_ONCE)
    kept = sum(known.get(key, used) != used for key, used in said.items())
    return UsedLabels(system, len(records), len(rows), incomplete, kept)
