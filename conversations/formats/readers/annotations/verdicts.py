"""What the answers of one rater to one task say of its two responses."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from conversations.formats.decoding import decode
from conversations.formats.fields import FieldError

from .sides import by_sides, label_of_difference, label_of_words, named_side

_TELLING = frozenset(
    {"preference", "preferred", "prefer", "overall", "better", "best", "winner", "choice", "comparison", "pairwise"}
    | {"ranking"}
)
_INSIDE = ("selected", "choices", "rating", "value", "ranking")
_TWO, _LONGEST_NUMBER = 2, 10


@dataclass(frozen=True, slots=True)
class AnnotatorsAnswer:
    by: str | None  # the rater, by the tool's own id
    question: str
    value: Any
    submitted_at: datetime | None = None
    submission: int = (
        0  # which of theirs: what somebody says twice of one task is two judgments, of which one is refused
    )


@dataclass(frozen=True, slots=True)
class FoundLabel:
    """A label, and by which questions it was given."""

    label: int
    asked: frozenset[str]


def verdict_of(answers: Sequence[AnnotatorsAnswer], objects: Collection[str]) -> FoundLabel | None:
    """By the question that is named for it, else by the first that prefers one, else by a rating of each response."""
    ordered = sorted(
        answers, key=lambda answer: not _TELLING & set(answer.question.casefold().replace("-", "_").split("_"))
    )
    for answer in ordered:
        if (label := label_of(answer.value, objects)) is not None:
            return FoundLabel(label, frozenset({answer.question}))
    return _by_ratings({answer.question: answer.value for answer in ordered})


def label_of(value: Any, objects: Collection[str]) -> int | None:
    said = alone(value)
    if isinstance(said, list):
        return _by_ranking(said)
    return label_of_words(said, objects) if isinstance(said, str) else None


def alone(value: Any) -> Any:
    """What stands in the objects and lists of one that tools put around an answer, also as a text of JSON."""
    if isinstance(value, str) and value.lstrip()[:1] in ("[", "{"):
        try:
            return alone(decode(value.encode("utf-8", "surrogatepass")))
        except FieldError:
            return value
    if isinstance(value, list) and len(value) == 1:
        return alone(value[0])
    if isinstance(value, dict) and (name := next((name for name in _INSIDE if name in value), None)) is not None:
        return alone(value[name])
    return value


def _by_ranking(ranked: Sequence[Any]) -> int | None:
    """Two names, the better first, or with their ranks."""
    places: dict[int, float] = {}
    for index, each in enumerate(ranked):
        name = alone(each)
        side = named_side(name) if isinstance(name, str) else None
        rank = each.get("rank") if isinstance(each, dict) else index
        if side is None or not isinstance(rank, int | float):
            return None
        places[side[1]] = rank
    return label_of_difference(-places[0], -places[1]) if len(ranked) == _TWO and places.keys() == {0, 1} else None


def _by_ratings(values: dict[str, Any]) -> FoundLabel | None:
    numbers = {name: number for name, value in values.items() if (number := _number(alone(value))) is not None}
    for named in by_sides(numbers).values():
        if named.keys() == {0, 1}:
            label = label_of_difference(numbers[named[0]], numbers[named[1]])
            return FoundLabel(label, frozenset(named.values()))
    return None


def _number(value: Any) -> float | None:
    if isinstance(value, str) and value.strip().isdecimal() and len(value) < _LONGEST_NUMBER:
        value = int(value)
    return (
        float(value) if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 2**53 else None
    )
