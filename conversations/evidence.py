"""Finding the quotes an attribute rests on. Pure: turns in, positions out; nothing is ever guessed."""

import unicodedata
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from conversations.enums import EvidenceState

SUBJECT_ROLE = "user"
# What a pointer says that nobody gave: the program looked for what an attribute may rest on.
FOUND_BY_SEARCH = "search"
# Of an attribute: each is searched for, and shown to raters.
MOST_POINTERS = 20
# A shorter quote would be found in almost any turn, which proves nothing.
_SHORTEST_ELSEWHERE = 8
# Half of a surrogate pair stands in no text that is stored, so that no quote reaches from one turn into the next.
_BETWEEN = "\ud800"
_BLOCK = 4096


def is_found_by_search(pointer: Mapping[str, object]) -> bool:
    return pointer.get("found_by") == FOUND_BY_SEARCH


class Located(NamedTuple):
    """Where a quote lies. ``start`` and ``end`` are character positions in the turn, None where there are none."""

    turn: int | None
    start: int | None
    end: int | None
    state: EvidenceState


class Transcript:
    """The turns of one conversation, to be searched for many quotes: they are folded once, when a quote needs it."""

    def __init__(self, turns: Sequence[Mapping[str, str]]) -> None:
        self._roles = [turn["role"] for turn in turns]
        self._said = [turn["content"] if turn["role"] == SUBJECT_ROLE else "" for turn in turns]

    @cached_property
    def _verbatim(self) -> "_Joined":
        return _Joined(self._said)

    @cached_property
    def _folded(self) -> "_Folded":
        return _Folded(self._said)

    def locate(self, turn: int | None, quote: str | None, *, elsewhere: bool = False) -> Located:
        """Find a quote in the turn it points to: exactly, else but for white space, punctuation, case and quote marks.

        Without a turn the subject's own turns are searched. With ``elsewhere`` a quote that is not where it points to
        may be found verbatim in another of the subject's turns (a model miscounts turns); an uploaded pointer is never
        moved.
        """
        if turn is not None and not 0 <= turn < len(self._roles):
            if not (elsewhere and quote):
                return Located(turn, None, None, EvidenceState.OUT_OF_RANGE)
            turn = None
        if not quote or not quote.strip():
            return Located(turn, None, None, self._state(turn, own=EvidenceState.TURN))
        found = self._find(turn, quote.strip())
        if found is None and turn is not None and elsewhere and len(quote) >= _SHORTEST_ELSEWHERE:
            found = self._find(None, quote.strip())
        return found or Located(turn, None, None, self._state(turn, own=EvidenceState.NOT_FOUND))

    def _state(self, turn: int | None, *, own: EvidenceState) -> EvidenceState:
        if turn is None:
            return EvidenceState.NOT_FOUND
        return own if self._roles[turn] == SUBJECT_ROLE else EvidenceState.ASSISTANT_TURN

    def _find(self, turn: int | None, quote: str) -> Located | None:
        if exact := self._verbatim.find(quote, turn):
            found, start = exact
            return Located(found, start, start + len(quote), EvidenceState.EXACT)
        normalised = self._folded.find(quote, turn)
        return Located(*normalised, EvidenceState.NORMALISED) if normalised else None


class _Joined:
    """Texts behind one another, so that one search goes through all of them."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._text = _BETWEEN.join(texts)
        self._starts = list(accumulate((len(text) + 1 for text in texts), initial=0))

    def find(self, wanted: str, number: int | None) -> tuple[int, int] | None:
        """In which text it stands first, and at which character of it; with ``number`` only there."""
        begin, end = (0, len(self._text)) if number is None else (self._starts[number], self._starts[number + 1] - 1)
        at = -1 if _BETWEEN in wanted else self._text.find(wanted, begin, end)
        if at < 0:
            return None
        found = bisect_right(self._starts, at) - 1
        return found, at - self._starts[found]


class _Folded:
    """Texts but for white space, punctuation and case, with the way back to positions in them."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        self._joined = _Joined([text.translate(_FOLDING) for text in texts])
        self._ends: dict[int, list[int]] = {}

    def find(self, quote: str, number: int | None) -> tuple[int, int, int] | None:
        wanted = quote.translate(_FOLDING)
        place = self._joined.find(wanted, number) if wanted else None
        if place is None:
            return None
        found, at = place
        return found, self._position(found, at), self._position(found, at + len(wanted) - 1) + 1

    def _position(self, number: int, folded: int) -> int:
        """The character of the text that the folded one comes from."""
        ends = self._ends_of(number)
        block = bisect_right(ends, folded)
        passed = ends[block - 1] if block else 0
        position = block * _BLOCK
        for character in self._texts[number][position : position + _BLOCK]:
            passed += len(character.translate(_FOLDING))
            if passed > folded:
                break
            position += 1
        return position

    def _ends_of(self, number: int) -> list[int]:
        """How many folded characters each block of a text ends at."""
        if number not in self._ends:
            text = self._texts[number]
            blocks = (text[start : start + _BLOCK] for start in range(0, len(text), _BLOCK))
            self._ends[number] = list(accumulate(len(block.translate(_FOLDING)) for block in blocks))
        return self._ends[number]


class _Folding(dict[int, str | None]):
    """What becomes of each character, for ``str.translate``: letters, digits and symbols stay, case folded."""

    def __missing__(self, code: int) -> str | None:
        folded = unicodedata.normalize("NFKC", chr(code)).casefold()
        self[code] = "".join(one for one in folded if unicodedata.category(one)[0] in "LNSM") or None
        return self[code]


_FOLDING = _Folding({ord(_BETWEEN): _BETWEEN})
