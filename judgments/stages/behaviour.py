"""The interface each stage fills in."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import Q, QuerySet

from conversations.enums import Gating
from conversations.models import Stage
from judgments.enums import FailureMode


class LabelNotKnown(Exception):
    """The stage has no such label."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A label as it is offered on the page: ``value`` is what the form sends."""

    value: int
    text: str


class Behaviour(ABC):
    number: ClassVar[int]
    target: ClassVar[str]  # the field of Task that names what a page is about
    has_overall_unit: ClassVar[bool] = False
    has_sides: ClassVar[bool] = False  # two responses, left and right, and labels that say which
    gatings: ClassVar[Sequence[Gating]]
    unit_name: ClassVar[str]  # "attribute", for texts like "12 attributes"
    words: ClassVar[Mapping[int, str]]  # labels as exports and uploads write them

    @abstractmethod
    def targets(self, stage: Stage) -> QuerySet[Any, Any]:
        """What pages can be about now: nothing withdrawn, nothing held."""

    @abstractmethod
    def pairs(self, stage: Stage, *, gated: bool = True) -> QuerySet[Any, Any]:
        """The attributes to be judged with each target, annotated ``target_id`` and ``judged_id``.

        Filtering by ``built`` tells those that are in a task from those that are not. ``gated=False`` takes all.
        """

    @abstractmethod
    def wanted_units(self, stage: Stage) -> Q:
        """Those units among the built ones that the stage's gating wants judged."""

    @abstractmethod
    def live_target(self) -> Q:
        """Tasks whose target may be shown (a condition on Task)."""

    @abstractmethod
    def consensus(self, labels: Sequence[int]) -> float: ...

    @abstractmethod
    def choices(self) -> Sequence[Choice]: ...

    def conflict_keys(self, target_ids: Collection[int]) -> Mapping[int, int]:
        """By target: what a rater may meet in one target only."""
        return {}

    def failure_modes(self, label: int) -> Sequence[FailureMode]:
        """The failure modes that may go with a label."""
        return ()

    def parse_label(self, value: str | int) -> int:
        """The stored label of a word or number from outside. Raises LabelNotKnown."""
        for label, word in self.words.items():
            if value == word or (value == label and not isinstance(value, bool)):
                return label
        raise LabelNotKnown(value)

    def canonical(self, label: int, *, personalized_left: bool | None) -> int:
        """The label as it is stored, from what the rater chose. Raises LabelNotKnown."""
        return self.parse_label(label)

    def as_seen(self, label: int, *, personalized_left: bool | None) -> int:
        """The choice a stored label was given by."""
        return label

    def display(self, label: int) -> str:
        return self.words[label]
