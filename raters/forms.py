"""Forms of those who arrive, and of those who make the links."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from raters.enums import EnrolmentOutcome
from raters.models import EntryLink
from raters.platforms.registry import all_platforms, platform_of

# A returned arrival was ended on the platform: nobody comes back with a code for it.
OUTCOMES_WITH_CODES = [outcome for outcome in EnrolmentOutcome if outcome != EnrolmentOutcome.RETURNED]
PARAMETERS = ("person_parameter", "study_parameter", "session_parameter")


class PlatformSelect(forms.Select):
    """Says of each platform which other fields it needs: the style sheet shows no more."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        platform = platform_of(value)
        option["attrs"] |= {
            "data-crowd": platform.is_crowd,
            "data-named": "person_parameter" not in platform.fixed,
            "data-signs": platform.signature is not None,
        }
        return option


class EntryLinkForm(forms.ModelForm):
    class Meta:
        model = EntryLink
        fields = ["stage", "label", "max_raters", "platform", *PARAMETERS, "platform_study_id"]
        fields += ["requires_token", "return_address"]
        widgets = {"platform": PlatformSelect}
        labels = {
            "label": "Name",
            "max_raters": "At most how many raters",
            "platform": "Where they come from",
            "person_parameter": "Parameter with the person",
            "study_parameter": "Parameter with the platform's study",
            "session_parameter": "Parameter with the arrival",
            "platform_study_id": "Id of the study on the platform",
            "return_address": "Address to return to",
        }
        help_texts = {
            "label": "Only you see it, for example “Pilot, colleagues”.",
            "max_raters": "Leave empty for no limit.",
            "platform_study_id": "Whoever comes from another study is refused. Leave empty to take any.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for platform in all_platforms():
            for name, text in platform.field_help.items():
                self.fields[name].help_text = text
        fixed = " and ".join(one.short_name for one in all_platforms() if one.is_crowd and one.fixed)
        self.fields[
            "platform"
        ].help_text = f"For {fixed} the three parameters and the address to return to are filled in for you."
        signing = [(one.short_name, one.signature.help) for one in all_platforms() if one.signature]
        self.fields[
            "requires_token"
        ].label = f"Demand {' or '.join(f"{name}'s" for name, _help in signing)} signed token"
        self.fields["requires_token"].help_text = " ".join(text for _name, text in signing)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "platform" not in cleaned:
            return cleaned
        platform = platform_of(cleaned["platform"])
        cleaned |= platform.fixed
        if platform.signature is None:
            cleaned["requires_token"] = False
        if platform.is_crowd and not cleaned.get("person_parameter"):
            self.add_error("person_parameter", "Name the parameter that tells who the person is.")
        self._check_names_and_address(cleaned)
        return cleaned

    def _check_names_and_address(self, cleaned: dict[str, Any]) -> None:
        names = [cleaned[name].lower() for name in PARAMETERS if cleaned.get(name)]
        if len(names) != len(set(names)):
            self.add_error("person_parameter", "Each parameter needs a name of its own.")
        if cleaned.get("platform_study_id") and not cleaned.get("study_parameter"):
            self.add_error("study_parameter", "Name the parameter that carries the id of the study.")
        address = cleaned.get("return_address")
        if address and not address.startswith("https://"):
            self.add_error("return_address", "The address must begin with https://.")


class CompletionCodesForm(forms.Form):
    """One code for each way an arrival can end."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for outcome in OUTCOMES_WITH_CODES:
            self.fields[outcome.value] = forms.CharField(label=outcome.label, max_length=60, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        codes = [code for code in cleaned.values() if code]
        if len(codes) != len(set(codes)):
            self.add_error(None, "Each outcome needs a code of its own: the platform tells them apart by it.")
        return cleaned


class ArrivalForm(forms.Form):
    """What a rater agrees to and says before the start: only what this study has to ask."""

    # It stands beside Start, outside the form.
    agree = forms.BooleanField(
        label=_("I have read the consent text and agree to take part"),
        required=True,
        error_messages={"required": _("Without your consent you can't start.")},
        widget=forms.CheckboxInput({"form": "arrival-form"}),
    )
    languages = forms.MultipleChoiceField(
        label=_("Which of these languages do you read well?"),
        help_text=_("You get only pages in languages you read."),
        widget=forms.CheckboxSelectMultiple,
    )
    avoids_flagged = forms.BooleanField(
        label=_("I would rather not see pages that are marked as offensive"), required=False
    )

    def __init__(
        self, *args: Any, asks_consent: bool, languages: Sequence[str], has_flagged: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if not asks_consent:
            del self.fields["agree"]
        if not has_flagged:
            del self.fields["avoids_flagged"]
        if languages:
            self.fields["languages"].choices = [(name, _language_name(name)) for name in languages]  # type: ignore[attr-defined]
        else:
            del self.fields["languages"]


def _language_name(language: str) -> str:
    """In its own language. Uploads write codes or names; what is no code is shown as it was written."""
    try:
        return str(get_language_info(language)["name_local"]).capitalize()
    except KeyError:
        return language
