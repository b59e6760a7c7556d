"""What people type about their accounts."""

from datetime import datetime, timedelta

from django import forms

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
