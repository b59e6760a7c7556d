"""Does the verdict keep its word? Studies with a known truth, judged thousands of times.

    python benchmarks/verdict_simulation.py [--repetitions 2000]

Subjects, comparisons, raters and chance all move the labels, which are whole numbers from 1 to 5. For each truth: how
often the 95 % interval over subjects covers it, how often each verdict is given, and how often the stopping rule, looked
at after every ten subjects, ever says something wrong. The truth of that interval is what these thirty raters would say
of all subjects; the interval over subjects and raters is for what all raters would say of them ("two-way").

Exits with 1 where the interval covers less than 93 % or more than 97 %, the two-way one less than 93 %, where a verdict is
wrong more often than 5 % (a false "better" or "worse": 2.5 %), or where the stopping rule errs more than 5 %.

Last figures, 2,000 repetitions each, 7 minutes of one core. At the margin every "no meaningful difference" is wrong:

truth        value  subjects  covered  two-way   better   worse  no diff.  not yet |  stopping rule: wrong  settled
none        +0.001        50    94.5%    98.4%     0.1%    0.0%     87.1%    12.8% |                  1.1%    34.6%
none        +0.001       200    95.0%    98.0%     0.0%    0.0%    100.0%     0.0% |                  1.1%   100.0%
small       +0.113        50    95.0%    98.8%     4.0%    0.0%     53.6%    42.4% |                  0.0%    22.4%
small       +0.113       200    94.4%    97.7%     0.1%    0.0%     96.0%     3.9% |                  0.0%    86.6%
the margin  +0.237        50    95.0%    98.6%    49.0%    0.0%      5.0%    46.0% |                  0.4%    51.9%
the margin  +0.237       200    94.9%    97.8%    51.7%    0.0%      5.0%    43.3% |                  1.7%    81.5%
large       +0.472        50    94.0%    98.8%    99.8%    0.0%      0.0%     0.2% |                  0.0%    99.8%
large       +0.472       200    95.6%    98.2%   100.0%    0.0%      0.0%     0.0% |                  0.0%   100.0%
harm        -0.284        50    94.1%    99.0%     0.0%   67.5%      2.1%    30.4% |                  0.1%    70.8%
harm        -0.284       200    94.2%    97.2%     0.0%   82.7%      0.5%    16.8% |                  0.2%    94.8%
"""

import argparse
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from reports.stats.decision import Word, decide
from reports.stats.estimate import Estimate
from reports.stats.resampling import Resampling, mean_of, two_way
from reports.stats.sequence import confidence_sequence

type Floats = npt.NDArray[np.float64]
type Indices = npt.NDArray[np.int64]

MARGIN, RATERS_EACH, RATERS = 0.25, 3, 30
# Standard deviations on the scale of the labels: as far apart as people's labels of real comparisons are.
OF_SUBJECT, OF_COMPARISON, OF_RATER, OF_CHANCE = 0.35, 0.5, 0.3, 0.8
AT_MARGIN = "the margin"
EFFECTS = {"none": 0.0, "small": 0.12, AT_MARGIN: 0.25, "large": 0.5, "harm": -0.3}
SUBJECTS = (50, 200)
FIRST_LOOK, EVERY = 10, 10
SAME = 0.01  # points; truths are means of random numbers themselves
NOISE = 3  # standard errors that a share may lie beyond its bound by chance


@dataclass(frozen=True, slots=True)
class Tally:
    covered: float
    covered_two_way: float
    verdicts: dict[Word, float]
    stopped: dict[Word, float]


@dataclass(frozen=True, slots=True)
class Labels:
    """``given``: comparisons x ratings; ``rater`` who gave them, ``subject`` whose comparison it is."""

    given: Floats
    rater: Indices
    subject: Indices

    def of_subjects(self, subjects: int) -> Floats:
        means = self.given.mean(axis=1)
        weights = np.bincount(self.subject, weights=means, minlength=subjects)
        return weights / np.bincount(self.subject, minlength=subjects) - 3

    def by_subject_and_rater(self, subjects: int) -> tuple[Floats, Floats]:
        """Labels and their weights, so that each subject weighs the same."""
        weight = np.repeat(1 / np.bincount(self.subject, minlength=subjects)[self.subject] / RATERS_EACH, RATERS_EACH)
        cell = np.repeat(self.subject, RATERS_EACH) * RATERS + self.rater.ravel()
        shape = (subjects, RATERS)
        sums = np.bincount(cell, weights=weight * (self.given.ravel() - 3), minlength=subjects * RATERS)
        return sums.reshape(shape), np.bincount(cell, weights=weight, minlength=subjects * RATERS).reshape(shape)


def labels(generator: np.random.Generator, effect: float, subjects: int, raters: Floats) -> Labels:
    subject = np.repeat(np.arange(subjects), generator.integers(1, 7, subjects))
    comparisons = len(subject)
    seen = np.argsort(generator.random((comparisons, RATERS)), axis=1)[:, :RATERS_EACH]
    level = (
        3
        + effect
        + generator.normal(0, OF_SUBJECT, subjects)[subject][:, None]
        + generator.normal(0, OF_COMPARISON, comparisons)[:, None]
        + raters[seen]
        + generator.normal(0, OF_CHANCE, (comparisons, RATERS_EACH))
    )
    return Labels(np.clip(np.rint(level), 1, 5), seen, subject)


