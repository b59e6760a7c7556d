"""What became of the scores, on the page of their run."""

from typing import Any

from django import forms

from accounts.models import User
from conversations.enums import StageNumber
from generation.kinds.kind import Outcome
from generation.kinds.scores.configuration import ScoresConfiguration
from generation.models import Run
from generation.queries.scores import scoring_of
from generation.services.thresholds import FOLDS
from judgments.disclosure import must_wait_as_rater, withheld_stages


class ThresholdsForm(forms.Form):
    folds = forms.IntegerField(label="Folds", min_value=2, max_value=50, initial=FOLDS)


def _context(run: Run, user: User) -> dict[str, Any]:
    """Thresholds tell of the consensus, so they are withheld as labels are."""
    if run.rater is None:
        return {}
    study = run.study
    withheld = StageNumber.RELEVANCE in withheld_stages(study, user) or must_wait_as_rater(study, user)
    return {
        "scoring": scoring_of(run.rater),
        "thresholds_form": ThresholdsForm(),
        "thresholds_withheld": withheld,
        "calls_endpoint": ScoresConfiguration.of(run.configuration).calls_endpoint,
    }


OUTCOME = Outcome(template="generation/scoring.html", context=_context)
