from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from conversations.models import Study


class StudyForm(forms.ModelForm):
    """What a study is called, what it pays, and what its raters may see."""

    class Meta:
        model = Study
        fields = [
            "title",
            "description",
            "pay_per_hour",
            "currency",
            "contact",
            "margin",
            "show_reason",
            "several_comparisons_per_case",
        ]
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}
        labels = {
            "margin": "Smallest meaningful difference",
            "show_reason": "Show raters the model's reason for an attribute",
            "several_comparisons_per_case": "Let a rater see more than one comparison of a case",
        }
        help_texts = {
            "title": "Raters see it.",
            "description": "For you and your team.",
            "pay_per_hour": "Raters see it before they start; the estimates use it. 0 when nobody is paid.",
            "currency": "Three letters, for example USD.",
            "contact": "An address at which raters reach you.",
            "margin": "In points of the scale from 1 to 5.",
            "show_reason": "",
            "several_comparisons_per_case": "Two with the same generic response can unblind each other.",
        }


class NewStudyForm(StudyForm):
    k = forms.IntegerField(
        label="Ratings per task",
        initial=3,
        validators=[MinValueValidator(1), MaxValueValidator(50)],
        help_text="How many people judge each task, at every stage. You can set each stage apart later.",
    )
    field_order = ["title", "description", "k"]


class GuidelinesForm(forms.Form):
    """A stage's guidelines; the field asks for a preview as it is written in."""

    text = forms.CharField(
        label="Guidelines",
        max_length=50_000,
        help_text="Markdown. Saving makes a new version; the earlier ones stay.",
        widget=forms.Textarea(attrs={"rows": 24}),
    )

    def __init__(self, *args: Any, preview: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].widget.attrs |= {
            "hx-post": preview,
            "hx-trigger": "input changed delay:400ms",
            "hx-target": "#preview",
            "hx-sync": "this:replace",
        }
