"""Finding the quotes an attribute rests on. Pure: turns in, positions out; nothing is ever guessed."""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from conversations.enums import EvidenceState

SUBJECT_ROLE = "user"
# A shorter quote would be found in almost any turn, which proves nothing.
_SHORTEST_ELSEWHERE = 8


class Located(NamedTuple):
    """Where a quote lies. ``start`` and ``end`` are character positions in the turn, None where there are none."""

    turn: int | None
    start: int | None
    end: int | None
    state: EvidenceState


def locate(
    turns: Sequence[Mapping[str, str]], turn: int | None, quote: str | None, *, elsewhere: bool = False
) -> Located:
    """Find a quote in the turn it points to: exactly, else but for white space, punctuation, case and quote marks.

    Without a turn the subject's own turns are searched. With ``elsewhere`` a quote that is not where it points to may
    be found verbatim in another of the subject's turns (a model miscounts turns); an uploaded pointer is never moved.
    """
    if turn is not None and not 0 <= turn < len(turns):
        if not (elsewhere and quote):
            return Located(turn, None, None, EvidenceState.OUT_OF_RANGE)
        turn = None
    if not quote or not quote.strip():
        return _whole_turn(turns, turn)
    found = _in_turn(turns, turn, quote) if turn is not None else _in_own_turns(turns, quote)
    if found is None and turn is not None and elsewhere and len(quote) >= _SHORTEST_ELSEWHERE:
        found = _in_own_turns(turns, quote)
    return found or Located(turn, None, None, _why_not(turns, turn))


def _why_not(turns: Sequence[Mapping[str, str]], turn: int | None) -> EvidenceState:
    own = turn is None or turns[turn]["role"] == SUBJECT_ROLE
    return EvidenceState.NOT_FOUND if own else EvidenceState.ASSISTANT_TURN


def _whole_turn(turns: Sequence[Mapping[str, str]], turn: int | None) -> Located:
    if turn is None:
        return Located(None, None, None, EvidenceState.NOT_FOUND)
    own = turns[turn]["role"] == SUBJECT_ROLE
    return Located(turn, None, None, EvidenceState.TURN if own else EvidenceState.ASSISTANT_TURN)


def _in_own_turns(turns: Sequence[Mapping[str, str]], quote: str) -> Located | None:
    found = [located for number in range(len(turns)) if (located := _in_turn(turns, number, quote))]
    return min(found, key=lambda located: located.state != EvidenceState.EXACT, default=None)


def _in_turn(turns: Sequence[Mapping[str, str]], turn: int, quote: str) -> Located | None:
    if turns[turn]["role"] != SUBJECT_ROLE:
        return None
    content = turns[turn]["content"]
    quote = quote.strip()
    start = content.find(quote)
    if start >= 0:
        return Located(turn, start, start + len(quote), EvidenceState.EXACT)
    wanted, _ = _normalised(quote)
    folded, positions = _normalised(content)
    start = folded.find(wanted) if wanted else -1
    if start < 0:
        return None
    return Located(turn, positions[start], positions[start + len(wanted) - 1] + 1, EvidenceState.NORMALISED)


def _normalised(text: str) -> tuple[str, list[int]]:
    """Letters, digits and symbols only, case folded, and for each of them its position in the text."""
    characters: list[str] = []
    positions: list[int] = []
    for position, character in enumerate(text):
        for folded in unicodedata.normalize("NFKC", character).casefold():
            if unicodedata.category(folded)[0] in "LNSM":
                characters.append(folded)
                positions.append(position)
    return "".join(characters), positions
