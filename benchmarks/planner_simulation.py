"""Does the planner keep its word? "With a chance of 80 %" has to settle 75 to 85 of 100 studies.

    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python -m benchmarks.planner_simulation [--pilots 6] [--studies 200]

A pilot with a known truth is judged, the planner proposes a size, and studies of that size are judged: once with truths drawn from
what the planner itself says may be so (the promise), once all with the pilot's truth (beside it: no promise, as a pilot
may mislead). Each study is analysed as a real one is, from its single ratings. Exits with 1 where the promise is not kept over all pilots of a row, up to
three Monte Carlo errors. Pilots of which the proposal is to stay as they are, or for which no size settles it, are counted apart.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import numpy.typing as npt

from reports.stats.assurance import Truths
from reports.stats.crossed import CrossedFactors
from reports.stats.decision import Word, decide
from reports.stats.endpoint import FEWEST, Judged, one_arm
from reports.stats.sizing import WANTED_CHANCE, More, Planner, Size, planner_of

type Floats = npt.NDArray[np.float64]

MARGIN = 0.25
LEAST, MOST = 0.75, 0.85
SUBJECT, PROMPT, COMPARISON, CHANCE = 0.35, 0.15, 0.5, 0.8  # standard deviations, in points
MOST_RATINGS = 60_000  # of a study that is played; larger proposals are counted and not played
SEED = 20261127


@dataclass(frozen=True, slots=True)
class Pilot:
    """``each``: prompts of a subject. ``k``: ratings of a comparison."""

    subjects: int
    raters: int
    prompts: int
    each: int = 4
    k: int = 3


@dataclass(frozen=True, slots=True)
class Settled:
    """``settled``: of studies with truths from the planner's prior; ``of_truth``: of studies with the pilot's truth."""

    settled: Floats
    of_truth: Floats


PILOTS = (Pilot(20, 6, 10), Pilot(20, 12, 20), Pilot(40, 8, 15), Pilot(60, 20, 20, k=2))
EFFECTS, RATER_SDS = (0.0, 0.15, 0.5), (0.15, 0.3)


def layout(pilot: Pilot, chance: np.random.Generator) -> Judged:
    """Every subject's own draw of prompts, every comparison's own draw of raters."""
    prompt = np.concatenate([chance.permutation(pilot.prompts)[: pilot.each] for _subject in range(pilot.subjects)])
    comparisons = len(prompt)
    rater = np.argsort(chance.random((comparisons, pilot.raters)), axis=1)[:, : pilot.k].ravel()
    comparison = np.repeat(np.arange(comparisons), pilot.k)
    subject = np.repeat(np.arange(pilot.subjects), pilot.each * pilot.k)
    return Judged(np.zeros(len(rater)), subject, prompt[comparison], rater, comparison)


def rated(layout_of: Judged, effect: float, variances: Floats, chance: np.random.Generator) -> Floats:
    """Ratings with this truth, not rounded: so that its variances are those of ratings."""
    found = chance.normal(effect, variances[4] ** 0.5, len(layout_of.rater))
    levels = (layout_of.subject, layout_of.prompt, layout_of.rater, layout_of.comparison)
    for index, variance in zip(levels, variances[:4], strict=True):
        found += chance.normal(0, variance**0.5, int(index.max()) + 1)[index]
    return found


def settles(crossing: CrossedFactors, values: Floats) -> bool:
    found = crossing.mean(values, fewest=FEWEST)
    return decide(found.interval(0.95), found.equivalence(0.90), MARGIN) != Word.NOT_ENOUGH


def price(more: More) -> float:
    """A minute for each rating, ten for each new rater, a cent for a comparison."""
    return 0.2 * more.ratings + 2 * more.raters + 0.01 * more.comparisons


def plan(pilot: Pilot, truth: Truths, chance: np.random.Generator) -> Planner:
    judged = layout(pilot, chance)
    values = rated(judged, float(truth.effect[0]), truth.variances[0], chance)
    return planner_of(
        replace(judged, value=values), one_arm(judged), margin=MARGIN, price=price, seed=int(chance.integers(2**31))
    )


def of_size(pilot: Pilot, size: Size) -> Pilot:
    return Pilot(*size, each=round(pilot.each * size[2] / pilot.prompts), k=pilot.k)


def play(
    pilot: Pilot, size: Size, truths: Sequence[Truths], studies: int, chance: np.random.Generator
) -> Iterator[Floats]:
    """Of each kind of truth, which studies of this size reach a verdict."""
    judged = layout(of_size(pilot, size), chance)
    crossing = one_arm(judged)
    for each in truths:
        drawn = chance.integers(len(each.effect), size=studies)
        values = (rated(judged, float(each.effect[one]), each.variances[one], chance) for one in drawn)
        yield np.array([settles(crossing, every) for every in values], dtype=np.float64)


def row(
    pilot: Pilot, truth: Truths, pilots: int, studies: int, chance: np.random.Generator
) -> tuple[Settled, int, int, int]:
    """What came of the proposals; how many pilots need no more, how many have no size, how many one too large to play."""
    played: list[Floats] = []
    counts = {"enough": 0, "none": 0, "large": 0}
    for _pilot in range(pilots):
        planner = plan(pilot, truth, chance)
        size = planner.cheapest()
        if size is None or size == planner.now.size:
            counts["none" if size is None else "enough"] += 1
        elif planner.now.ratings + planner.more(size).ratings > MOST_RATINGS:
            counts["large"] += 1
        else:
            played.append(np.stack(list(play(pilot, size, (planner.truths, truth), studies, chance))))
    both = np.concatenate(played, axis=1) if played else np.zeros((2, 0))
    return Settled(*both), counts["enough"], counts["none"], counts["large"]


def kept(settled: Floats) -> bool:
    """Up to three Monte Carlo errors. Studies of one proposal share its prior, so that the error is a little larger still."""
    error = 3 * (WANTED_CHANCE * (1 - WANTED_CHANCE) / max(len(settled), 1)) ** 0.5
    return not len(settled) or LEAST - error <= settled.mean() <= MOST + error


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--pilots", type=int, default=6)
    asked.add_argument("--studies", type=int, default=200, help="of each proposal")
    options = asked.parse_args()
    broken = False
    print(
        "subjects raters prompts k  effect rater SD  proposals  settled  with the pilot's truth  enough  no size  too large"
    )
    for number, (pilot, effect, rater_sd) in enumerate(product(PILOTS, EFFECTS, RATER_SDS)):
        truth = Truths.one(effect, [SUBJECT, PROMPT, rater_sd, COMPARISON, CHANCE])
        played, *counts = row(pilot, truth, options.pilots, options.studies, np.random.default_rng([SEED, number]))
        proposals = len(played.settled) // options.studies
        shares = [f"{share.mean():.3f}" if len(share) else "-" for share in (played.settled, played.of_truth)]
        print(
            f"{pilot.subjects:8}{pilot.raters:7}{pilot.prompts:8}{pilot.k:2}{effect:8.2f}{rater_sd:9.2f}{proposals:11}"
            f"{shares[0]:>9}{shares[1]:>24}{counts[0]:8}{counts[1]:9}{counts[2]:11}",
            flush=True,
        )
        broken |= not kept(played.settled)
    print("The promise is broken." if broken else "The promise is kept.")
    sys.exit(broken)


if __name__ == "__main__":
    main()
