"""What an uploader says about a dataset."""

import zipfile
from typing import Any

from django import forms
from django.conf import settings
from django.template.defaultfilters import filesizeformat


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