def pool(generator: np.random.Generator) -> Floats:
    """How far each rater leans towards the personalized response."""
    return generator.normal(0, OF_RATER, RATERS)


@cache
def truths(effect: float) -> tuple[Floats, float, float]:
    """One pool of raters, what it would say of all subjects, and what all raters would: labels are rounded and cut off."""
    generator = np.random.default_rng(round(1000 * effect) + 5000)
    raters = pool(generator)
    raters -= raters.mean()  # so that there is a truth of exactly no difference
    of_pool = float(np.mean([labels(generator, effect, 20_000, raters).of_subjects(20_000).mean() for _ in range(10)]))
    of_all = float(
        np.mean([labels(generator, effect, 1000, pool(generator)).of_subjects(1000).mean() for _ in range(2000)])
    )
    return raters, of_pool, of_all


def simulate(effect: float, subjects: int, repetitions: int, margin: float) -> Tally:
    raters, real, real_of_all = truths(effect)
    covered, covered_two_way = 0, 0
    verdicts, stopped = dict.fromkeys(Word, 0), dict.fromkeys(Word, 0)
    resampling = Resampling(seed=1)
    for repetition in range(repetitions):
        generator = np.random.default_rng([repetition, subjects, round(1000 * effect) + 1000])
        values = labels(generator, effect, subjects, raters).of_subjects(subjects)
        sums = np.stack([values, np.ones(subjects)], axis=1)
        wide, narrow = (
            resampling.statistic(sums, lambda total: mean_of(total[..., 0], total[..., 1]), n=subjects, level=level)
            for level in (0.95, 0.90)
        )
        covered += covers(wide, real)
        verdicts[decide(wide, narrow, margin)] += 1
        stopped[first_word(values, margin)] += 1
        others = labels(generator, effect, subjects, pool(generator)).by_subject_and_rater(subjects)
        covered_two_way += covers(two_way(*others, seed=repetition, n=subjects, repetitions=500), real_of_all)
    return Tally(
        covered / repetitions,
        covered_two_way / repetitions,
        {word: count / repetitions for word, count in verdicts.items()},
        {word: count / repetitions for word, count in stopped.items()},
    )


def covers(interval: Estimate, real: float) -> bool:
    return interval.low is not None and interval.high is not None and interval.low <= real <= interval.high


def first_word(values: Floats, margin: float) -> Word:
    """What the stopping rule says at the first look that settles it."""
    for look in range(FIRST_LOOK, len(values) + 1, EVERY):
        word = decide(confidence_sequence(values[:look]), confidence_sequence(values[:look], level=0.90), margin)
        if word != Word.NOT_ENOUGH:
            return word
    return Word.NOT_ENOUGH


def wrong(word: Word, real: float, margin: float) -> bool:
    match word:
        case Word.BETTER:
            return real < SAME
        case Word.WORSE:
            return real > -SAME
        case Word.NO_DIFFERENCE_SEEN:
            return abs(real) > margin - SAME
        case _:
            return False


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--repetitions", type=int, default=2000)
    repetitions = asked.parse_args().repetitions
    failed = False
    print(
        "truth        value  subjects  covered  two-way   better   worse  no diff.  not yet |  stopping rule: wrong  settled"
    )
    for name, effect in EFFECTS.items():
        real = truths(effect)[1]
        # Rounding moves the truth away from the effect that was put in: there the margin is where the truth lies.
        margin = real if name == AT_MARGIN else MARGIN
        for subjects in SUBJECTS:
            found = simulate(effect, subjects, repetitions, margin)
            mistaken = sum(share for word, share in found.stopped.items() if wrong(word, real, margin))
            said = [found.verdicts[word] for word in Word if word != Word.NOT_ENOUGH]
            print(
                f"{name:11} {real:+6.3f} {subjects:9} {found.covered:8.1%} {found.covered_two_way:8.1%} {found.verdicts[Word.BETTER]:8.1%} "
                f"{found.verdicts[Word.WORSE]:7.1%} {found.verdicts[Word.NO_DIFFERENCE_SEEN]:9.1%} "
                f"{1 - sum(said):8.1%} | {mistaken:21.1%} {1 - found.stopped[Word.NOT_ENOUGH]:8.1%}"
            )
            failed |= not_kept(found, real, margin, mistaken, repetitions)
    if failed:
        print("Not kept: see above.")
        sys.exit(1)


def not_kept(found: Tally, real: float, margin: float, mistaken: float, repetitions: int) -> bool:
    def above(share: float, bound: float) -> bool:
        noise: float = NOISE * (bound * (1 - bound) / repetitions) ** 0.5
        return share > bound + noise

    bounds = {Word.BETTER: 0.025, Word.WORSE: 0.025, Word.NO_DIFFERENCE_SEEN: 0.05, Word.NOT_ENOUGH: 1.0}
    too_often = [
        word for word, share in found.verdicts.items() if wrong(word, real, margin) and above(share, bounds[word])
    ]
    covered = 0.93 <= found.covered <= 0.97 and found.covered_two_way >= 0.93
    return not covered or bool(too_often) or above(mistaken, 0.05)


if __name__ == "__main__":
    main()
