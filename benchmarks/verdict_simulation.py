"""Does the verdict keep its word? Studies with a known truth, judged a thousand times in each of 200 cells and more.

    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python -m benchmarks.verdict_simulation [--repetitions 1000] [--cells 200] [--seed 13] [--results FILE]

The cells (verdict_cells.py) are a design in which every two levels meet; verdict_studies.py says how a study comes about. Every finished
cell is a line of FILE; a second run with the same FILE goes on where the first ended. Exits with 1 where a demand is missed, up
to three Monte Carlo errors: the 95 % interval for other subjects, raters and prompts covers at least 93 % and the 90 % interval
88 % in each cell that shows it, the former at most 97 % on average where raters differ (SD from 0.15 on); with 30 raters and 60 prompts
it is on average at most 1.15 times as wide as with all variances known; "better" or "worse" at no effect, and no difference
at exactly the margin, in at most 5 % of studies, at one look and at five together. The figures are in docs/statistics.md.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, astuple, dataclass
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.verdict_cells import SEED, DesignCell, cells
from benchmarks.verdict_demands import HEAD, by_level, demands_missed, line, summary
from benchmarks.verdict_studies import Design, DrawnStudy, Truth, draw, draw_design, expected_of_these, truth_of
from reports.stats.crossed import CrossedFactors, CrossedMean
from reports.stats.decision import Word, decide
from reports.stats.endpoint import FEWEST, for_these
from reports.stats.estimate import Estimate
from reports.stats.looks import LOOKS, in_look, level_of

type Floats = npt.NDArray[np.float64]

MARGIN = 0.25
VALUES = 40  # studies of one design: what depends on the design alone is computed once
KNOWN = 1.96  # standard errors that an interval reaches whose variance is known
WRONG_AT_NO_EFFECT = (Word.BETTER, Word.WORSE)
WRONG_AT_MARGIN = (Word.WORSE, Word.NO_DIFFERENCE_SEEN)


@dataclass(frozen=True, slots=True)
class Played:
    """What came of one study. NaN where nothing was shown, or nothing is known."""

    estimate: float
    reach: float  # of the 95 % interval
    covered: float
    covered_90: float
    covered_these: float  # by the interval for these raters and prompts, where that truth is easily told
    wrong: bool
    settled: bool
    wrong_at_looks: bool
    settled_at_looks: bool
    settled_early: bool


type Look = tuple[npt.NDArray[np.bool_], CrossedFactors]


def play(cell: DesignCell, number: int, repetitions: int, seed: int) -> Iterator[Played]:
    truth = truth_of(cell, MARGIN)
    for batch in range(-(-repetitions // VALUES)):
        chance = np.random.default_rng([seed, number, batch])
        design = draw_design(cell, chance)
        studies = [draw(design, truth.levels, chance) for _ in range(min(VALUES, repetitions - batch * VALUES))]
        values = np.stack([drawn.values for drawn in studies], axis=1)
        looks = [_look(design, look) for look in range(1, LOOKS + 1)]
        found = [crossing.means(values[rows], fewest=FEWEST) for rows, crossing in looks]
        weights = looks[-1][1].weights
        for drawn, *of_looks in zip(studies, *found, strict=True):
            yield _play(of_looks, truth, cell, _covers_these(design, weights, truth, drawn))


def _look(design: Design, look: int) -> Look:
    rated = design.rater >= 0
    rows = in_look(design.moment, rated, look, int(rated.sum()))
    return rows, design.rows(rows).crossing()


def _play(found: Sequence[CrossedMean], truth: Truth, cell: DesignCell, covered_these: float) -> Played:
    """``found``: at each look; the last has all ratings."""
    last = found[-1]
    said = [
        decide(one.interval(level_of(look, 0.95)), one.equivalence(level_of(look, 0.90)), truth.margin)
        for look, one in enumerate(found, 1)
    ]
    wide, narrow = last.interval(0.95), last.equivalence(0.90)
    word = decide(wide, narrow, truth.margin)
    return Played(
        np.nan if last.estimate is None else last.estimate,
        np.nan if wide.high is None or wide.value is None else wide.high - wide.value,
        covers(wide, truth.effect),
        covers(narrow, truth.effect),
        covered_these,
        wrong(word, cell),
        word != Word.NOT_ENOUGH,
        any(wrong(each, cell) for each in said),
        any(each != Word.NOT_ENOUGH for each in said),
        any(each != Word.NOT_ENOUGH for each in said[:-1]),
    )


def covers(interval: Estimate, effect: float) -> float:
    """1 or 0; NaN where there is no interval."""
    if interval.low is None or interval.high is None:
        return np.nan
    return float(interval.low <= effect <= interval.high)


def _covers_these(design: Design, weights: Floats, truth: Truth, drawn: DrawnStudy) -> float:
    if not design.cell.plain:
        return np.nan
    found = for_these(weights, design.judged(drawn.values))
    return covers(found, expected_of_these(design.cell, truth.levels[0], drawn))


def wrong(word: Word, cell: DesignCell) -> bool:
    """At the margin the effect is towards better."""
    return word in (WRONG_AT_MARGIN if cell.at_margin else WRONG_AT_NO_EFFECT)


def cell_result(asked: tuple[int, DesignCell, int, int]) -> dict[str, Any]:
    """The shares and means of a cell."""
    number, cell, repetitions, seed = asked
    played = np.array([astuple(each) for each in play(cell, number, repetitions, seed)], dtype=np.float64)
    columns = dict(zip(Played.__slots__, played.T, strict=True))
    shown = ~np.isnan(columns["reach"])
    means = {name: _mean(values) for name, values in columns.items() if name not in ("estimate", "reach")}
    deviation = float(columns["estimate"].std())
    width = _mean(columns["reach"]) / (KNOWN * deviation) if shown.any() else np.nan
    found = {"shown": float(shown.mean()), **means, "deviation": deviation, "width": width}
    return {
        "number": number,
        "repetitions": repetitions,
        "seed": seed,
        **asdict(cell),
        **{key: _plain(each) for key, each in found.items()},
    }


def _mean(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else np.nan


def _plain(value: float) -> float | None:
    return None if np.isnan(value) else round(value, 4)


def run(left: Sequence[tuple[int, DesignCell, int, int]], processes: int, path: Path | None) -> list[dict[str, Any]]:
    """Every cell's result; those in the file are not played again."""
    done = {} if path is None or not path.exists() else _read(path, left)
    left = [each for each in left if each[0] not in done]
    with Pool(processes) as pool:
        for found in pool.imap_unordered(cell_result, left):
            done[found["number"]] = found
            print(line(found), flush=True)
            if path is not None:
                with path.open("a") as file:
                    file.write(json.dumps(found) + "\n")
    return [done[number] for number in sorted(done)]


