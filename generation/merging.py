"""Attributes of one subject from several answers: near-duplicates become one, and at most n are kept. Pure."""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

_WORD = re.compile(r"[^\W_]+")
_FILLERS = frozenset({"a", "an", "and", "in", "is", "of", "person", "the", "their", "they", "to", "user", "with"})
_SAME = 0.8
_MOST_EVIDENCE = 5


@dataclass(frozen=True, slots=True)
class Candidate:
    text: str
    reason: str
    confidence: float
    evidence: tuple[dict[str, Any], ...] = ()
    merged_from: tuple[str, ...] = field(default=())


def merge(candidates: Sequence[Candidate]) -> list[Candidate]:
    """One candidate for each group of near-duplicates: the most confident one, with the evidence of all.

    Two are near-duplicates where at least 80 % of the content words of both together are shared.
    """
    kept: list[tuple[frozenset[str], Candidate]] = []
    for candidate in sorted(candidates, key=lambda one: -one.confidence):
        words = _words(candidate.text)
        for position, (known, other) in enumerate(kept):
            if _overlap(words, known) >= _SAME:
                kept[position] = (known, _joined(other, candidate))
                break
        else:
            kept.append((words, candidate))
    return [candidate for _, candidate in kept]


def sample(candidates: Sequence[Candidate], *, limit: int, seed: int) -> list[Candidate]:
    """At most ``limit``, spread over the conversations their first evidence lies in, the most confident first."""
    generator = random.Random(seed)  # noqa: S311 - a sample, not a secret
    strata: dict[Any, list[Candidate]] = {}
    for candidate in sorted(candidates, key=lambda one: (-one.confidence, generator.random())):
        first = candidate.evidence[0].get("conversation") if candidate.evidence else None
        strata.setdefault(first, []).append(candidate)
    chosen: list[Candidate] = []
    while len(chosen) < limit and any(strata.values()):
        for stratum in strata.values():
            if stratum and len(chosen) < limit:
                chosen.append(stratum.pop(0))
    return chosen


def _joined(kept: Candidate, other: Candidate) -> Candidate:
    evidence = [*kept.evidence, *(one for one in other.evidence if one not in kept.evidence)][:_MOST_EVIDENCE]
    texts = (*kept.merged_from, *other.merged_from, other.text)
    return replace(kept, evidence=tuple(evidence), merged_from=tuple(dict.fromkeys(texts)))


def _words(text: str) -> frozenset[str]:
    words = frozenset(word.casefold() for word in _WORD.findall(text))
    return words - _FILLERS or words


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    together = one | other
    return len(one & other) / len(together) if together else 1.0
