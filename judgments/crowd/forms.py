"""What is asked before a crowd platform is told something."""

from typing import Any

from django import forms

from accounts.storable import INTEGER_COLUMN
from judgments.crowd.platforms.base import CrowdPlatform, PlatformApi


class PlatformTokenForm(forms.Form):
    token = forms.RegexField(
        r"^[!-~]{8,300}$",
        label="API token",
        error_messages={"invalid": "A token is one word of at least 8 characters."},
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, api: PlatformApi, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["token"].help_text = api.token_help


class SendForm(forms.Form):
    """``arrivals`` and ``total``: what was shown and is agreed to."""

    arrivals = forms.IntegerField(min_value=1, max_value=INTEGER_COLUMN, widget=forms.HiddenInput)
    total = forms.DecimalField(min_value=0, decimal_places=2, widget=forms.HiddenInput)
    platform_study_id = forms.CharField()

    def __init__(self, *args: Any, platform: CrowdPlatform, api: PlatformApi, asks_study: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.platform, self.api = platform, api
        study = self.fields["platform_study_id"]
        study.label, study.help_text = f"Id of the study on {platform.short_name}", api.study_id_help
        if not asks_study:
            del self.fields["platform_study_id"]

    def clean_platform_study_id(self) -> str:
        given: str = self.cleaned_data["platform_study_id"]
        if not self.api.is_id(given):
            raise forms.ValidationError(f"This is no id of {self.platform.short_name}'s.")
        return given


class SettleForm(forms.Form):
    paid = forms.ChoiceField(choices=[("yes", "They were paid"), ("no", "They were not paid")])
