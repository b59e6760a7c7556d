"""The ladder names the step that was planted, and hardly ever one that was not."""

from collections import Counter

import numpy as np
import pytest

from reports.stats.decision import NO_CONTROLS, EffectIntervals, Reason, Sample, Verdict, Word, verdict
from reports.stats.endpoint import FEWEST, Judged, one_arm
from reports.stats.estimate import Estimate
from reports.stats.ladder import Bottleneck, LadderRows, Rung, WeighedStep, bottleneck, step, steps_apart

MARGIN = 0.25
INTERVALS = 3  # two steps and how far they lie apart
RATERS, PROMPTS = 12, 12


def design(subjects: int, chance: np.random.Generator, *, each: int = 4, silent: float = 0.1) -> LadderRows:
    """Three ratings of each comparison that is not silent; nobody sees a case twice."""
    case = np.arange(subjects * each)
    prompt = np.concatenate([chance.permutation(PROMPTS)[:each] for _ in range(subjects)])
    rater = np.stack([chance.permutation(RATERS)[:9] for _ in case]).reshape(-1, 3, 3)
    quiet = chance.random((len(case), 3)) < silent
    rows = [
        (at, rung, who)
        for at in case
        for rung in Rung
        for who in ([-1] if quiet[at, rung] else rater[at, rung].tolist())
    ]
    cases, rungs, raters = np.array(rows, dtype=np.int64).T
    judged = Judged(np.zeros(len(rows)), cases // each, prompt[cases], raters, 3 * cases + rungs)
    return LadderRows(judged, rungs, cases)


def rated(
    rows: LadderRows, levels: tuple[float, float, float], chance: np.random.Generator, *, apart: float = 1.0
) -> LadderRows:
    """Levels of the rungs against generic; subjects, raters, prompts and cases lie ``apart``, in all arms and in each."""
    judged, latent = rows.judged, np.array(levels)[rows.rung]
    for index, deviation in ((judged.subject, 0.3), (judged.prompt, 0.15), (judged.rater, 0.2), (rows.case, 0.5)):
        parts = chance.normal(0, apart * deviation * np.sqrt(0.5), (4, index.max() + 1))
        latent = latent + parts[3, index] + parts[rows.rung, index]
    label = np.clip(np.rint(latent + chance.normal(3, 0.8 * apart, len(latent))), 1, 5) - 3
    value = np.where(judged.rater < 0, 0.0, label)
    return LadderRows(
        Judged(value, judged.subject, judged.prompt, judged.rater, judged.comparison), rows.rung, rows.case
    )


def named(rows: LadderRows) -> Bottleneck:
    sample = Sample(60, rows.judged.subjects, RATERS, PROMPTS)

    def decided(others: EffectIntervals) -> Verdict:
        return verdict(sample, NO_CONTROLS, others=others, these=others, margin=MARGIN)

    steps = [
        step(rows, upper, lower).intervals(INTERVALS)
        for upper, lower in ((Rung.ACCEPTED, Rung.OWN), (Rung.RELEVANT, Rung.ACCEPTED))
    ]
    first, second = (WeighedStep(each.of_95, decided(each)) for each in steps)
    best = rows.of(Rung.RELEVANT).judged
    alone = one_arm(best).mean(best.value, fewest=FEWEST)
    relevant = decided(EffectIntervals(alone.interval(), alone.equivalence())).word
    return bottleneck(first, second, steps_apart(rows).intervals(INTERVALS).of_95, relevant, margin=MARGIN)


def words(
    levels: tuple[float, float, float], *, subjects: int, each: int = 4, apart: float = 1.0, studies: int = 6
) -> Counter[Bottleneck]:
    chance = np.random.default_rng(29)
    drawn = (rated(design(subjects, chance, each=each), levels, chance, apart=apart) for _ in range(studies))
    return Counter(named(rows) for rows in drawn)


@pytest.mark.parametrize(
    ("levels", "apart", "word"),
    [
        ((-0.4, 0.6, 0.6), 1.0, Bottleneck.EXTRACTION),
        ((-0.4, -0.4, 0.6), 1.0, Bottleneck.SELECTION),
        ((-0.7, 0.1, 0.9), 1.0, Bottleneck.SPREAD),
        ((0.0, 0.0, 0.0), 0.6, Bottleneck.RESPONSE),
        ((1.0, 1.0, 1.0), 0.4, Bottleneck.SPREAD),  # nothing breaks
        ((-0.1, 0.2, 0.2), 1.0, Bottleneck.NOT_ENOUGH),
    ],
)
def test_what_was_planted_is_named(levels, apart, word):
    found = words(levels, subjects=50, apart=apart)
    assert found[word] >= 5, found


@pytest.mark.parametrize("levels", [(0.0, 0.0, 0.0), (-0.5, 0.0, 0.5)])
def test_equal_steps_are_hardly_ever_told_apart(levels):
    found = words(levels, subjects=20, each=3, studies=40)
    assert found[Bottleneck.EXTRACTION] + found[Bottleneck.SELECTION] <= 2, found


@pytest.fixture(scope="module")
def rows() -> LadderRows:
    chance = np.random.default_rng(4)
    return rated(design(14, chance), (-0.3, 0.1, 0.4), chance)


def endpoint_of(rows: LadderRows, rung: Rung) -> float:
    """Comparisons, then subjects, each the same: by plain means."""
    of_subjects: dict[int, list[float]] = {}
    for comparison in np.unique(rows.judged.comparison[rows.rung == rung]):
        its = rows.judged.comparison == comparison
        of_subjects.setdefault(int(rows.judged.subject[its][0]), []).append(float(rows.judged.value[its].mean()))
    return float(np.mean([np.mean(each) for each in of_subjects.values()]))


def test_steps_are_differences_of_the_endpoints_and_apart_is_theirs(rows):
    own, accepted, relevant = (endpoint_of(rows, rung) for rung in Rung)
    first, second = step(rows, Rung.ACCEPTED, Rung.OWN), step(rows, Rung.RELEVANT, Rung.ACCEPTED)
    apart = steps_apart(rows)
    assert first.others.estimate == pytest.approx(accepted - own)
    assert second.others.estimate == pytest.approx(relevant - accepted)
    assert apart.others.estimate == pytest.approx(2 * accepted - own - relevant)
    assert apart.these(1).of_95.value == pytest.approx(2 * accepted - own - relevant)


def width(found: Estimate) -> float:
    assert found.low is not None
    assert found.high is not None
    return found.high - found.low


def test_intervals_hold_together_and_so_are_wider(rows):
    difference = step(rows, Rung.ACCEPTED, Rung.OWN)
    three = difference.intervals(3)
    assert three.of_95.level == pytest.approx(1 - 0.05 / 3)
    assert three.of_90.level == pytest.approx(1 - 0.10 / 3)
    for of_all, of_one in ((three, difference.intervals(1)), (difference.these(3), difference.these(1))):
        assert width(of_all.of_95) > width(of_one.of_95)
        assert width(of_all.of_90) > width(of_one.of_90)


def test_what_cases_and_subjects_add_to_every_rung_drops_out_of_how_far_the_steps_lie_apart(rows):
    judged = rows.judged
    chance = np.random.default_rng(8)
    added = chance.normal(0, 1, judged.subjects)[judged.subject] + chance.normal(0, 1, 200)[rows.case]
    moved = Judged(judged.value + added, judged.subject, judged.prompt, judged.rater, judged.comparison)
    before, after = steps_apart(rows), steps_apart(LadderRows(moved, rows.rung, rows.case))
    assert after.others.estimate == pytest.approx(before.others.estimate)
    assert after.others.variance < 4 * before.others.variance


UNDECIDED = (Reason.UNDECIDED,)
BETTER, SAME, OPEN = Word.BETTER, Word.NO_DIFFERENCE_SEEN, Word.NOT_ENOUGH
ABOVE, ACROSS, WIDE, BELOW = (0.1, 0.6), (-0.1, 0.2), (-0.3, 0.3), (-0.6, -0.1)


def interval(ends: tuple[float, float] | None) -> Estimate:
    return Estimate(0.1, 9) if ends is None else Estimate(sum(ends) / 2, 9, *ends)


def one_step(ends: tuple[float, float] | None, word: Word, *reasons: Reason) -> WeighedStep:
    return WeighedStep(interval(ends), Verdict(word, reasons or (UNDECIDED if word == OPEN else ()), {}))


@pytest.mark.parametrize(
    ("first", "second", "apart", "relevant", "word"),
    [
        ((ABOVE, BETTER), (ACROSS, SAME), ABOVE, BETTER, Bottleneck.EXTRACTION),
        ((ABOVE, OPEN), (ACROSS, OPEN), ABOVE, OPEN, Bottleneck.EXTRACTION),  # naming comes first
        ((ABOVE, BETTER), (ACROSS, SAME), ACROSS, BETTER, Bottleneck.SPREAD),
        ((ABOVE, BETTER), (ACROSS, SAME), None, BETTER, Bottleneck.SPREAD),
        ((ACROSS, SAME), (ABOVE, BETTER), BELOW, BETTER, Bottleneck.SELECTION),
        ((ACROSS, SAME), (ABOVE, BETTER), ABOVE, BETTER, Bottleneck.SPREAD),
        ((ACROSS, SAME), (ACROSS, SAME), ACROSS, SAME, Bottleneck.RESPONSE),
        ((ACROSS, OPEN), (ACROSS, SAME), ACROSS, Word.WORSE, Bottleneck.RESPONSE),
        ((WIDE, SAME), (ACROSS, SAME), ACROSS, SAME, Bottleneck.SPREAD),
        ((ACROSS, SAME), (ACROSS, SAME), ACROSS, OPEN, Bottleneck.NOT_ENOUGH),
        ((WIDE, OPEN), (ACROSS, SAME), ACROSS, BETTER, Bottleneck.NOT_ENOUGH),
        ((ACROSS, SAME), (ACROSS, SAME), ACROSS, BETTER, Bottleneck.SPREAD),
        ((ABOVE, Word.COULD_NOT_TELL), (ACROSS, SAME), ABOVE, SAME, Bottleneck.COULD_NOT_TELL),
        ((ABOVE, BETTER), (ACROSS, SAME), ABOVE, Word.COULD_NOT_TELL, Bottleneck.COULD_NOT_TELL),
    ],
)
def test_the_first_rule_that_holds_decides(first, second, apart, relevant, word):
    found = bottleneck(one_step(*first), one_step(*second), interval(apart), relevant, margin=MARGIN)
    assert found == word


@pytest.mark.parametrize("reason", [Reason.REAL_CONVERSATIONS, Reason.RATERS, Reason.VARIANCE])
def test_nothing_is_named_on_too_little(reason):
    first = one_step(ABOVE, Word.NOT_ENOUGH, reason)
    found = bottleneck(first, one_step(ACROSS, SAME), interval(ABOVE), BETTER, margin=MARGIN)
    assert found == Bottleneck.NOT_ENOUGH
