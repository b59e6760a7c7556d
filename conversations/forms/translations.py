"""A text of the study in another language."""

from typing import Any

from django import forms

from conversations.services import guidelines


class TranslationForm(forms.Form):
    """The field asks for a preview as it is written in."""

    text = forms.CharField(
        label="Translation",
        required=False,
        max_length=guidelines.LONGEST,
        help_text="Markdown. Empty: raters of this language read the original.",
        widget=forms.Textarea(attrs={"rows": 20, "dir": "auto"}),
    )

    def __init__(self, *args: Any, preview: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].widget.attrs |= {
            "hx-post": preview,
            "hx-trigger": "input changed delay:400ms",
            "hx-target": "#preview",
            "hx-sync": "this:replace",
        }
