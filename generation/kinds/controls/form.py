"""What the page asks of a run that makes controls."""

from typing import Any

from django import forms

from conversations.models import System
from generation.kinds.controls.configuration import PERSONAL_NEEDS_ENDPOINT, ControlsConfiguration
from generation.kinds.controls.scope import systems_with_generics
from generation.kinds.run_form import RunForm


class ControlsForm(RunForm):
    generic_of = forms.ModelChoiceField(
        System.objects.none(),
        required=False,
        label="Generic responses",
        empty_label="The endpoint's; it writes those that are missing",
        help_text="Those of another system, uploaded ones too, are taken as they are: no endpoint is called.",
    )
    personal = forms.BooleanField(
        required=False,
        label="Also compare with a response that was written for another subject",
        help_text="Reported by itself: it gates no verdict and flags nobody. Who rates what is about themselves never gets it.",
    )
    field_order = ["generic_of", "endpoint", "personal", "limit", "budget"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["generic_of"].queryset = systems_with_generics(self.study)  # type: ignore[attr-defined]
        self.fields["limit"].label = "Cases, at most"

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("personal") and cleaned.get("generic_of"):
            self.add_error("personal", PERSONAL_NEEDS_ENDPOINT)
        return cleaned

    def configuration(self) -> ControlsConfiguration:
        source = self.cleaned_data["generic_of"]
        return ControlsConfiguration(generic_of=source.pk if source else None, personal=self.cleaned_data["personal"])
