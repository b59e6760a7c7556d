"""Three arms, three contrasts: their intervals hold together as often as they say, and would not if each stood alone."""

from itertools import combinations

import numpy as np
import pytest

from reports.stats.crossed import CrossedMean
from reports.stats.endpoint import FEWEST, Floats, Indices, Judged, PrimaryEndpoint, of_several

ARMS, SUBJECTS, EACH, PROMPTS, RATERS = 3, 30, 4, 12, 12
STUDIES = 400
MONTE_CARLO = 3 * (0.05 * 0.95 / STUDIES) ** 0.5


def layout(chance: np.random.Generator) -> tuple[Judged, Indices, Indices]:
    """Each case has a comparison of every arm, each rated by another rater. With the arm and the case of each row."""
    cases = SUBJECTS * EACH
    prompt = np.concatenate([chance.permutation(PROMPTS)[:EACH] for _ in range(SUBJECTS)])
    rater = np.concatenate([chance.permutation(RATERS)[:ARMS] for _ in range(cases)])
    case, arm = np.divmod(np.arange(cases * ARMS), ARMS)
    return Judged(np.zeros(len(case)), case // EACH, prompt[case], rater, np.arange(len(case))), arm, case


def drawn(judged: Judged, arm: Indices, case: Indices, chance: np.random.Generator) -> Floats:
    """Rows x studies, of arms that are equal: what lies apart is what a subject, prompt, rater or case adds to one of them."""
    levels = (judged.subject, judged.prompt, judged.rater, case)
    found = chance.normal(0, 0.8, (len(arm), STUDIES))
    for level, deviation in zip(levels, (0.35, 0.15, 0.3, 0.5), strict=True):
        shared = chance.normal(size=(level.max() + 1, STUDIES))
        own = chance.normal(size=(level.max() + 1, ARMS, STUDIES))
        found += deviation * np.sqrt(0.5) * (shared[level] + own[level, arm])
    return found


@pytest.fixture(scope="module")
def contrasts() -> list[list[CrossedMean]]:
    """Of each two arms, what every study finds."""
    chance = np.random.default_rng(4)
    judged, arm, case = layout(chance)
    values = drawn(judged, arm, case, chance)
    found = []
    for first, second in combinations(range(ARMS), 2):
        rows = np.isin(arm, [first, second])
        endpoint = PrimaryEndpoint.of_two(judged.rows(rows), arm[rows] == second, case[rows])
        found.append(endpoint.crossing().means(values[rows], fewest=FEWEST))
    return found


def missed(contrasts: list[list[CrossedMean]], at_once: int) -> float:
    """The share of studies in which at least one interval leaves out the truth, 0."""
    level = of_several(0.95, at_once)
    intervals = [[found.interval(level) for found in study] for study in zip(*contrasts, strict=True)]
    return float(np.mean([any(not (each.low or 0) <= 0 <= (each.high or 0) for each in study) for study in intervals]))


def test_all_contrasts_hold_together_in_95_of_100_studies(contrasts):
    assert missed(contrasts, at_once=3) <= 0.05 + MONTE_CARLO


def test_intervals_that_stand_alone_would_miss_more_often(contrasts):
    assert missed(contrasts, at_once=1) > missed(contrasts, at_once=3) + 0.03
