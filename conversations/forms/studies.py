from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from conversations.enums import COLLECTING, WhileCollecting
from conversations.models import Study
from conversations.models.studies import SHOWS_REASONS
from conversations.services import guidelines


class StudyForm(forms.ModelForm):
    """What a study is called, what it pays, and what its raters may see."""

    class Meta:
        model = Study
        fields = [
            "title",
            "description",
            "pay_per_hour",
            "currency",
            "platform_fee",
            "contact",
            "margin",
            "content_warning",
            "show_reason",
            "several_comparisons_per_case",
            "same_rater_across_stages",
            "disjoint_panels",
            "withdrawal_policy",
        ]
        widgets = {
            "description": forms.Textarea(attrs={"rows": 3}),
            "content_warning": forms.Textarea(attrs={"rows": 2}),
            "withdrawal_policy": forms.RadioSelect,
        }
        labels = {
            "platform_fee": "Platform fee, percent",
            "margin": "Smallest meaningful difference",
            "show_reason": "Show raters the model's reason for an attribute",
            "several_comparisons_per_case": "Let a rater see more than one comparison of a case",
            "same_rater_across_stages": "Let who judged a subject's attributes rate that subject's responses",
            "disjoint_panels": "A rater takes part in one stage only",
            "withdrawal_policy": "When a rater withdraws, the judgments they gave",
        }
        help_texts = {
            "title": "Raters see it.",
            "description": "For you and your team.",
            "pay_per_hour": "Raters see it before they start; the estimates use it. 0 when nobody is paid.",
            "platform_fee": "What a crowd platform takes on top of raters' pay; prices count it.",
            "currency": "Three letters, for example USD.",
            "contact": "An address at which raters reach you.",
            "margin": "In points of the scale from 1 to 5.",
            "show_reason": "",
            "several_comparisons_per_case": "Two with the same generic response can unblind each other.",
            "same_rater_across_stages": "Everybody is shown what is known of the person. Forbid it where who has read the "
            "conversations shall not judge the responses; the report gives the effect by who had.",
            "disjoint_panels": "Each stage has raters of its own: whoever came to one is turned away at the others.",
            "withdrawal_policy": "Raters are told before they withdraw.",
            "content_warning": "Raters read it before they start, for example that some conversations are about war.",
        }


class NewStudyForm(StudyForm):
    k = forms.IntegerField(
        label="Ratings per task",
        initial=3,
        validators=[MinValueValidator(1), MaxValueValidator(50)],
        help_text="How many people judge each task, at every stage. You can set each stage apart later.",
    )
    field_order = ["title", "description", "k"]


def going_field(*, is_asked: bool, help_text: str = "") -> forms.ChoiceField:
    """What becomes of the stage that collects. Not ``is_asked``: the service finds out whether it has to be."""
    return forms.ChoiceField(
        label="The stage is at work: what then?",
        choices=WhileCollecting.choices,
        required=is_asked,
        error_messages={"required": "Say whether to go on or to close the stage first."},
        widget=forms.RadioSelect,
        help_text=help_text,
    )


class SettingsForm(StudyForm):
    """The settings of a study that may be at work."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.stages.filter(number=SHOWS_REASONS, state__in=COLLECTING).exists():
            self.fields["going"] = going_field(
                is_asked=False, help_text="Asked only where the model's reason comes to be shown, or hidden."
            )
            names = list(StudyForm.Meta.fields)
            place = names.index("show_reason") + 1
            self.order_fields([*names[:place], "going", *names[place:]])


class GuidelinesForm(forms.Form):
    """A stage's guidelines; the field asks for a preview as it is written in."""

    text = forms.CharField(
        label="Guidelines",
        max_length=guidelines.LONGEST,
        help_text="Markdown. Saving makes a new version; the earlier ones stay.",
        widget=forms.Textarea(attrs={"rows": 24}),
    )

    def __init__(self, *args: Any, preview: str, collects: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if collects:
            self.fields["going"] = going_field(is_asked=True)
        self.fields["text"].widget.attrs |= {
            "hx-post": preview,
            "hx-trigger": "input changed delay:400ms",
            "hx-target": "#preview",
            "hx-sync": "this:replace",
        }
