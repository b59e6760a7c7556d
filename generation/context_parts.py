"""Splitting a subject's conversations into parts that fit a model's context. Pure; what is cut is counted."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypedDict

from generation.prompting import as_lines, estimate_tokens

# Answers of the assistant only give context: their beginning is enough to understand the subject's next turn.
ASSISTANT_CHARACTERS = 600
_SHORTEST = 2

# A list is what is left of a turn that was cut. A mark inside the text could be written there by anybody.
type Content = str | list[str]


class ContextTurn(TypedDict):
    role: str
    content: str


class ContextLine(TypedDict):
    conversation: int
    turn: int
    role: str
    content: Content


@dataclass(slots=True)
class ContextPart:
    lines: list[ContextLine] = field(default_factory=list)
    tokens: int = 0
    cut_characters: int = 0


def split(conversations: Iterable[tuple[int, Sequence[ContextTurn]]], *, tokens: int) -> list[ContextPart]:
    """Parts of at most ``tokens`` each. A conversation stays whole where it fits, else it is split between turns.

    Conversations come as (number, turns); a turn too long for a part loses its middle.
    """
    parts: list[ContextPart] = [ContextPart()]
    for number, turns in conversations:
        whole = [_line(number, position, turn, tokens) for position, turn in enumerate(turns)]
        size = sum(cost for _, cost, _ in whole)
        if parts[-1].lines and parts[-1].tokens + size > tokens:
            parts.append(ContextPart())
        for line, cost, cut in whole:
            if parts[-1].lines and parts[-1].tokens + cost > tokens:
                parts.append(ContextPart())
            parts[-1].lines.append(line)
            parts[-1].tokens += cost
            parts[-1].cut_characters += cut
    return [part for part in parts if any(line["role"] == "user" for line in part.lines)]


def sample_parts(parts: Sequence[ContextPart], *, limit: int, seed: int) -> list[ContextPart]:
    """All parts, or as many as allowed, drawn with the seed and left in their order."""
    if len(parts) <= limit:
        return list(parts)
    chosen = random.Random(seed).sample(range(len(parts)), limit)  # noqa: S311 - a sample, not a secret
    return [parts[position] for position in sorted(chosen)]


def cost(line: ContextLine) -> int:
    """Tokens of the line as it is sent."""
    return estimate_tokens(as_lines([line])) + 1


def shortened(content: str, limit: int) -> Content:
    """At most ``limit`` characters: two thirds of them from the beginning, the rest from the end."""
    if len(content) <= limit:
        return content
    head = limit * 2 // 3
    return [content[:head], content[len(content) - (limit - head) :]]


def length(content: Content) -> int:
    return len(content) if isinstance(content, str) else sum(map(len, content))


def _line(number: int, position: int, turn: ContextTurn, tokens: int) -> tuple[ContextLine, int, int]:
    whole = turn["content"]
    limit = len(whole) if turn["role"] == "user" else min(len(whole), ASSISTANT_CHARACTERS)
    line: ContextLine = {
        "conversation": number,
        "turn": position,
        "role": turn["role"],
        "content": shortened(whole, limit),
    }
    while (size := cost(line)) > tokens and limit > _SHORTEST:
        limit = max(_SHORTEST, limit * tokens // (size + 1))
        line["content"] = shortened(whole, limit)
    return line, size, len(whole) - length(line["content"])
