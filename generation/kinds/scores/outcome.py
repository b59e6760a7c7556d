"""What became of the scores, on the page of their run."""

from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import User
from conversations.enums import StageNumber
from generation.kinds.kind import ResultsPart
from generation.kinds.scores.choosing_thresholds import FOLDS
from generation.kinds.scores.configuration import ScoresConfiguration
from generation.kinds.scores.scorings import scoring_of
from generation.models import Run
from judgments.disclosure import look
from judgments.enums import LookWay


class ThresholdsForm(forms.Form):
    folds = forms.IntegerField(label="Folds", min_value=2, max_value=50, initial=FOLDS)


def _context(run: Run, user: User) -> dict[str, Any]:
    """Thresholds tell of the consensus, so they are withheld as labels are."""
    if run.rater is None:
        return {}
    scoring, stage = scoring_of(run.rater), StageNumber.RELEVANCE
    told = [stage] if scoring.thresholds else []
    sight = look(study=run.study, user=user, by=LookWay.THRESHOLDS, now=timezone.now(), at=told)
    return {
        "scoring": scoring,
        "thresholds_form": ThresholdsForm(),
        "thresholds_withheld": sight.hides(stage),
        "calls_endpoint": ScoresConfiguration.of(run.configuration).calls_endpoint,
    }


OUTCOME = ResultsPart(template="generation/scoring.html", context=_context)
