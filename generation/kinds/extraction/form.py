"""What the page asks of a run that extracts attributes."""

from django import forms

from generation.kinds.extraction.configuration import ExtractionConfiguration
from generation.kinds.run_form import RunForm


class ExtractionForm(RunForm):
    confidence_threshold = forms.FloatField(
        min_value=0, max_value=1, initial=0.4, help_text="Attributes the model is less sure of are left out."
    )
    max_attributes = forms.IntegerField(
        label="Attributes for each subject, at most", min_value=1, max_value=200, initial=12
    )
    field_order = ["endpoint", "limit", "confidence_threshold", "max_attributes", "budget"]

    def configuration(self) -> ExtractionConfiguration:
        return ExtractionConfiguration(
            confidence_threshold=self.cleaned_data["confidence_threshold"],
            max_attributes=self.cleaned_data["max_attributes"],
            seed=self.study.seed,
        )
