"""How much of a conversation, or of a long text, is sent at once: what is read first comes first, the rest when it is opened.

Every limit is one of the input, known before anything is laid out. Turns in, safe HTML out; no database.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.safestring import SafeString

from conversations.as_written import as_written
from conversations.highlighting import Span
from conversations.markdown import LONGEST
from conversations.rendering import rendered_once

# Characters read and written, and what stands around them; laying out takes at most 2 microseconds for each.
PAGE_BUDGET = 400_000
# What is sent of a history at first: more words than are read before the rest has come. It keeps a page below 100 kB compressed.
FIRST_BUDGET = 120_000
PORTION_BUDGET = 150_000
# Characters of turns in what is opened at once, as long as they are no longer laid out than written.
PORTION = 30_000
# Texts that are too long to be laid out are cut into pieces of so many characters.
PIECE = 30_000
# What stands around each turn of the page, in characters of HTML.
AROUND_A_TURN = 400
A_LINE = 20  # what a line costs in layout beside its characters
_PROSE_ROLES = {"assistant"}


class TurnPiece(NamedTuple):
    """A turn, or the characters from ``start`` to ``end`` of a long one."""

    turn: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ShownTurn:
    number: int  # from 0
    role: str
    html: SafeString
    is_prose: bool
    is_as_written: bool  # it is Markdown that can't be laid out, which is to be said
    goes_on: bool  # it began in the piece before
    evidence: str  # names of the quotes that point to the whole turn


class Budget:
    """What a page may still cost."""

    def __init__(self, characters: int) -> None:
        self._left = characters

    @property
    def is_spent(self) -> bool:
        return self._left <= 0

    def spend(self, characters: int) -> None:
        self._left -= characters


def cut(text: str, start: int = 0, most: int = PIECE) -> int:
    """Where the stretch that begins at ``start`` ends: between words before ``most`` characters, or with the text.

    A little more is taken where that is all.
    """
    latest = start + most
    if latest + most // 10 >= len(text):
        return len(text)
    earliest = latest - most // 10
    line, word = text.rfind("\n", earliest, latest), text.rfind(" ", earliest, latest)
    return (line if line >= 0 else word if word >= 0 else latest - 1) + 1


def pieces_of(turns: Sequence[Mapping[str, str]]) -> list[TurnPiece]:
    """They depend on the turns alone, so their numbers mean the same every time."""
    return [piece for number, turn in enumerate(turns) for piece in _pieces(number, turn["content"])]


def _pieces(number: int, text: str) -> Iterator[TurnPiece]:
    if len(text) <= LONGEST:
        yield TurnPiece(number, 0, len(text))
        return
    start = 0
    while start < len(text):
        end = cut(text, start)
        yield TurnPiece(number, start, end)
        start = end


def portions(pieces: Sequence[TurnPiece], first: int, last: int, *, most: int = PORTION) -> Iterator[tuple[int, int]]:
    """The pieces from ``first`` to before ``last`` in groups to be opened one by one."""
    begun, characters = first, 0
    for number in range(first, last):
        weight = pieces[number].end - pieces[number].start + AROUND_A_TURN
        if characters and characters + weight > most:
            yield begun, number
            begun, characters = number, 0
        characters += weight
    if begun < last:
        yield begun, last


def read(
    turns: Sequence[Mapping[str, str]],
    pieces: Sequence[TurnPiece],
    *,
    budget: Budget,
    spans: Mapping[int, Sequence[Span]] | None = None,
) -> list[ShownTurn]:
    """As many of the pieces as the budget allows. The last one may overdraw it."""
    shown: list[ShownTurn] = []
    for piece in pieces:
        if budget.is_spent:
            break
        one = show(turns[piece.turn], piece, (spans or {}).get(piece.turn, ()))
        budget.spend(_cost(turns[piece.turn]["content"], piece, one))
        shown.append(one)
    return shown


def _cost(text: str, piece: TurnPiece, shown: ShownTurn) -> int:
    lines = text.count("\n", piece.start, piece.end) if shown.is_prose else 0
    return piece.end - piece.start + len(shown.html) + AROUND_A_TURN + lines * A_LINE


def read_all(turns: Sequence[Mapping[str, str]], pieces: Sequence[TurnPiece], *, budget: Budget) -> list[ShownTurn]:
    """All of the pieces; those behind the budget as they were written, which costs next to nothing."""
    shown = read(turns, pieces, budget=budget)
    return shown + [show(turns[piece.turn], piece, laid_out=False) for piece in pieces[len(shown) :]]


def show(turn: Mapping[str, str], piece: TurnPiece, spans: Sequence[Span] = (), *, laid_out: bool = True) -> ShownTurn:
    """The piece as safe HTML: an assistant's turn as Markdown unless evidence is marked in it, all else as written."""
    text = turn["content"][piece.start : piece.end]
    is_markdown = turn["role"] in _PROSE_ROLES and all(span.end <= span.start for span in spans)
    html = rendered_once(text) if is_markdown and laid_out and len(turn["content"]) <= LONGEST else None
    here = [Span(span.start - piece.start, span.end - piece.start, span.evidence) for span in spans]
    return ShownTurn(
        number=piece.turn,
        role=turn["role"],
        html=as_written(text, [span for span in here if span.end > 0]) if html is None else html,
        is_prose=html is not None,
        is_as_written=is_markdown and html is None and piece.start == 0,
        goes_on=piece.start > 0,
        evidence=" ".join(span.evidence for span in spans if span.end <= span.start) if piece.start == 0 else "",
    )


def stands_in(span: Span, piece: TurnPiece) -> bool:
    """Whether the quote begins in this piece of its turn."""
    return piece.start <= span.start < max(piece.end, piece.start + 1)
