"""What an adjudicator decides."""

from collections.abc import Sequence
from typing import Any

from django import forms

from judgments.stages import Choice


class AdjudicationForm(forms.Form):
    label = forms.TypedChoiceField(coerce=int, error_messages={"required": "Choose a label."})
    note = forms.CharField(label="Reason", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, choices: Sequence[Choice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["label"].choices = [(choice.value, choice.label) for choice in choices]  # type: ignore[attr-defined]
