"""The design of benchmarks/verdict_simulation.py: cells in which every two levels of different factors meet."""

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from itertools import combinations
from typing import Any

import numpy as np

SEED = 13
CANDIDATES = 30

LEVELS: dict[str, Sequence[Any]] = {
    "subjects": (10, 20, 50, 100, 200),
    "raters": (3, 6, 12, 30, 60),
    "prompts": (5, 10, 20, 60),
    "rater_sd": (0.0, 0.15, 0.3, 0.5),
    "prompt_sd": (0.0, 0.15, 0.3),
    "skewed": (False, True),
    "pattern": ("balanced", "unbalanced", "trickling"),
    "k": (1, 2, 3, 4, 5),
    "silent": (0.0, 0.3),
    "arms": (1, 2),
    "nested": (False, True),
    "at_margin": (False, True),
}


@dataclass(frozen=True, slots=True)
class DesignCell:
    """``prompts``: how many there are; where they are nested in subjects, it stands for how many each subject has."""

    subjects: int
    raters: int
    prompts: int
    rater_sd: float
    prompt_sd: float
    skewed: bool
    pattern: str
    k: int
    silent: float
    arms: int
    nested: bool
    at_margin: bool

    @property
    def feasible(self) -> bool:
        """A rater sees one comparison of a case."""
        return self.arms * self.k <= self.raters

    @property
    def speaks(self) -> bool:
        """Whether an interval for others may be shown."""
        return self.raters >= 6 and (self.nested or self.prompts >= 10)

    @property
    def plain(self) -> bool:
        """Whether the truth for the raters and prompts at hand is easily told."""
        return self.arms == 1 and self.pattern == "balanced" and not self.skewed and not self.nested

    def pairs(self) -> set[tuple[Any, ...]]:
        return set(combinations(enumerate(astuple(self)), 2))


def cells(count: int = 200, seed: int = SEED) -> list[DesignCell]:
    """So many, or more: whole arrays of all pairs one after another, each begun where the one before has every pair."""
    chance = np.random.default_rng(seed)
    every = all_pairs()
    found: list[DesignCell] = []
    missing = set(every)
    while len(found) < count or missing != every:
        if not missing:
            missing = set(every)
            if len(found) >= count:
                break
        best = max(_candidates(missing, chance), key=lambda cell: len(cell.pairs() & missing))
        missing -= best.pairs()
        found.append(best)
    return found


def all_pairs() -> set[tuple[Any, ...]]:
    """That some feasible cell has."""
    places = {name: place for place, name in enumerate(LEVELS)}
    found = {
        ((one, first), (other, second))
        for one, other in combinations(range(len(LEVELS)), 2)
        for first in list(LEVELS.values())[one]
        for second in list(LEVELS.values())[other]
    }
    return {
        ((one, first), (other, second))
        for (one, first), (other, second) in found
        if (one, other) != (places["raters"], places["k"]) or second <= first
    }


def _candidates(missing: set[tuple[Any, ...]], chance: np.random.Generator) -> Iterator[DesignCell]:
    """Random feasible cells, each with one of the missing pairs."""
    wanted = sorted(missing, key=repr)
    count = 0
    while count < CANDIDATES:
        values = [choices[int(chance.integers(len(choices)))] for choices in LEVELS.values()]
        for place, value in wanted[int(chance.integers(len(wanted)))]:
            values[place] = value
        cell = DesignCell(*values)
        if cell.feasible:
            count += 1
            yield cell
