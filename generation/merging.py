"""Attributes of one subject from several answers: near-duplicates become one, and at most n are kept. Pure."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conversations.meaning.encoder import Vectors

_MOST_EVIDENCE = 5


@dataclass(frozen=True, slots=True)
class Candidate:
    text: str
    reason: str
    confidence: float
    evidence: tuple[dict[str, Any], ...] = ()
    merged_from: tuple[str, ...] = field(default=())


type Embed = Callable[[Sequence[str]], "Vectors"]


def merge(candidates: Sequence[Candidate], *, threshold: float | None, embed: Embed | None = None) -> list[Candidate]:
    """One candidate for each group of near-duplicates: the most confident one, with the evidence of all.

    Near-duplicates say the same (``conversations.meaning``), from this cosine similarity; without one they share at
    least 80 % of their content words. Without ``embed`` this machine's embedder is asked.
    """
    from conversations.meaning import duplicates, encoder

    ordered = sorted(candidates, key=lambda one: -one.confidence)
    statements = duplicates.Statements([one.text for one in ordered], threshold=threshold, embed=embed or encoder.embed)
    kept: dict[int, Candidate] = {}
    for position, candidate in enumerate(ordered):
        known = next((one for one in kept if statements.same(one, position)), None)
        if known is None:
            kept[position] = candidate
        else:
            kept[known] = _joined(kept[known], candidate)
    return list(kept.values())


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
