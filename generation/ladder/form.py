"""Which ladder the page is about. Asking changes nothing, so it stands in the address."""

from typing import Any

from django import forms

from conversations.models import Study
from generation.ladder.scope import Ladder, usable_cases
from generation.models import Endpoint

USUAL_GIVEN = 10


class LadderForm(forms.Form):
    endpoint = forms.ModelChoiceField(
        Endpoint.objects.none(),
        empty_label=None,
        label="System",
        help_text="The endpoint, with the model and parameters it has today.",
    )
    cases = forms.IntegerField(
        required=False, min_value=1, help_text="How many, drawn by the study's seed. Leave empty for all."
    )
    max_given = forms.IntegerField(
        label="Attributes for each response, at most", min_value=1, max_value=100, initial=USUAL_GIVEN
    )

    def __init__(self, *args: Any, study: Study, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.study = study
        self.fields["endpoint"].queryset = Endpoint.objects.filter(study=study).order_by("name")  # type: ignore[attr-defined]
        self.fields["cases"].max_value = max(1, usable_cases(study).count())  # type: ignore[attr-defined]

    @property
    def ladder(self) -> Ladder:
        """Of a form that is valid."""
        chosen = self.cleaned_data
        return Ladder(self.study, chosen["endpoint"], chosen["cases"], chosen["max_given"])
