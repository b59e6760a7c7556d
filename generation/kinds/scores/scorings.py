"""How far a scoring rater is: scores, the thresholds chosen last, and what they were chosen by."""

from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Q

from conversations.enums import StageNumber
from conversations.models import Study
from generation.models import Score, Threshold
from judgments.models import Consensus
from raters.models import Rater


@dataclass(frozen=True, slots=True)
class Scoring:
    """A rater whose judgments come from scores."""

    rater: Rater
    units: int
    subjects: int
    unlabelled: int  # scored since the thresholds were chosen, or before any were
    agreed: int  # of the scored units, those with a consensus now
    provisional: int  # of these
    thresholds: list[Threshold]  # the last ones chosen, by fold

    @property
    def labelled(self) -> int:
        return self.units - self.unlabelled


def scorings_of(study: Study) -> list[Scoring]:
    raters = Rater.objects.filter(scores__isnull=False, enrolments__study=study).distinct().order_by("name")
    return [scoring_of(rater) for rater in raters]


def scoring_of(rater: Rater) -> Scoring:
    scores = Score.objects.filter(rater=rater)
    consensus = Consensus.objects.filter(unit=OuterRef("unit"), stage__number=StageNumber.RELEVANCE)
    agreed = scores.filter(Exists(consensus))
    counts = scores.aggregate(units=Count("id"), subjects=Count("unit__task__case__subject", distinct=True))
    last = Threshold.objects.filter(rater=rater).order_by("-chosen_at").first()
    return Scoring(
        rater=rater,
        units=counts["units"],
        subjects=counts["subjects"],
        unlabelled=scores.filter(threshold__isnull=True).count(),
        agreed=agreed.count(),
        provisional=scores.filter(Exists(consensus.filter(provisional=True))).count(),
        thresholds=_of_last_choice(rater, last),
    )


def _of_last_choice(rater: Rater, last: Threshold | None) -> list[Threshold]:
    if last is None:
        return []
    chosen = Threshold.objects.filter(rater=rater, chosen_at=last.chosen_at)
    given = Count("scores"), Count("scores", filter=Q(scores__value__gte=F("value")))
    return list(chosen.annotate(labelled=given[0], yes=given[1]).order_by("fold"))
