"""What the page asks of every new run."""

from typing import Any

from django import forms

from accounts.storable import INTEGER_COLUMN
from conversations.models import Study
from generation.configuration import RunConfiguration
from generation.models import Endpoint


class RunForm(forms.Form):
    """What every kind of run asks."""

    endpoint = forms.ModelChoiceField(Endpoint.objects.none(), empty_label=None)
    limit = forms.IntegerField(
        required=False, min_value=1, max_value=INTEGER_COLUMN, help_text="Leave empty for all that are missing."
    )
    budget = forms.DecimalField(
        required=False,
        min_value=0,
        max_digits=10,
        decimal_places=2,
        help_text="The run pauses before it is passed. Leave empty for none.",
    )

    def __init__(self, *args: Any, study: Study, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.study = study
        self.fields["endpoint"].queryset = Endpoint.objects.filter(study=study).order_by("name")  # type: ignore[attr-defined]

    def configuration(self) -> RunConfiguration:
        raise NotImplementedError
