"""Does the verdict keep its word? Studies with a known truth, judged thousands of times.

    python benchmarks/verdict_simulation.py [--repetitions 2000]

Subjects, comparisons, raters and chance all move the labels, which are whole numbers from 1 to 5. For each truth: how
often the 95 % interval covers it, how often each verdict is given, and how often the stopping rule, looked at after every
ten subjects, ever says something wrong. Exits with 1 where an interval covers less than 93 % or more than 97 %, where a
verdict is wrong more often than 5 % (a false "better" or "worse": 2.5 %), or where the stopping rule errs more than 5 %.

Last figures: NOT MEASURED
"""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from reports.stats.decision import Word, decide
from reports.stats.resampling import Resampling, mean_of
from reports.stats.sequence import confidence_sequence

type Floats = npt.NDArray[np.float64]

MARGIN, RATERS_EACH, RATERS = 0.25, 3, 30
# Standard deviations on the scale of the labels: as far apart as people's labels of real comparisons are.
OF_SUBJECT, OF_COMPARISON, OF_RATER, OF_CHANCE = 0.35, 0.5, 0.3, 0.8
EFFECTS = {"none": 0.0, "small": 0.12, "the margin": 0.25, "large": 0.5, "harm": -0.3}
SUBJECTS = (50, 200)
FIRST_LOOK, EVERY = 20, 10
NOISE = 3  # standard errors that a share may lie beyond its bound by chance


@dataclass(frozen=True, slots=True)
class Tally:
    covered: float
    verdicts: dict[Word, float]
    stopped: dict[Word, float]


def labels(generator: np.random.Generator, effect: float, subjects: int) -> tuple[Floats, npt.NDArray[np.int64]]:
    """The mean label of each comparison, and its subject."""
    each = generator.integers(1, 7, subjects)
    subject = np.repeat(np.arange(subjects), each)
    comparisons = len(subject)
    raters = generator.normal(0, OF_RATER, RATERS)
    seen = generator.integers(0, RATERS, (comparisons, RATERS_EACH))
    level = (
        3
        + effect
        + generator.normal(0, OF_SUBJECT, subjects)[subject][:, None]
        + generator.normal(0, OF_COMPARISON, comparisons)[:, None]
        + raters[seen]
        + generator.normal(0, OF_CHANCE, (comparisons, RATERS_EACH))
    )
    return np.clip(np.rint(level), 1, 5).mean(axis=1), subject


def of_subjects(means: Floats, subject: npt.NDArray[np.int64], subjects: int) -> Floats:
    return np.bincount(subject, weights=means, minlength=subjects) / np.bincount(subject, minlength=subjects) - 3


def truth(effect: float) -> float:
    """What the effect is after labels were rounded and cut off: the mean of very many."""
    generator = np.random.default_rng(0)
    found = [of_subjects(*labels(generator, effect, 100_000), 100_000).mean() for _ in range(5)]
    return float(np.mean(found))


def simulate(effect: float, subjects: int, repetitions: int) -> Tally:
    real = truth(effect)
    covered, verdicts, stopped = 0, dict.fromkeys(Word, 0), dict.fromkeys(Word, 0)
    resampling = Resampling(seed=1)
    for repetition in range(repetitions):
        generator = np.random.default_rng([repetition, subjects, round(1000 * effect) + 1000])
        values = of_subjects(*labels(generator, effect, subjects), subjects)
        sums = np.stack([values, np.ones(subjects)], axis=1)
        wide, narrow = (
            resampling.statistic(sums, lambda total: mean_of(total[..., 0], total[..., 1]), n=subjects, level=level)
            for level in (0.95, 0.90)
        )
        covered += (wide.low or 0) <= real <= (wide.high or 0)
        verdicts[decide(wide, narrow, MARGIN)] += 1
        stopped[first_word(values)] += 1
    return Tally(
        covered / repetitions,
        {word: count / repetitions for word, count in verdicts.items()},
        {word: count / repetitions for word, count in stopped.items()},
    )


def first_word(values: Floats) -> Word:
    """What the stopping rule says at the first look that settles it."""
    for look in range(FIRST_LOOK, len(values) + 1, EVERY):
        word = decide(confidence_sequence(values[:look]), confidence_sequence(values[:look], level=0.90), MARGIN)
        if word != Word.NOT_ENOUGH:
            return word
    return Word.NOT_ENOUGH


def wrong(word: Word, real: float) -> bool:
    match word:
        case Word.BETTER:
            return real <= 0
        case Word.WORSE:
            return real >= 0
        case Word.NO_DIFFERENCE:
            return abs(real) >= MARGIN
        case _:
            return False


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--repetitions", type=int, default=2000)
    repetitions = asked.parse_args().repetitions
    failed = False
    print("truth        value  subjects  covered   better   worse  no diff.  not yet |  stopping rule: wrong  settled")
    for name, effect in EFFECTS.items():
        real = truth(effect)
        for subjects in SUBJECTS:
            found = simulate(effect, subjects, repetitions)
            mistaken = sum(share for word, share in found.stopped.items() if wrong(word, real))
            said = [found.verdicts[word] for word in Word if word != Word.NOT_ENOUGH]
            print(
                f"{name:11} {real:+6.3f} {subjects:9} {found.covered:8.1%} {found.verdicts[Word.BETTER]:8.1%} "
                f"{found.verdicts[Word.WORSE]:7.1%} {found.verdicts[Word.NO_DIFFERENCE]:9.1%} "
                f"{1 - sum(said):8.1%} | {mistaken:21.1%} {1 - found.stopped[Word.NOT_ENOUGH]:8.1%}"
            )
            failed |= not_kept(found, real, mistaken, repetitions)
    if failed:
        print("Not kept: see above.")
        sys.exit(1)


def not_kept(found: Tally, real: float, mistaken: float, repetitions: int) -> bool:
    def above(share: float, bound: float) -> bool:
        return share > bound + NOISE * (bound * (1 - bound) / repetitions) ** 0.5

    bounds = {Word.BETTER: 0.025, Word.WORSE: 0.025, Word.NO_DIFFERENCE: 0.05, Word.NOT_ENOUGH: 1.0}
    too_often = [word for word, share in found.verdicts.items() if wrong(word, real) and above(share, bounds[word])]
    return not 0.93 <= found.covered <= 0.97 or bool(too_often) or above(mistaken, 0.05)


if __name__ == "__main__":
    main()
