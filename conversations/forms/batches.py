"""What an uploader says about a file."""

from typing import Any

from django import forms
from django.conf import settings
from django.template.defaultfilters import filesizeformat

from conversations.enums import Origin
from conversations.formats import ENCODINGS, OfferedChoice, SubjectPolicy, is_container, shown_readers
from conversations.services.batches import BatchRefused, examined, options_said

COLUMNS = tuple(dict.fromkeys(name for reader in shown_readers() for name in reader.columns))
_POLICIES = [
    ("", "As the format says"),
    (SubjectPolicy.FIELD.value, "A field of each row names the subject"),
    (SubjectPolicy.CONVERSATION.value, "Each conversation is one subject"),
    (SubjectPolicy.FILE.value, "The whole file is one subject"),
]


class _Files(forms.FileInput):
    """People choose several; a form is about one of them."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return files.get(name)


class UploadForm(forms.Form):
    """One file and how it is read. The page sends several, each of which is a batch of its own."""

    choice: OfferedChoice | None = None  # that the file waits for

    file = forms.FileField(label="Files", max_length=1000, widget=_Files(attrs={"multiple": True}))
    origin = forms.ChoiceField(
        label="Where the conversations come from",
        choices=[("", "Choose"), *Origin.choices],
        help_text="Shown in every report. Only real conversations count as evidence.",
    )
    format = forms.ChoiceField(
        label="Format",
        required=False,
        choices=[("", "Recognise it by its content")] + [(reader.name, reader.label) for reader in shown_readers()],
    )
    subject_policy = forms.ChoiceField(
        label="What one subject is", required=False, choices=_POLICIES, help_text="One subject is one real person."
    )
    subject_field = forms.CharField(
        label="Field that names the subject",
        required=False,
        max_length=200,
        help_text="For example user_id; a dot goes into an object.",
    )
    file_subject = forms.CharField(
        label="Id of the one subject", required=False, max_length=200, help_text="A pseudonym of your own."
    )
    system = forms.CharField(
        label="System",
        required=False,
        max_length=120,
        help_text="What made the attributes or responses, where rows don't say so.",
    )

    encoding = forms.ChoiceField(
        label="Encoding of a text",
        required=False,
        choices=list(ENCODINGS.items()),
        help_text="Only where letters come out wrong, or the file is refused for it.",
    )
    part = forms.CharField(
        label="Sheet, list or file in it",
        required=False,
        max_length=300,
        help_text="Where there are several and one is meant.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in COLUMNS:
            self.fields[f"column_{name}"] = forms.CharField(
                label=f"Column of the {name}", required=False, max_length=200
            )

    def column_fields(self) -> list[forms.BoundField]:
        return [self[f"column_{name}"] for name in COLUMNS]

    def _offer(self, refusal: BatchRefused) -> None:
        """The refusal stands at the field that helps, which then offers what it may be."""
        self.choice = refusal.choice
        if self.choice is None:
            self.add_error("file", str(refusal))
            return
        offered = [(value, value) for value in self.choice.values]
        if self.choice.option == "part":
            self.fields["part"].widget = forms.Select(choices=[("", "Choose"), *offered])
        self.add_error(self.choice.option, str(refusal))

    def chosen_field(self) -> forms.BoundField | None:
        """The field by which the file would be read, where it was refused for want of it."""
        return self[self.choice.option] if self.choice else None

    def offered(self) -> list[tuple[str, str]]:
        """Each value of that field, and its words."""
        if self.choice is None:
            return []
        words = ENCODINGS if self.choice.option == "encoding" else {}
        return [(value, words.get(value, value)) for value in self.choice.values]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > settings.UPLOAD_MAX_BYTES:
            limit = filesizeformat(settings.UPLOAD_MAX_BYTES)
            raise forms.ValidationError(f"The file is larger than {limit}. Cut it, or use manage.py import_batch.")
        return file

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        file = values.get("file")
        if file is None:
            return values
        reading = {name: values.get(name) for name in ("encoding", "part")}
        try:
            seen = examined(file, format=values.get("format"), **reading)
        except BatchRefused as refusal:
            self._offer(refusal)
            return values
        finally:
            file.seek(0)
        values["found"] = seen.format
        said = _said(values) | reading
        try:
            values["options"] = options_said(format=seen.format, head=seen.head, columns=self._columns(values), **said)
        except BatchRefused as refusal:
            self.add_error("file_subject", str(refusal))
        return values

    def _columns(self, values: dict[str, Any]) -> dict[str, str]:
        return {name: values[f"column_{name}"] for name in COLUMNS if values.get(f"column_{name}")}


def _said(values: dict[str, Any]) -> dict[str, Any]:
    return {name: values.get(name) for name in ("subject_policy", "subject_field", "file_subject", "system")}


class PreviewForm(UploadForm):
    """The same, for the beginning of a file; the origin may still be unsaid."""

    waits = False  # the file is packed, so its beginning tells nothing

    def clean(self) -> dict[str, Any]:
        file = self.cleaned_data.get("file")
        if file is not None and self.cleaned_data.get("is_part"):
            self.waits = is_container(file.read(16))
            file.seek(0)
        return self.cleaned_data if self.waits else super().clean()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["origin"].required = False
        self.fields["is_part"] = forms.BooleanField(required=False)
