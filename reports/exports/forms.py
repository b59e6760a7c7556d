"""What people choose when they export, and when they import."""

from typing import Any

from django import forms

from reports.enums import FORMATS, TABLE_FORMATS, ExportFormat, ExportKind


class ExportForm(forms.Form):
    kind = forms.ChoiceField(label="What", choices=ExportKind.choices, initial=ExportKind.JUDGMENTS)
    format = forms.ChoiceField(
        label="Format of a table",
        choices=[(each.value, each.label) for each in TABLE_FORMATS],
        initial=ExportFormat.JSONL,
        help_text="Files for other tools and the whole dataset have a format of their own.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "kind" in cleaned and "format" in cleaned:
            possible = FORMATS[ExportKind(cleaned["kind"])]
            cleaned["format"] = cleaned["format"] if cleaned["format"] in possible else possible[0]
        return cleaned
