"""What is asked before a crowd platform is told something."""

from typing import Any

from django import forms

from accounts.storable import INTEGER_COLUMN
from judgments.crowd.platforms.prolific import ID


class PlatformTokenForm(forms.Form):
    token = forms.RegexField(
        r"^[!-~]{8,300}$",
        label="API token",
        help_text="Made on Prolific, under Settings. It may do all that you may do there. It is stored encrypted, and never shown.",
        error_messages={"invalid": "A token is one word of at least 8 characters."},
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class SendForm(forms.Form):
    """``visits`` and ``total``: what was shown and is agreed to."""

    visits = forms.IntegerField(min_value=1, max_value=INTEGER_COLUMN, widget=forms.HiddenInput)
    total = forms.DecimalField(min_value=0, decimal_places=2, widget=forms.HiddenInput)
    platform_study_id = forms.RegexField(
        rf"^{ID.pattern}$",
        label="Id of the study on Prolific",
        help_text="The last part of the study's address there.",
        error_messages={"invalid": "An id has only letters and digits."},
    )

    def __init__(self, *args: Any, asks_study: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_study:
            del self.fields["platform_study_id"]


class SettleForm(forms.Form):
    paid = forms.ChoiceField(choices=[("yes", "They were paid"), ("no", "They were not paid")])
