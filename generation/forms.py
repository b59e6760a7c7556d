"""What people type about endpoints and runs that exist; what a new run asks is its kind's."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator

from accounts.storable import BIG_COLUMN
from accounts.storable_requests import StorableJSONInput
from generation.models import Endpoint

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


class ResumeForm(forms.Form):
    budget = forms.DecimalField(required=False, min_value=0, max_digits=10, decimal_places=2, label="New budget")
