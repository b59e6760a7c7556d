"""What each statistic of a report costs on one million judgments: 333,334 units of 1,000 subjects, 500 raters, 3 a unit.

    python benchmarks/statistics_1m.py [--judgments 1000000] [--only NAME ...]

Exits with 1 if all of them together take 10 s or more, or the process ever needs 1 GB. A new statistic adds a line to
``FIGURES``; each takes the made-up study below.

Last figures (2 cores): agreement, consensus, Cohen's kappa of 103,710 pairs, scores against the consensus, shares,
reliability and variance, intervals included, 8.3 s together, the slowest (variance shares with theirs) 4.8 s; peak 510 MB.
"""

import argparse
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from reports.stats import consensus
from reports.stats.agreement import agreement
from reports.stats.agreement_intervals import with_intervals
from reports.stats.ceiling import human_ceiling
from reports.stats.classification import Swings, compare, score_raters
from reports.stats.crossing import SHARE, Crossing, estimates
from reports.stats.pairs import mean_kappas
from reports.stats.ratings import Flags, Floats, Indices, Ratings
from reports.stats.reliability import find_repeats, gold_accuracy, intra_rater
from reports.stats.shares import shares
from reports.stats.variance import variance_shares

SECONDS, MEGABYTES = 10, 1000
SUBJECTS, RATERS, PER_UNIT, MODELS = 1_000, 500, 3, 4
YES_NO, ONE_TO_FIVE = np.array([0.0, 1.0]), np.arange(1.0, 6.0)
PROMPTS = 200


@dataclass(frozen=True, slots=True)
class MadeUp:
    """One million judgments in each shape a statistic reads."""

    relevance: Ratings  # yes and no
    response: Ratings  # 1 to 5
    humans: Flags  # of raters: the last few are models
    agreed: consensus.ConsensusLabels
    again: Floats  # a second label of each judgment of ``response``
    crossing: Crossing  # of units: subjects and prompts


def _repeats(study: MadeUp) -> None:
    """Every judgment repeated: far more than any study has."""
    one = study.response
    doubled = find_repeats(
        unit=np.concatenate([one.unit, one.unit]),
        rater=np.concatenate([one.rater, one.rater]),
        presentation=np.repeat([0, 1], len(one)),
        label=np.concatenate([one.label, study.again]),
    )
    intra_rater(doubled, ONE_TO_FIVE)


def _agreement(ratings: Ratings, scale: Floats, crossing: Crossing) -> None:
    with_intervals(agreement(ratings, scale, ordinal=len(scale) > 2), ratings, scale, crossing)


def _kappas(ratings: Ratings, scale: Floats, study: MadeUp) -> None:
    mean_kappas(
        ratings, scale, study.crossing, study.humans, [(study.humans, study.humans), (~study.humans, study.humans)]
    )


def _scores(study: MadeUp) -> None:
    humans = study.relevance.of_raters(study.humans)
    lost = consensus.swings(humans, YES_NO, otherwise=0)[:, 1]
    compared = compare(study.relevance, study.agreed, study.humans)
    swings = Swings(humans.unit, humans.rater, humans.raters, lost)
    score_raters(study.relevance, compared, study.crossing, swings, said=study.relevance.label == 1)


def _shares(study: MadeUp) -> None:
    rows = study.response
    crossing = study.crossing.rows(rows.unit).and_raters(rows.rater)
    sums = crossing.sums([rows.label == label for label in ONE_TO_FIVE])
    estimates(sums, shares, n=len(rows), within=[SHARE] * len(ONE_TO_FIVE))


type Figure = Callable[[MadeUp], Any]

FIGURES: dict[str, Figure] = {
    "consensus of relevance": lambda study: consensus.majority(study.relevance, YES_NO, otherwise=0),
    "consensus of responses": lambda study: consensus.mean(study.response),
    "agreement, yes and no": lambda study: _agreement(study.relevance, YES_NO, study.crossing),
    "agreement, 1 to 5, ordinal": lambda study: _agreement(study.response, ONE_TO_FIVE, study.crossing),
    "Cohen's kappa of every pair, yes and no": lambda study: _kappas(study.relevance, YES_NO, study),
    "Cohen's kappa of every pair, 1 to 5": lambda study: _kappas(study.response, ONE_TO_FIVE, study),
    "raters against the consensus": _scores,
    "one human against the others": lambda study: human_ceiling(study.relevance, study.crossing),
    "shares of labels": _shares,
    "intra-rater reliability": _repeats,
    "gold accuracy": lambda study: gold_accuracy(
        label=study.response.label, expected=study.again, rater=study.response.rater
    ),
    "variance shares": lambda study: variance_shares(study.response),
}


def make_up(judgments: int) -> MadeUp:
    chance = np.random.default_rng(1)
    units = -(-judgments // PER_UNIT)
    unit = np.repeat(np.arange(units), PER_UNIT)[:judgments]
    first = np.repeat(chance.integers(0, RATERS, units), PER_UNIT)[:judgments]
    step = np.repeat(chance.integers(1, RATERS // PER_UNIT, units), PER_UNIT)[:judgments]
    rater = (first + np.arange(judgments) % PER_UNIT * step) % RATERS
    subject = np.sort(chance.integers(0, SUBJECTS, units))
    noise = chance.normal(size=SUBJECTS)[subject][unit] + chance.normal(size=units)[unit]
    taste = noise + chance.normal(size=RATERS)[rater] + chance.normal(size=judgments)
    response = np.clip(np.rint(3 + taste / 2), 1, 5)
    relevance = _rated(unit, rater, (taste > 1).astype(np.float64), subject)
    humans = np.arange(RATERS) < RATERS - MODELS
    agreed = consensus.majority(relevance.of_raters(humans), YES_NO, otherwise=0)
    again = np.clip(response + chance.integers(-1, 2, judgments), 1, 5)
    crossing = Crossing.of(subject, chance.integers(0, PROMPTS, units))
    return MadeUp(relevance, _rated(unit, rater, response, subject), humans, agreed, again, crossing)


def _rated(unit: Indices, rater: Indices, label: Floats, subject: Indices) -> Ratings:
    return Ratings(unit, rater, label, subject, np.arange(len(subject)), np.arange(RATERS), np.arange(SUBJECTS))


def peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--judgments", type=int, default=1_000_000)
    parser.add_argument("--only", nargs="*", default=list(FIGURES))
    options = parser.parse_args()
    started = time.perf_counter()
    study = make_up(options.judgments)
    print(
        f"made up {len(study.response):,} judgments in {time.perf_counter() - started:.1f} s, {peak_megabytes():.0f} MB"
    )
    total = 0.0
    for name in options.only:
        started = time.perf_counter()
        FIGURES[name](study)
        took = time.perf_counter() - started
        total += took
        print(f"{took:6.2f} s  peak so far {peak_megabytes():5.0f} MB  {name}")
    print(f"{total:6.2f} s  all")
    if total >= SECONDS or peak_megabytes() >= MEGABYTES:
        sys.exit(1)


if __name__ == "__main__":
    main()
