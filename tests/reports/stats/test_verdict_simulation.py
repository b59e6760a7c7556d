"""A small run of benchmarks/verdict_simulation.py, which fails for an interval that leaves raters out."""

from dataclasses import replace
from itertools import combinations

import numpy as np

from benchmarks.verdict_cells import LEVELS, SEED, DesignCell, cells
from benchmarks.verdict_demands import demands_missed
from benchmarks.verdict_simulation import MARGIN, cell_result, covers
from benchmarks.verdict_studies import draw, draw_design, truth_of
from reports.stats.endpoint import for_these

STUDIES = 200
USUAL = DesignCell(
    subjects=50,
    raters=6,
    prompts=10,
    rater_sd=0.3,
    prompt_sd=0.15,
    skewed=False,
    pattern="balanced",
    k=3,
    silent=0.0,
    arms=1,
    nested=False,
    at_margin=False,
)
CELLS = (
    USUAL,
    replace(USUAL, raters=12, pattern="trickling", silent=0.3, at_margin=True),
    replace(USUAL, subjects=20, raters=12, arms=2, k=2, nested=True, pattern="unbalanced"),
    replace(USUAL, raters=30, k=1, skewed=True, at_margin=True),
)


def test_intervals_and_words_keep_what_they_say():
    found = [cell_result((number, cell, STUDIES, SEED)) for number, cell in enumerate(CELLS)]
    assert min(each["shown"] for each in found) > 0.9
    assert demands_missed(found) == []


def test_an_interval_over_subjects_alone_would_be_found_out():
    truth, covered = truth_of(USUAL, MARGIN), []
    for seed in range(STUDIES // 5):
        chance = np.random.default_rng(seed)
        design = draw_design(USUAL, chance)
        for _study in range(5):
            judged = design.judged(draw(design, truth.levels, chance).values)
            covered.append(covers(for_these(judged.weights(), judged), truth.effect))
    found = cell_result((0, USUAL, 20, SEED)) | {"repetitions": STUDIES, "covered": float(np.mean(covered))}
    assert any("covered" in each for each in demands_missed([found]))


def test_too_few_raters_or_prompts_have_no_interval_and_no_word():
    for few in (replace(USUAL, raters=3), replace(USUAL, prompts=5)):
        found = cell_result((0, few, 20, SEED))
        assert (found["shown"], found["settled"], found["settled_at_looks"]) == (0, 0, 0)
        assert found["covered"] is None
        assert demands_missed([found]) == []


def test_every_two_levels_meet_in_a_cell():
    design = cells()
    assert len(design) >= 200
    assert all(cell.feasible for cell in design)
    for one, other in combinations(LEVELS, 2):
        met = {(getattr(cell, one), getattr(cell, other)) for cell in design}
        wanted = {(first, second) for first in LEVELS[one] for second in LEVELS[other]}
        beyond = {pair for pair in wanted if (one, other) == ("raters", "k") and pair[1] > pair[0]}
        assert met == wanted - beyond
