from django import forms

from raters.models import EntryLink


class EntryLinkForm(forms.ModelForm):
    class Meta:
        model = EntryLink
        fields = ["stage", "label", "max_raters"]
        labels = {"label": "Name", "max_raters": "At most how many raters"}
        help_texts = {
            "label": "Only you see it, for example “Pilot, colleagues”.",
            "max_raters": "Leave empty for no limit.",
        }


class ArrivalForm(forms.Form):
    """Shown only where the study asks for consent."""

    agree = forms.BooleanField(label="I have read this and agree to take part", required=True)
