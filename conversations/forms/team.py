"""What people type about their team."""

from typing import Any

from django import forms
from django.contrib.auth.forms import BaseUserCreationForm

from accounts.models import User
from conversations.enums import Role
from conversations.services import consent
from conversations.services.members import may_give

ROLES_IN_WORDS = {
    Role.OWNER: "Owner: everything, also what open stages keep from others",
    Role.ADMIN: "Admin: uploads, runs, stages, raters, exports",
    Role.ANALYST: "Analyst: reads; labels of a stage only once it is closed",
    Role.RATER: "Rater: judges, and sees nothing else",
}


class RoleForm(forms.Form):
    role = forms.ChoiceField(label="Role")

    def __init__(self, *args: Any, actor_role: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        given = [(role.value, ROLES_IN_WORDS[role]) for role in Role if may_give(role, actor_role)]
        self.fields["role"].choices = given  # type: ignore[attr-defined]


class InvitationForm(RoleForm):
    label = forms.CharField(
        label="For whom", max_length=100, help_text="A name or an address, so that you know whose link it is."
    )
    field_order = ["label", "role"]


class AccountForm(BaseUserCreationForm):
    """An account for who was invited and has none."""

    class Meta:
        model = User
        fields = ("username", "email")


class ConsentForm(forms.Form):
    """The text; the field asks for a preview as it is written in."""

    text = forms.CharField(
        label="Consent text",
        max_length=consent.LONGEST,
        help_text="Markdown. Saving makes a new version: raters who agreed to an earlier one are asked again.",
        widget=forms.Textarea(attrs={"rows": 20}),
    )

    def __init__(self, *args: Any, preview: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].widget.attrs |= {
            "hx-post": preview,
            "hx-trigger": "input changed delay:400ms",
            "hx-target": "#preview",
            "hx-sync": "this:replace",
        }
