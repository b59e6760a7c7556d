"""What people type about endpoints and runs."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator

from accounts.storable import BIG_COLUMN, INTEGER_COLUMN
from accounts.storable_requests import StorableJSONInput
from conversations.enums import StageNumber
from conversations.models import Study, System
from generation.configuration import (
    ExtractionConfiguration,
    MentionsConfiguration,
    ResponsesConfiguration,
    RunConfiguration,
    ScoresConfiguration,
    VotesConfiguration,
)
from generation.enums import AttributePolicy, ScoringMethod
from generation.models import Endpoint
from generation.services.thresholds import FOLDS

_PRINTABLE = RegexValidator(r"\A[!-~]+\Z", "A key has no spaces and no characters beyond plain ASCII.")


class EndpointForm(forms.ModelForm):
    key = forms.CharField(
        required=False,
        max_length=1000,
        validators=[_PRINTABLE],
        # Never filled in again, not even after an error elsewhere in the form.
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="Stored encrypted and never shown again.",
    )
    remove_key = forms.BooleanField(required=False, label="Remove the stored key")
    temperature = forms.FloatField(min_value=0, max_value=2, initial=0.3, help_text="0 is the most predictable.")
    max_tokens = forms.IntegerField(label="Longest answer, in tokens", min_value=16, max_value=100_000, initial=1024)
    seed = forms.IntegerField(
        required=False, min_value=0, max_value=BIG_COLUMN, help_text="For endpoints that know one."
    )
    more_parameters = StorableJSONInput(
        required=False,
        label="More request parameters",
        help_text="A JSON object that is sent as it is, for example {&quot;top_p&quot;: 0.9}.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    class Meta:
        model = Endpoint
        fields = [
            "name",
            "base_url",
            "model",
            "key_variable",
            "context_tokens",
            "input_price",
            "output_price",
            "concurrency",
            "requests_per_minute",
            "timeout_seconds",
            "supports_json_schema",
        ]
        labels = {"context_tokens": "Context, in tokens"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored = dict(self.instance.parameters)
        for name in ("temperature", "max_tokens", "seed"):
            if name in stored:
                self.initial[name] = stored.pop(name)
        if stored:
            self.initial["more_parameters"] = stored
        if self.instance.is_embedded:
            # Its address and model are those of the settings.
            for name in ("base_url", "model", "key_variable", "key", "remove_key"):
                del self.fields[name]
        elif self.instance.sealed_key:
            self.fields["key"].label = "Replace the key"
            self.fields["key"].help_text = "One is stored. Leave empty to keep it; it is never shown."
        else:
            del self.fields["remove_key"]
        order = ["name", "base_url", "model", "key", "remove_key"]
        self.order_fields(order)

    def clean_more_parameters(self) -> dict[str, Any]:
        value = self.cleaned_data["more_parameters"] or {}
        if not isinstance(value, dict) or {"model", "messages", "stream", "n"} & value.keys():
            raise forms.ValidationError("A JSON object is expected, without model, messages, stream and n.")
        return value

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("key") and cleaned.get("remove_key"):
            self.add_error("remove_key", "Enter another key or remove the stored one, not both.")
        own = {name: cleaned.get(name) for name in ("temperature", "max_tokens", "seed")}
        more = cleaned.get("more_parameters") or {}
        self.instance.parameters = {name: value for name, value in own.items() if value is not None} | more
        return cleaned


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


class ResponsesForm(RunForm):
    policy = forms.ChoiceField(choices=AttributePolicy, label="A personalized response is given")
    selection_system = forms.ModelChoiceField(
        System.objects.none(),
        required=False,
        label="Whose selection",
        help_text="Only where a system's own selection is used.",
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
        if cleaned.get("policy") == AttributePolicy.SELECTION and not cleaned.get("selection_system"):
            self.add_error("selection_system", "Choose the system whose selection is used.")
        return cleaned

    def configuration(self) -> ResponsesConfiguration:
        system = self.cleaned_data["selection_system"]
        return ResponsesConfiguration(
            policy=AttributePolicy(self.cleaned_data["policy"]),
            selection_system=system.pk if system else None,
            max_given=self.cleaned_data["max_given"],
        )


class VotesForm(RunForm):
    stage = forms.TypedChoiceField(choices=StageNumber, coerce=int, label="Stage to judge")
    field_order = ["stage", "endpoint", "limit", "budget"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["limit"].label = "Pages, at most"

    def configuration(self) -> VotesConfiguration:
        return VotesConfiguration.for_stage(self.cleaned_data["stage"])


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


class ThresholdsForm(forms.Form):
    folds = forms.IntegerField(label="Folds", min_value=2, max_value=50, initial=FOLDS)


class ResumeForm(forms.Form):
    budget = forms.DecimalField(required=False, min_value=0, max_digits=10, decimal_places=2, label="New budget")
