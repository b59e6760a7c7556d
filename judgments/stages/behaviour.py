"""The interface each stage fills in."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import IntegerChoices, Q, QuerySet

from conversations.enums import Gating
from conversations.models import Stage
from judgments.enums import FailureMode


class LabelNotKnown(Exception):
    """The stage has no such label."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A label as it is offered on the page: ``value`` is what the form sends, ``keys`` what chooses it."""

    value: int
    label: str
    keys: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The key that is shown beside it; empty if there is none."""
        return self.keys[0] if self.keys else ""


class Behaviour(ABC):
    number: ClassVar[int]
    target: ClassVar[str]  # the field of Task that names what a page is about
    subject: ClassVar[str]  # of a target, the field that leads to its subject
    drawn_by: ClassVar[str] = "id"  # of a target: those with the same are built and queued together
    has_overall_unit: ClassVar[bool] = False
    has_sides: ClassVar[bool] = False  # two responses, left and right, and labels that say which
    rests_on_conversations: ClassVar[bool] = False  # pages show them, and units the evidence in them
    shows_prompt: ClassVar[bool] = True
    selects: ClassVar[bool] = False  # its labels say which attributes a system would use
    is_ordinal: ClassVar[bool] = True  # how far two labels are apart tells something
    own_settings: ClassVar[frozenset[str]] = frozenset()  # fields of Stage that mean nothing at the others
    gatings: ClassVar[Mapping[Gating, str]]  # what it can be built from, in words
    name: ClassVar[str]  # "attribute extraction", for the parts of a report and a dataset's card
    title: ClassVar[str]  # "Stage 1, attributes"
    labels: ClassVar[type[IntegerChoices]]  # canonical
    words: ClassVar[Mapping[int, str]]  # labels as exports and uploads write them
    asked_for: ClassVar[int]  # the choice an attention check asks for: one that hardly anybody gives by habit
    best_label: ClassVar[int]  # says the most for personalization
    disagreement_gap: ClassVar[int] = 1  # from here on the lowest and the highest label of a unit disagree

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
    def characters_to_read(self, stage: Stage, target_ids: Collection[int]) -> Mapping[int, int]:
        """By target: the length of what its page shows beside the units, as it is before anything is taken out of it."""

    @abstractmethod
    def consensus(self, labels: Sequence[int]) -> float: ...

    @abstractmethod
    def choices(self) -> Sequence[Choice]: ...

    @abstractmethod
    def page_in_words(self, units: int) -> str:
        """What a page with so many units is about, for who judged it."""

    def shows_card(self, stage: Stage) -> bool:
        """Whether pages say what is known of the person, ask the overall unit first and its attributes after it."""
        return self.has_overall_unit and stage.person_card

    def rules(self, stage: Stage) -> Mapping[str, Any]:
        """What shapes a judgment of this stage and of no other, by a name that the report's words know."""
        return {}

    @property
    def pair_drawn_by(self) -> str:
        """``drawn_by`` as it is found from the rows of ``pairs``."""
        return "target_id" if self.drawn_by == "id" else f"{self.target}__{self.drawn_by}"

    @property
    def has_words(self) -> bool:
        """Whether its labels are words, and not numbers, where they are written."""
        return any(word != str(label) for label, word in self.words.items())

    @property
    def scale(self) -> tuple[int, ...]:
        """The canonical labels in their order."""
        return tuple(sorted(self.words))

    def conflict_keys(self, target_ids: Collection[int]) -> Mapping[int, int]:
        """By target: what a rater may meet in one target only."""
        return {}

    def failure_modes(self, label: int) -> Sequence[FailureMode]:
        """The failure modes that may go with a label."""
        return ()

    def every_failure_mode(self) -> Sequence[FailureMode]:
        return tuple(dict.fromkeys(mode for label in self.words for mode in self.failure_modes(label)))

    def is_right(self, label: int, expected: int, *, personalized_left: bool | None, is_instruction: bool) -> bool:
        """Whether a stored label is what gold, practice or an attention check expects: the one rule for all of them.

        An instruction tells the rater what to choose: its expected label is the one seen on the page.
        """
        return label == expected

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

    def in_full(self, label: int) -> str:
        """The canonical label as readers of results are told it."""
        return self.words[label]

    def consensus_in_words(self, label: float) -> str:
        return self.words[round(label)]