def _read(path: Path, wanted: Sequence[tuple[int, DesignCell, int, int]]) -> dict[int, dict[str, Any]]:
    rows = [json.loads(row) for row in path.read_text().splitlines()]
    for row in rows:
        _number, cell, repetitions, seed = wanted[row["number"]]
        if row != {**row, **asdict(cell), "repetitions": repetitions, "seed": seed}:
            raise SystemExit(f"{path} is of another design, seed or number of repetitions.")
    return {row["number"]: row for row in rows}


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--repetitions", type=int, default=1000)
    asked.add_argument("--cells", type=int, default=200, help="at least; whole arrays of pairs are played")
    asked.add_argument("--seed", type=int, default=SEED, help="of the design and of the studies")
    asked.add_argument("--processes", type=int, default=2)
    asked.add_argument("--results", type=Path, help="a file of lines to go on with")
    options = asked.parse_args()
    print(HEAD)
    wanted = enumerate(cells(options.cells, options.seed))
    asked_for = [(number, cell, options.repetitions, options.seed) for number, cell in wanted]
    found = run(asked_for, options.processes, options.results)
    missed = demands_missed(found)
    print(*by_level(found), *summary(found), *(missed or ["Every demand is met."]), sep="\n")
    sys.exit(bool(missed))


if __name__ == "__main__":
    main()
