"""What people type about their accounts."""

import json
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import Scope

LIFETIMES = [("30", "30 days"), ("90", "90 days"), ("365", "One year"), ("", "Until it is revoked")]


class TokenForm(forms.Form):
    name = forms.CharField(max_length=100, help_text="What will use it, for example “nightly export”.")
    scopes = forms.MultipleChoiceField(
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        label="What it may do",
        help_text="Take what it needs.",
    )
    lifetime = forms.ChoiceField(choices=LIFETIMES, initial="90", required=False, label="Valid for")

    def expires_at(self, now: datetime) -> datetime | None:
        days = self.cleaned_data["lifetime"]
        return now + timedelta(days=int(days)) if days else None


class CodeForm(forms.Form):
    """A code of the authenticator app or a recovery code; people type them with blanks and dashes."""

    code = forms.CharField(
        max_length=20,
        label="Code",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
    )

    def clean_code(self) -> str:
        return "".join(str(self.cleaned_data["code"]).replace("-", " ").split())


class PasswordForm(forms.Form):
    password = forms.CharField(
        strip=False,
        max_length=4096,
        label="Your password",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )


class PasskeyNameForm(forms.Form):
    name = forms.CharField(max_length=60, label="Name", help_text="Where it lives, for example “work laptop”.")


class CredentialForm(forms.Form):
    """What the browser says for a passkey, as JSON (static/js/passkeys.js)."""

    credential = forms.CharField(max_length=100_000, widget=forms.HiddenInput)

    def clean_credential(self) -> dict[str, Any]:
        try:
            said = json.loads(self.cleaned_data["credential"])
        except (ValueError, RecursionError) as error:
            raise ValidationError("This is no answer of a passkey.") from error
        if not isinstance(said, dict):
            raise ValidationError("This is no answer of a passkey.")
        return said


class NewPasskeyForm(PasskeyNameForm, CredentialForm):
    pass
