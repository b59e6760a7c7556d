"""What the page asks of a run that judges a stage."""

from typing import Any

from django import forms

from conversations.enums import StageNumber
from generation.kinds.run_form import RunForm
from generation.kinds.votes.configuration import VotesConfiguration


class VotesForm(RunForm):
    stage = forms.TypedChoiceField(choices=StageNumber, coerce=int, label="Stage to judge")
    field_order = ["stage", "endpoint", "limit", "budget"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["limit"].label = "Pages, at most"

    def configuration(self) -> VotesConfiguration:
        return VotesConfiguration.for_stage(self.cleaned_data["stage"])
