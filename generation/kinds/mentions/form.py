"""What the page asks of a run that detects mentions."""

from typing import Any

from django import forms

from generation.kinds.mentions.configuration import MentionsConfiguration
from generation.kinds.run_form import RunForm


class MentionsForm(RunForm):
    all_again = forms.BooleanField(
        required=False,
        label="Ask again about what is decided",
        help_text="Otherwise only where the rule decided: what an uploader or a model said stays.",
    )
    field_order = ["endpoint", "all_again", "limit", "budget"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["limit"].label = "Cases, at most"

    def configuration(self) -> MentionsConfiguration:
        return MentionsConfiguration(all_again=self.cleaned_data["all_again"])
