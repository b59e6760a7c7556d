"""Forms around learning: the rater's check, and what admins write for it."""

from collections.abc import Iterator
from typing import Any

from django import forms

from judgments.authoring.twins import Instruction, TwinUnit
from judgments.enums import TaskKind
from judgments.models import Task, Unit
from judgments.stages import behaviour

CHOICES_OF_A_QUESTION = 6
TEXT_LENGTH = 1000


class QuestionForm(forms.Form):
    text = forms.CharField(label="Question", max_length=TEXT_LENGTH, widget=forms.Textarea(attrs={"rows": 3}))
    choices = forms.CharField(
        label="Choices",
        help_text="One a line, two to six of them, in the order in which raters see them.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    answer = forms.IntegerField(
        label="The right one",
        help_text="Its number in the list above, counted from 1.",
        min_value=1,
        max_value=CHOICES_OF_A_QUESTION,
    )
    explanation = forms.CharField(
        label="Explanation",
        help_text="Raters read it after they got the question wrong.",
        required=False,
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_choices(self) -> list[str]:
        choices = [line.strip() for line in self.cleaned_data["choices"].splitlines() if line.strip()]
        if not 2 <= len(choices) <= CHOICES_OF_A_QUESTION:
            raise forms.ValidationError("Write two to six choices, one a line.")
        if any(len(choice) > 300 for choice in choices):
            raise forms.ValidationError("A choice has at most 300 characters.")
        if len(set(choices)) < len(choices):
            raise forms.ValidationError("Two choices are the same.")
        return choices

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "choices" in cleaned and cleaned.get("answer", 0) > len(cleaned["choices"]):
            self.add_error("answer", "There is no choice with this number.")
        return cleaned

    def fields_of_question(self) -> dict[str, Any]:
        return self.cleaned_data | {"answer": self.cleaned_data["answer"] - 1}


class TwinForm(forms.Form):
    """Which units of a regular task to show again, as what, and what is expected of each."""

    kind = forms.ChoiceField(
        label="What is it for?",
        choices=[
            (TaskKind.PRACTICE, "Practice: shown before a rater's first page, with feedback"),
            (TaskKind.GOLD, "Gold: hidden among a rater's pages, to see how far they agree"),
            (TaskKind.ATTENTION, "Attention check: hidden, with an instruction among the units"),
        ],
        initial=TaskKind.PRACTICE,
        widget=forms.RadioSelect,
    )
    instruction = forms.CharField(
        label="Instruction of an attention check",
        help_text="Only for an attention check. It must say plainly what to choose: a fair check can't be failed by "
        "who reads it.",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    instructed = forms.TypedChoiceField(
        label="What the instruction asks for",
        help_text="As the rater sees the choices, whatever stands left or right.",
        coerce=int,
        empty_value=None,
        required=False,
    )

    def __init__(self, *args: Any, task: Task, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.task = task
        self.units = [unit for unit in task.units.all() if not _is_gone(unit)]
        way = behaviour(task.stage.number)
        seen = [(choice.value, choice.label) for choice in way.choices()]
        self.fields["instructed"].choices = seen  # type: ignore[attr-defined]
        self.fields["instructed"].initial = way.asked_for
        self.fields["instruction"].initial = f"This is a check: please choose “{dict(seen)[way.asked_for]}” here."
        labels = [("", "No expectation"), *way.labels.choices]
        for unit in self.units:
            self._add_fields(unit, labels)

    def _add_fields(self, unit: Unit, labels: list[Any]) -> None:
        self.fields[f"include-{unit.pk}"] = forms.BooleanField(label="Show this unit", required=False, initial=True)
        self.fields[f"label-{unit.pk}"] = forms.TypedChoiceField(
            label="Expected label", choices=labels, coerce=int, empty_value=None, required=False
        )
        self.fields[f"explanation-{unit.pk}"] = forms.CharField(
            label="Explanation", required=False, max_length=TEXT_LENGTH, widget=forms.Textarea(attrs={"rows": 2})
        )

    def rows(self) -> Iterator[dict[str, Any]]:
        for unit in self.units:
            yield {"unit": unit} | {name: self[f"{name}-{unit.pk}"] for name in ("include", "label", "explanation")}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        is_check = cleaned.get("kind") == TaskKind.ATTENTION
        if is_check and (not cleaned.get("instruction") or cleaned.get("instructed") is None):
            self.add_error("instruction", "An attention check needs its instruction, and what it asks for.")
        chosen = [unit for unit in self.units if cleaned.get(f"include-{unit.pk}")]
        if not chosen:
            self.add_error(None, "Choose at least one unit.")
        for unit in chosen:
            if not is_check and cleaned.get(f"label-{unit.pk}") is None:
                self.add_error(f"label-{unit.pk}", "Say which label you expect, or leave this unit out.")
        return cleaned

    def chosen(self) -> list[TwinUnit]:
        return [
            TwinUnit(unit, self.cleaned_data[f"label-{unit.pk}"], self.cleaned_data[f"explanation-{unit.pk}"].strip())
            for unit in self.units
            if self.cleaned_data[f"include-{unit.pk}"]
        ]

    def told(self) -> Instruction | None:
        if self.cleaned_data["kind"] != TaskKind.ATTENTION:
            return None
        return Instruction(self.cleaned_data["instruction"], self.cleaned_data["instructed"])


def _is_gone(unit: Unit) -> bool:
    return unit.attribute is not None and unit.attribute.withdrawn_at is not None
