from typing import Any

from django import forms

from conversations.enums import Gating, StageState
from conversations.models import Stage

GATING_CHOICES = {
    1: [(Gating.ALL, "All attributes")],
    2: [(Gating.ALL, "All attributes"), (Gating.CONSENSUS, "Only attributes the humans accepted at stage 1")],
    3: [
        (Gating.ALL, "All attributes that were given"),
        (Gating.CONSENSUS, "Only attributes the humans found relevant at stage 2"),
        (Gating.SELECTION, "The system's own selection"),
    ],
}
# What the tasks were built from can't change under the raters.
FIXED_ONCE_OPENED = ["k", "gating", "page_size"]


class StageForm(forms.ModelForm):
    """How a stage is rated. What tasks were built from is fixed once the stage has been opened."""

    class Meta:
        model = Stage
        fields = ["k", "gating", "page_size", "lease_minutes", "seconds_per_unit"]
        labels = {
            "k": "Ratings per task",
            "gating": "What is judged",
            "page_size": "Units on a page, at most",
            "lease_minutes": "Minutes a task stays reserved",
            "seconds_per_unit": "Seconds one judgment takes",
        }
        help_texts = {
            "k": "How many people judge each task. Three allows a majority.",
            "lease_minutes": "Renewed while the rater works. A late answer is kept and paid, as surplus.",
            "seconds_per_unit": "For the estimates of time and money.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["gating"] = forms.ChoiceField(
            label="What is judged", choices=GATING_CHOICES[self.instance.number], widget=forms.RadioSelect
        )
        if self.instance.state != StageState.DRAFT:
            for name in FIXED_ONCE_OPENED:
                self.fields[name].disabled = True
