"""As much of a subject's conversations as fits one call, the evidence before all else. Pure; what is left out is counted."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from generation.context_parts import ASSISTANT_CHARACTERS, ContextLine, ContextTurn, cost, length, shortened

type Place = tuple[int, int]  # number of the conversation, position of the turn
type Span = tuple[int, int]  # where a quote begins and ends; both 0 for a whole turn

_AROUND_A_QUOTE = 300
_SHORTEST = 150  # characters of a turn that are worth showing
_LONGEST_SHARE = 4  # no turn without evidence takes more than a quarter of the room


@dataclass(frozen=True, slots=True)
class Excerpt:
    lines: list[ContextLine]
    turns_left_out: int = 0
    conversations_left_out: int = 0
    cut_characters: int = 0

    @property
    def is_whole(self) -> bool:
        return not (self.turns_left_out or self.cut_characters)


def excerpt(
    conversations: Mapping[int, Sequence[ContextTurn]], *, evidence: Mapping[Place, Sequence[Span]], tokens: int
) -> Excerpt:
    """Everything where it fits. Else turns with evidence first, then those around them, then the rest in order.

    A turn with evidence is always there, at worst as its quotes with what stands around them: then the excerpt may be
    longer than ``tokens``, and the caller finds that the request is too long.
    """
    whole = [
        _whole(number, position, turn) for number, turns in conversations.items() for position, turn in enumerate(turns)
    ]
    if sum(map(cost, whole)) <= tokens:
        return Excerpt(whole)
    chosen = _evidence_lines(whole, evidence, tokens)
    left = tokens - sum(cost(line) for line in chosen.values())
    for line in _by_nearness(whole, evidence):
        cut = _shorter(line, tokens // _LONGEST_SHARE)
        if cost(cut) <= left:
            chosen[_place(line)] = cut
            left -= cost(cut)
    return _counted(whole, chosen)


def _whole(number: int, position: int, turn: ContextTurn) -> ContextLine:
    return {"conversation": number, "turn": position, "role": turn["role"], "content": turn["content"]}


def _place(line: ContextLine) -> Place:
    return line["conversation"], line["turn"]


def _evidence_lines(
    whole: Sequence[ContextLine], evidence: Mapping[Place, Sequence[Span]], tokens: int
) -> dict[Place, ContextLine]:
    """Whole where all of them fit into half the room, else each around its quotes."""
    found = {_place(line): line for line in whole if _place(line) in evidence}
    if sum(map(cost, found.values())) <= tokens // 2:
        return found
    return {place: _around(line, evidence[place]) for place, line in found.items()}


def _around(line: ContextLine, spans: Sequence[Span]) -> ContextLine:
    content = _text(line)
    windows = [(max(0, start - _AROUND_A_QUOTE), min(len(content), end + _AROUND_A_QUOTE)) for start, end in spans]
    merged: list[list[int]] = []
    for start, end in sorted(windows):
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    pieces = [content[start:end] for start, end in merged]
    return {**line, "content": pieces} if length(pieces) < len(content) else line


def _by_nearness(whole: Sequence[ContextLine], evidence: Mapping[Place, Sequence[Span]]) -> Iterator[ContextLine]:
    """Turns without evidence: those nearest to evidence in their conversation first, then other conversations."""
    positions: dict[int, list[int]] = {}
    for number, position in evidence:
        positions.setdefault(number, []).append(position)
    rest = [line for line in whole if _place(line) not in evidence]

    def nearness(line: ContextLine) -> tuple[bool, int]:
        near = positions.get(line["conversation"])
        return near is None, min((abs(line["turn"] - position) for position in near), default=0) if near else 0

    yield from sorted(rest, key=nearness)


def _shorter(line: ContextLine, tokens: int) -> ContextLine:
    content = _text(line)
    limit = len(content) if line["role"] == "user" else min(len(content), ASSISTANT_CHARACTERS)
    candidate: ContextLine = {**line, "content": shortened(content, limit)}
    while cost(candidate) > tokens and limit > _SHORTEST:
        limit = limit * 2 // 3
        candidate = {**line, "content": shortened(content, limit)}
    return candidate


def _text(line: ContextLine) -> str:
    """Of a line that is not cut."""
    return "".join(line["content"])


def _counted(whole: Sequence[ContextLine], chosen: Mapping[Place, ContextLine]) -> Excerpt:
    lines = [chosen[_place(line)] for line in whole if _place(line) in chosen]
    shown = {line["conversation"] for line in lines}
    known = [line for line in whole if _place(line) in chosen]
    return Excerpt(
        lines,
        turns_left_out=len(whole) - len(lines),
        conversations_left_out=len({line["conversation"] for line in whole} - shown),
        cut_characters=sum(length(line["content"]) for line in known) - sum(length(line["content"]) for line in lines),
    )
