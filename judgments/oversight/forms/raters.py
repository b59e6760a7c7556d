"""What a member asks of the rater list, and does to a rater."""

from typing import Any

from django import forms

from conversations.models import Stage, Study
from judgments.enums import ExclusionReason
from judgments.oversight.rater_table import STATES
from raters.models import Message


class RaterFilterForm(forms.Form):
    stage = forms.ModelChoiceField(queryset=Stage.objects.none(), required=False, empty_label="All stages")
    state = forms.ChoiceField(choices=[("", "Any state"), *STATES.items()], required=False)
    flagged = forms.BooleanField(label="Only flagged", required=False)
    sort = forms.RegexField(r"^-?[a-z_]{1,20}$", required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, study: Study, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["stage"]
        field.queryset = study.stages.all()  # type: ignore[attr-defined]
        field.to_field_name = "number"  # type: ignore[attr-defined]

    @property
    def asked(self) -> dict[str, Any]:
        """What can be understood of it; the rest counts as not asked."""
        self.is_valid()
        return {"stage": None, "state": "", "flagged": False, "sort": ""} | self.cleaned_data


class MessageToRaterForm(forms.ModelForm):
    class Meta:
        model = Message
        fields = ["text"]
        labels = {"text": "Your message"}
        help_texts = {"text": "The rater finds it in their rating pages. They see “Researcher”, not your name."}
        widgets = {"text": forms.Textarea(attrs={"rows": 4})}


class ExclusionForm(forms.Form):
    reason = forms.ChoiceField(
        label="Reason",
        choices=[choice for choice in ExclusionReason.choices if choice[0] != ExclusionReason.WITHDREW],
        widget=forms.RadioSelect,
        help_text="It stands beside each judgment in the data.",
    )
