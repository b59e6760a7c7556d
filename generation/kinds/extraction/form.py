"""What the page asks of a run that extracts attributes."""

from typing import Any

from django import forms

from conversations.models import Study
from generation.kinds.extraction.configuration import ExtractionConfiguration
from generation.kinds.run_form import RunForm
from generation.models import Endpoint


class ExtractionForm(RunForm):
    confidence_threshold = forms.FloatField(
        min_value=0, max_value=1, initial=0.4, help_text="Attributes the model is less sure of are left out."
    )
    max_attributes = forms.IntegerField(
        label="Attributes for each subject, at most", min_value=1, max_value=200, initial=12
    )
    embedding_endpoint = forms.ModelChoiceField(
        Endpoint.objects.none(),
        required=False,
        label="Near-duplicates by the embeddings of",
        empty_label="the small model that comes with the installation",
        help_text="An endpoint that gives embeddings is asked once for each subject.",
    )
    field_order = ["endpoint", "limit", "confidence_threshold", "max_attributes", "embedding_endpoint", "budget"]

    def __init__(self, *args: Any, study: Study, **kwargs: Any) -> None:
        super().__init__(*args, study=study, **kwargs)
        self.fields["embedding_endpoint"].queryset = self.fields["endpoint"].queryset  # type: ignore[attr-defined]

    def configuration(self) -> ExtractionConfiguration:
        return ExtractionConfiguration(
            confidence_threshold=self.cleaned_data["confidence_threshold"],
            max_attributes=self.cleaned_data["max_attributes"],
            seed=self.study.seed,
        ).embedded_by(self.cleaned_data["embedding_endpoint"])
