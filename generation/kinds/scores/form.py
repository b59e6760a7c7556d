"""What the page asks of a run that scores relevance."""

from typing import Any

from django import forms

from generation.kinds.run_form import RunForm
from generation.kinds.scores.configuration import ScoresConfiguration, ScoringMethod


class ScoresForm(RunForm):
    method = forms.ChoiceField(choices=ScoringMethod, label="Scored by")
    with_reason = forms.BooleanField(
        required=False,
        label="Read an attribute's reason too",
        help_text="Raters and models judge relevance by the text alone. With reasons it is another rater.",
    )
    field_order = ["method", "endpoint", "with_reason", "limit", "budget"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["limit"].label = "Subjects, at most"
        self.fields["endpoint"].help_text = "Where embeddings are asked for; BM25 is computed here and calls nobody."

    def configuration(self) -> ScoresConfiguration:
        return ScoresConfiguration(
            method=ScoringMethod(self.cleaned_data["method"]), with_reason=self.cleaned_data["with_reason"]
        )
