"""What raters fill in beside their judgments."""

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.storable import kept
from judgments.models import ComprehensionTry, Question
from judgments.rating.blinding_answers import CANNOT_TELL, LEFT, RIGHT
from raters.services.messages import MESSAGE_LENGTH

SURENESS = range(1, 6)


class TypedField(forms.CharField):
    """What a rater types is kept by the same rule here as on the rating page (``accounts.storable``)."""

    def to_python(self, value: Any) -> str:
        return kept(super().to_python(value) or "")


class MessageToTeamForm(forms.Form):
    text = TypedField(
        label=_("Your message"),
        max_length=MESSAGE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )


class BlindingForm(forms.Form):
    guess = forms.ChoiceField(
        choices=[
            (LEFT, _("The left one")),
            (RIGHT, _("The right one")),
            (CANNOT_TELL, _("Cannot tell")),
        ],
        error_messages={"required": _("Choose one of the three, or skip this question.")},
    )
    sureness = forms.TypedChoiceField(
        choices=[(step, str(step)) for step in SURENESS], coerce=int, empty_value=None, required=False
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("guess") in {LEFT, RIGHT} and cleaned.get("sureness") is None:
            self.add_error("sureness", _("Say how sure you are, or skip this question."))
        return cleaned


class CheckForm(forms.Form):
    """All questions of the check. After a failed try, what was right is filled in and what was wrong is explained."""

    number = forms.IntegerField(min_value=1, max_value=2, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, questions: Sequence[Question], last: ComprehensionTry | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions
        self.before: dict[str, int] = last.answers if last else {}
        self.fields["number"].initial = last.number + 1 if last else 1
        for question in questions:
            self.fields[self._name(question)] = forms.TypedChoiceField(
                choices=[(index, text) for index, text in enumerate(question.choices)],
                coerce=int,
                error_messages={"required": _("Choose one."), "invalid_choice": _("Choose one.")},
            )

    @staticmethod
    def _name(question: Question) -> str:
        return f"question-{question.pk}"

    def rows(self) -> Iterator[dict[str, Any]]:
        """What the page shows for each question."""
        for question in self.questions:
            name = self._name(question)
            given = self.before.get(str(question.pk))
            was_wrong = given is not None and given != question.answer
            known = None if was_wrong else given
            chosen = self.data.get(name) if self.is_bound else known
            yield {
                "question": question,
                "name": name,
                "options": [{"value": str(index), "label": text} for index, text in enumerate(question.choices)],
                "chosen": "" if chosen is None else str(chosen),
                "was_wrong": was_wrong,
                "errors": self[name].errors,
            }

    @property
    def number_of_try(self) -> int:
        return int(self.cleaned_data["number"])

    def answers(self) -> dict[int, int]:
        return {question.pk: self.cleaned_data[self._name(question)] for question in self.questions}
