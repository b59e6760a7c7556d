"""What every upload format is translated into: one small value for each kind of row.

Parsers yield these (or a ``RowError``); the apps that own the tables store them. Nothing here knows
about Django. Subjects, conversations, prompts and attributes are named by the uploader's own ids.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Turn:
    role: str  # "user", "assistant", "system" or "tool"
    content: str


@dataclass(frozen=True, slots=True)
class EvidencePointer:
    """Where an attribute's evidence is said to lie. Every part may be missing; none is guessed."""

    conversation: str | None  # the uploader's conversation id
    turn: int | None  # 0-based, counting turns of every role
    quote: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    line: int  # 1-based line of the file; for a JSON array the 1-based number of the element
    file: str = ""  # which of several files in one; empty where the upload is the file itself


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectRow(Row):
    subject: str
    origin: str | None = None  # overrides the origin stated for the batch
    stated_conversations: int | None = None  # how many real conversations lie behind a subject without transcripts


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationRow(Row):
    subject: str
    conversation: str | None
    turns: tuple[Turn, ...]
    language: str | None = None
    model: str | None = None
    flags: Mapping[str, Any] = field(default_factory=dict)  # {"toxic": true, "redacted": true}


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeRow(Row):
    subject: str
    text: str
    attribute: str | None = None  # the uploader's id
    reason: str = ""
    confidence: float | None = None  # 0..1
    evidence: tuple[EvidencePointer, ...] = ()
    system: str | None = None
    type: str = ""
    merged_from: tuple[str, ...] = ()  # the texts a merged attribute was made of


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptRow(Row):
    prompt: str
    text: str
    topic: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow(Row):
    subject: str
    prompt: str


@dataclass(frozen=True, slots=True)
class SelectedAttribute:
    attribute: str  # the uploader's attribute id, or the attribute's text
    selected: bool = True
    score: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionRow(Row):
    """A system spoke about a case: of these attributes it said whether they are used.

    ``is_whole``: they are its whole answer, and an empty one says that it uses none. Otherwise other rows may add to it.
    """

    system: str
    subject: str
    prompt: str
    attributes: tuple[SelectedAttribute, ...]
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class GivenAttribute:
    attribute: str  # the uploader's attribute id, or the attribute's text
    given: bool  # False: context only, shown to nobody and judged by nobody
    mentioned: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedArm:
    """How a personalized response came about, as far as the uploader says. Nothing said is one arm of the system."""

    name: str = ""
    policy: str | None = None  # "own", "accepted", "relevant", "selection" or "all"
    selection_of: str | None = None  # the system whose selection was given, where the policy is "selection"
    settings: Mapping[str, str | int | float | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseRow(Row):
    system: str
    subject: str
    prompt: str
    kind: str  # "generic" or "personalized"
    text: str
    attributes: tuple[GivenAttribute, ...] | None = None  # none: not stated; empty: nothing was given
    arm: StatedArm = field(default_factory=StatedArm)
    model: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    latency_ms: int | None = None
    cost: str | None = None  # a decimal number, in the study's currency


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlRow(Row):
    """A pair of responses of which one is known to be right."""

    subject: str
    prompt: str
    control: str  # "obvious", "damaged" or "personal"
    right: str
    wrong: str
    system: str | None = None
    borrowed_from: str | None = None  # a personal one: the subject that the wrong text was written for


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgmentRow(Row):
    """A label given elsewhere: a model's vote, a panel's consensus, or a human's judgment."""

    rater: str
    rater_kind: str  # "human", "model" or "panel"
    stage: int
    subject: str
    label: str | int  # "accept"/"unsure"/"reject", "yes"/"no", or 1..5 (5 = personalized much better)
    prompt: str | None = None
    attribute: str | None = None  # id or text; None is stage 3's overall unit
    system: str | None = None
    arm: StatedArm = field(default_factory=StatedArm)  # stage 3: what is said of it tells which comparison is meant
    failure_mode: str = ""
    note: str = ""
    presentation: int = 0  # 0 the counted one, 1 a repeat or the swapped order
    submitted_at: datetime | None = None
    # What holds for the whole page the unit is on.
    shown_left: str | None = None  # stage 3: "generic" or "personalized"
    comment: str | None = None
    active_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowError:
    """One thing that could not be taken, said so that the uploader can mend it."""

    line: int
    field: str
    expected: str
    found: str  # a short excerpt, never a whole conversation
    kept: bool = False  # the row it belongs to was yielded all the same (a pointer that leads nowhere)
    file: str = ""  # as of a row
