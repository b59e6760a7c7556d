"""What people choose when they export."""

from django import forms

from reports.enums import ExportFormat


class ExportForm(forms.Form):
    format = forms.ChoiceField(choices=ExportFormat.choices, initial=ExportFormat.JSONL)
