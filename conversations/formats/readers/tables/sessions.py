"""One exchange of a table or a trace, and the conversation that the exchanges of a session come to."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Self

from conversations.formats.fields import FieldError, Record
from conversations.formats.rows import Turn
from conversations.formats.turns import check_size

from .exchanges import asked_and_answered, said_in


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was asked and answered. ``is_call``: of a model; else of the application around it, which counts where its trace has no call."""

    trace: str
    session: str | None  # None where another run of the trace may say it
    user: str | None
    moment: int
    model: str | None
    is_call: bool
    asked: tuple[Turn, ...] = ()
    answered: tuple[Turn, ...] = ()
    problems: tuple[FieldError, ...] = ()

    @classmethod
    def of(cls, asked: Any, answered: Any, **who: Any) -> Self:
        """What can't be read of it is a problem of the exchange, and counts as the exchange does."""
        said = Record({"input": asked, "output": answered})
        turns: list[tuple[Turn, ...]] = []
        problems: list[FieldError] = []
        for name, role in (("input", "user"), ("output", "assistant")):
            try:
                found = said_in(said, name, role)
            except FieldError as error:
                turns.append(())
                problems.append(error)
                continue
            turns.append(found.turns)
            problems += found.problems
        return cls(asked=turns[0], answered=_behind(turns[0], turns[1]), problems=tuple(problems), **who)

    @property
    def new_turns(self) -> int:
        """Without what was said before the last answer, which a log repeats."""
        answers = [place for place, turn in enumerate(self.asked) if turn.role == "assistant"]
        return len(self.asked) - (answers[-1] + 1 if answers else 0) + len(self.answered)

    def as_text(self) -> str:
        turns = [[[turn.role, turn.content] for turn in said] for said in (self.asked, self.answered)]
        problems = [[error.field, error.expected, error.found] for error in self.problems]
        return json.dumps([self.trace, self.is_call, *turns, problems])


def exchange_of_row(record: Record) -> Exchange:
    """Of a table. What is one message was not logged with what was said before it: it is told again as often as it stands there.

    Raises:
        FieldError: of the first message that can't be read.
    """
    asked, answered = map(tuple, asked_and_answered(record))
    asked, answered = (asked, _behind(asked, answered)) if len(asked) > 1 else ((), (*asked, *answered))
    who: dict[str, Any] = {"trace": "", "session": None, "user": None, "moment": 0, "model": None}
    return Exchange(is_call=True, asked=asked, answered=answered, **who)


def _behind(asked: tuple[Turn, ...], answered: tuple[Turn, ...]) -> tuple[Turn, ...]:
    """A state that an application gives back begins with what it was given."""
    return answered[len(asked) :] if asked and answered[: len(asked)] == asked else answered


@dataclass(slots=True)
class Session:
    """What is new in each exchange, told in the order of time: calls repeat what was said before them."""

    turns: list[Turn] = field(default_factory=list)
    problems: list[FieldError] = field(default_factory=list)
    _characters: int = 0
    _called: set[str] = field(default_factory=set)  # traces of which a call was told
    _waiting: tuple[str, list[Turn], list[Turn], list[FieldError]] | None = None

    def add(self, text: str) -> None:
        """Raises FieldError where the conversation becomes larger than one may be."""
        trace, is_call, asked, answered, problems = json.loads(text)
        said = [Turn(*turn) for turn in asked], [Turn(*turn) for turn in answered]
        errors = [FieldError(*error) for error in problems]
        if self._waiting is not None and self._waiting[0] != trace:
            self.end()
        if is_call:
            self._waiting = None
            self._called.add(trace)
            self._take(*said, errors)
        elif self._waiting is None and trace not in self._called:
            self._waiting = trace, *said, errors

    def end(self) -> None:
        if self._waiting is not None:
            _trace, asked, answered, errors = self._waiting
            self._waiting = None
            self._take(asked, answered, errors)

    def _take(self, asked: list[Turn], answered: list[Turn], errors: list[FieldError]) -> None:
        told_before = bool(self.turns)
        asked = [turn for turn in asked if turn.role != "system" or not told_before]
        self.problems += errors
        self.tell([*asked[_repeated(self.turns, asked) :], *answered], "messages")

    def tell(self, turns: list[Turn], path: str) -> None:
        """What is new. Raises FieldError as ``add``."""
        self.turns += turns
        self._characters += sum(len(turn.content) for turn in turns)
        check_size(len(self.turns), self._characters, path)


def _repeated(turns: list[Turn], asked: list[Turn]) -> int:
    """How many of what is asked were told already (instructions are asked with the first exchange only): the longest beginning with which the conversation ends.

    Where that is none, though an answer stands in it, its history was written otherwise before: then what comes from the last question on is new.
    """
    said, given = _words(turns), _words(asked)
    for length in range(min(len(said), len(given)), 0, -1):
        if said[-length] == given[0] and said[-length:] == given[:length]:
            return length
    if not turns or all(turn.role != "assistant" for turn in asked):
        return 0
    return max((place for place, turn in enumerate(asked) if turn.role == "user"), default=0)


def _words(turns: Iterable[Turn]) -> list[tuple[str, str]]:
    return [(turn.role, turn.content.strip()) for turn in turns if turn.role != "system"]
