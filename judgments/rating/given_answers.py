"""What a rater gives on one page, and what they are told about it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from judgments.enums import Outcome

type OutcomeOrOpen = Outcome | Literal[""]


def as_outcome(stored: str) -> OutcomeOrOpen:
    return Outcome(stored) if stored else ""


@dataclass(frozen=True, slots=True)
class UnitAnswer:
    unit_id: int  # or ``steps.OVERALL_UNIT``
    label: int  # as seen: at stage 3 from 1 = left much better to 5 = right much better
    failure_mode: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Signs:
    """How often the rater pasted into a text field, and left the page after copying from it. Never what."""

    pastes: int = 0
    exits_with_copy: int = 0


@dataclass(frozen=True, slots=True)
class GivenAnswers:
    """One submit of a page. The client makes the id, and sends the same one when it tries again."""

    client_id: uuid.UUID
    answers: Sequence[UnitAnswer]
    missing_attributes: str = ""
    comment: str = ""
    active_ms: int = 0
    signs: Signs = Signs()
    draft_revision: int | None = None  # its place among the page's drafts; None: it is not known


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    outcome: OutcomeOrOpen  # empty: the overall answer is stored, and the page goes on with its other units
    revision: int
    submitted_at: datetime
    repeated: bool  # this request had been committed before; nothing changed
    overtaken: bool = False  # another answer of the rater had been committed before; nothing changed
    is_first: bool = False  # by it the page came to be judged
