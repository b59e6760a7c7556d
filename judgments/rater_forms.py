"""What raters fill in beside their judgments."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.storable import kept
from judgments.services.blinding_answers import CANNOT_TELL, LEFT, RIGHT
from raters.services.messages import MESSAGE_LENGTH

SURENESS = range(1, 6)


class TypedField(forms.CharField):
    """What a rater types is kept by the same rule here as on the rating page (``accounts.storable``)."""

    def to_python(self, value: Any) -> str:
        return kept(super().to_python(value) or "")


class MessageForm(forms.Form):
    text = TypedField(
        label=_("Your message"),
        max_length=MESSAGE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )


class BlindingForm(forms.Form):
    guess = forms.ChoiceField(
        choices=[
            (LEFT, _("The left one")),
            (RIGHT, _("The right one")),
            (CANNOT_TELL, _("Cannot tell")),
        ],
        error_messages={"required": _("Choose one of the three, or skip this question.")},
    )
    sureness = forms.TypedChoiceField(
        choices=[(step, str(step)) for step in SURENESS], coerce=int, empty_value=None, required=False
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("guess") in {LEFT, RIGHT} and cleaned.get("sureness") is None:
            self.add_error("sureness", _("Say how sure you are, or skip this question."))
        return cleaned
