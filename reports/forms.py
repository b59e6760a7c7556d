"""What people choose when they export, and when they import."""

import zipfile
from typing import Any

from django import forms
from django.conf import settings
from django.template.defaultfilters import filesizeformat

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


class DatasetForm(forms.Form):
    title = forms.CharField(
        label="Title of the new study",
        max_length=200,
        help_text="You will own the study, and can change its title later.",
    )
    file = forms.FileField(
        label="Dataset", max_length=1000, help_text="The ZIP that an export of the whole dataset gives, as it is."
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > settings.UPLOAD_MAX_BYTES:
            limit = filesizeformat(settings.UPLOAD_MAX_BYTES)
            raise forms.ValidationError(f"The file is larger than {limit}. Use manage.py import_dataset.")
        if not zipfile.is_zipfile(file):
            raise forms.ValidationError("This is not a ZIP.")
        file.seek(0)
        return file
