from django import forms

LONGEST_GUIDELINES = 50_000


class GuidelinesForm(forms.Form):
    text = forms.CharField(
        label="Guidelines",
        max_length=LONGEST_GUIDELINES,
        help_text="Markdown. Saving makes a new version; the earlier ones stay.",
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "true"}),
    )
