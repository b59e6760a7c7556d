"""Scores become judgments: thresholds are chosen by cross-fitting over subjects, never on the same subject."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.refusals import Refusal
from accounts.services import record
from conversations.enums import StageNumber
from conversations.models import Stage, Study
from generation.kinds.scores.cross_fitting import NoThreshold, Scored, cross_fit, folds_of
from generation.models import Score, Threshold
from judgments.elsewhere.votes import label_units
from judgments.enums import RelevanceLabel
from judgments.models import Consensus
from raters.models import Rater

FOLDS = 5


class NotEnoughConsensus(Refusal):
    """No threshold can be chosen on other subjects yet; the message says why."""


@dataclass(frozen=True, slots=True)
class Chosen:
    thresholds: list[Threshold]
    labels: int  # new or changed


@transaction.atomic
def choose_thresholds(
    *, study: Study, rater: Rater, folds: int = FOLDS, actor: User | None = None, now: datetime
) -> Chosen:
    """Choose each fold's threshold by the consensus on the other folds, and label every scored unit with it.

    May be repeated when there is more consensus; labels that change keep their earlier revisions.

    Raises:
        NotEnoughConsensus: nothing is changed.
    """
    Rater.objects.select_for_update().get(pk=rater.pk)
    stage = Stage.objects.get(study=study, number=StageNumber.RELEVANCE)
    scores = Score.objects.filter(rater=rater)
    values = dict(scores.values_list("unit", "value"))
    subject_of = dict(scores.values_list("unit", "unit__task__case__subject"))
    fold_of = folds_of({*subject_of.values()}, folds=folds, seed=study.seed)
    said = dict(Consensus.objects.filter(stage=stage).values_list("unit", "label"))
    units = [
        Scored(subject_of[unit], value, said[unit] == RelevanceLabel.YES if unit in said else None)
        for unit, value in values.items()
    ]
    chosen = _thresholds(rater, units, fold_of, seed=study.seed, now=now)
    labels: dict[int, int] = {}
    for fold, threshold in chosen.items():
        own = [unit for unit, subject in subject_of.items() if fold_of[subject] == fold]
        scores.filter(unit__in=own).update(threshold=threshold)
        labels |= {unit: int(_label(values[unit], threshold)) for unit in own}
    changed = label_units(stage=stage, rater=rater, labels=labels, now=now)
    record(
        actor=actor,
        action="scores.thresholds",
        study_id=study.pk,
        target=rater.name,
        details={"folds": len(chosen), "labels": changed},
    )
    return Chosen(list(chosen.values()), changed)


def _label(score: float, threshold: Threshold) -> RelevanceLabel:
    return RelevanceLabel.YES if score >= threshold.value else RelevanceLabel.NO


def _thresholds(
    rater: Rater, units: Sequence[Scored], fold_of: Mapping[int, int], *, seed: int, now: datetime
) -> dict[int, Threshold]:
    """By fold, from 0."""
    folds = len(set(fold_of.values()))
    if folds < 2 or len({unit.subject for unit in units if unit.consensus is not None}) < 2:
        raise NotEnoughConsensus("A threshold is chosen on other subjects: at least two need a consensus at stage 2.")
    try:
        found = cross_fit(units, fold_of)
    except NoThreshold as missing:
        raise NotEnoughConsensus(
            f"The subjects outside fold {missing.fold + 1} have no consensus that says yes, or all their scores are the same."
        ) from missing
    rows = [
        Threshold(
            rater=rater,
            fold=one.fold + 1,
            folds=folds,
            seed=seed,
            value=one.value,
            f1=one.f1,
            f1_of_all=one.f1_of_all,
            subjects=one.subjects,
            units=one.units,
            chosen_at=now,
        )
        for one in found
    ]
    return {row.fold - 1: row for row in Threshold.objects.bulk_create(rows)}
