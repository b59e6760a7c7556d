"""What the page asks of a run that writes responses."""

from typing import Any

from django import forms

from conversations.enums import Policy
from conversations.models import System
from generation.kinds.responses.configuration import DEFAULT_POLICY, POLICIES, ResponsesConfiguration
from generation.kinds.run_form import RunForm


class ResponsesForm(RunForm):
    policy = forms.ChoiceField(
        choices=list(POLICIES.items()), initial=DEFAULT_POLICY, label="A personalized response is given"
    )
    selection_system = forms.ModelChoiceField(
        System.objects.none(),
        required=False,
        label="Whose selection",
        help_text="Only where it is given what another system selected.",
    )
    max_given = forms.IntegerField(
        label="Attributes for each response, at most", min_value=1, max_value=100, initial=10
    )
    field_order = ["endpoint", "policy", "selection_system", "max_given", "limit", "budget"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        systems = self.study.systems.filter(selection_records__isnull=False).distinct()
        self.fields["selection_system"].queryset = systems  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("policy") == Policy.SELECTION and not cleaned.get("selection_system"):
            self.add_error("selection_system", "Choose the system whose selection is used.")
        return cleaned

    def configuration(self) -> ResponsesConfiguration:
        system = self.cleaned_data["selection_system"]
        return ResponsesConfiguration(
            policy=Policy(self.cleaned_data["policy"]),
            selection_system=system.pk if system else None,
            max_given=self.cleaned_data["max_given"],
        )
