"""The words of the verdict in the protocol's order: docs/protocol.md, What the report answers, 5."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.stats.decision import NO_CONTROLS, Controls, EffectIntervals, Reason, Sample, Word, decide, verdict
from reports.stats.estimate import Estimate

MARGIN = 0.25
ENOUGH = {"real_conversations": 50, "subjects": 10, "raters": 6, "prompts": 10}
BETTER, WORSE = (0.40, 0.10, 0.70), (-0.40, -0.70, -0.10)
NEAR, BROAD = (0.02, -0.20, 0.24), (0.10, -0.30, 0.50)
UNKNOWN = (0.40, None, None)
SEEING, BLIND = (1.10, 0.92, 1.28), (0.06, -0.10, 0.22)


def estimate(of: tuple[Any, ...] | None) -> Estimate:
    return Estimate.undefined("Nothing.") if of is None else Estimate(value=of[0], low=of[1], high=of[2])


def effect(of: tuple[Any, ...] | None) -> EffectIntervals:
    return EffectIntervals(estimate(of), estimate(of))


def controls(judgments: int = 30, raters: int = 3, sensitivity: tuple[Any, ...] | None = SEEING) -> Controls:
    return Controls(judgments, raters, estimate(sensitivity))


def given_to(others: Any = BROAD, *, these: Any = BROAD, seen: Controls = NO_CONTROLS, **sample: int) -> Any:
    found = verdict(Sample(**{**ENOUGH, **sample}), seen, others=effect(others), these=effect(these), margin=MARGIN)
    return found.word, set(found.reasons)


# Each rule in its order, with both sides of each of its borders: what is known, the word, the reasons.
RULES: dict[str, list[tuple[dict[str, Any], Word, set[Reason]]]] = {
    "1 real conversations": [
        ({"others": BETTER, "real_conversations": 49}, Word.NOT_ENOUGH, {Reason.REAL_CONVERSATIONS}),
        ({"others": BETTER, "real_conversations": 50}, Word.BETTER, set()),
        ({"others": None, "real_conversations": 0, "raters": 0}, Word.NOT_ENOUGH, {Reason.REAL_CONVERSATIONS}),
        # before 2: whoever can't tell, too
        ({"seen": controls(sensitivity=BLIND), "real_conversations": 49}, Word.NOT_ENOUGH, {Reason.REAL_CONVERSATIONS}),
    ],
    "2 raters could not tell": [
        ({"others": BETTER, "seen": controls(sensitivity=BLIND)}, Word.COULD_NOT_TELL, {Reason.CONTROLS_MISSED}),
        ({"others": NEAR, "seen": controls(sensitivity=BLIND)}, Word.COULD_NOT_TELL, {Reason.CONTROLS_MISSED}),
        ({"others": BETTER, "seen": controls(29, sensitivity=BLIND)}, Word.BETTER, set()),
        ({"others": BETTER, "seen": controls(raters=2, sensitivity=BLIND)}, Word.BETTER, set()),
        ({"others": BETTER, "seen": controls(sensitivity=(0.2, 0.0, 0.4))}, Word.COULD_NOT_TELL, {Reason.CONTROLS_MISSED}),
        ({"others": BETTER, "seen": controls(sensitivity=(0.2, 0.0001, 0.4))}, Word.BETTER, set()),
        ({"others": BETTER, "seen": controls(sensitivity=(0.2, -0.1, 0.4999))}, Word.COULD_NOT_TELL, {Reason.CONTROLS_MISSED}),
        ({"others": BETTER, "seen": controls(sensitivity=(0.2, -0.1, 0.5))}, Word.BETTER, set()),
        ({"others": BETTER, "seen": controls(sensitivity=(-0.6, -0.9, -0.3))}, Word.COULD_NOT_TELL, {Reason.CONTROLS_MISSED}),
        ({"others": BETTER, "seen": controls(sensitivity=None)}, Word.BETTER, set()),
        # before 3: too few raters is not the reason then
        ({"seen": controls(sensitivity=BLIND), "raters": 3}, Word.COULD_NOT_TELL, {Reason.CONTROLS_MISSED}),
    ],
    "3 too few": [
        ({"others": BETTER, "subjects": 9}, Word.NOT_ENOUGH, {Reason.SUBJECTS}),
        ({"others": BETTER, "raters": 5}, Word.NOT_ENOUGH, {Reason.RATERS}),
        ({"others": BETTER, "prompts": 9}, Word.NOT_ENOUGH, {Reason.PROMPTS}),
        ({"others": NEAR, "raters": 5, "prompts": 9, "seen": controls()}, Word.NOT_ENOUGH, {Reason.RATERS, Reason.PROMPTS}),
        ({"others": UNKNOWN}, Word.NOT_ENOUGH, {Reason.VARIANCE}),
        ({"others": None}, Word.NOT_ENOUGH, {Reason.VARIANCE}),
        ({"others": UNKNOWN, "raters": 5}, Word.NOT_ENOUGH, {Reason.RATERS}),  # which may be why
    ],
    "4 better, worse": [
        ({"others": BETTER}, Word.BETTER, set()),
        ({"others": WORSE}, Word.WORSE, set()),
        ({"others": BETTER, "these": WORSE}, Word.BETTER, set()),  # others decide
    ],
    "5 no difference": [
        ({"others": NEAR}, Word.NO_DIFFERENCE_SEEN, {Reason.NO_CONTROLS}),
        ({"others": NEAR, "seen": controls()}, Word.NO_MEANINGFUL_DIFFERENCE, set()),
        ({"others": NEAR, "seen": controls(29)}, Word.NO_DIFFERENCE_SEEN, {Reason.FEW_CONTROLS}),
        ({"others": NEAR, "seen": controls(raters=2)}, Word.NO_DIFFERENCE_SEEN, {Reason.FEW_CONTROLS}),
        ({"others": NEAR, "seen": controls(sensitivity=(0.6, 0.25, 0.9))}, Word.NO_DIFFERENCE_SEEN, {Reason.SENSITIVITY}),
        ({"others": NEAR, "seen": controls(sensitivity=(0.6, 0.2501, 0.9))}, Word.NO_MEANINGFUL_DIFFERENCE, set()),
        ({"others": NEAR, "seen": controls(sensitivity=None)}, Word.NO_DIFFERENCE_SEEN, {Reason.SENSITIVITY}),
    ],
    "6 undecided": [
        ({"others": BROAD}, Word.NOT_ENOUGH, {Reason.UNDECIDED}),
        ({"others": BROAD, "these": BETTER, "seen": controls()}, Word.NOT_ENOUGH, {Reason.UNDECIDED}),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("known", "word", "reasons"),
    [pytest.param(*row, id=f"{rule}, {place}") for rule, rows in RULES.items() for place, row in enumerate(rows)],
)
def test_the_first_rule_that_holds_gives_the_word(known, word, reasons):
    assert given_to(**known) == (word, reasons)


@pytest.mark.parametrize(
    ("known", "these", "second"),
    [
        ({"raters": 3}, BETTER, Word.BETTER),
        ({"prompts": 5}, WORSE, Word.WORSE),
        ({"subjects": 9}, BROAD, Word.NOT_ENOUGH),
        ({"raters": 3}, NEAR, Word.NO_DIFFERENCE_SEEN),
        ({"raters": 3, "seen": controls()}, NEAR, Word.NO_MEANINGFUL_DIFFERENCE),
        ({"others": UNKNOWN}, BETTER, Word.BETTER),
        # under no other rule
        ({"real_conversations": 49}, BETTER, None),
        ({"seen": controls(sensitivity=BLIND), "raters": 3}, BETTER, None),
        ({"others": BETTER}, BETTER, None),
        ({"others": BROAD}, BETTER, None),
    ],
)
def test_a_second_line_for_these_raters_and_prompts_comes_under_the_third_rule_alone(known, these, second):
    seen, others = known.get("seen", NO_CONTROLS), known.get("others", BROAD)
    sample = Sample(**{**ENOUGH, **{name: known[name] for name in ENOUGH.keys() & known.keys()}})
    found = verdict(sample, seen, others=effect(others), these=effect(these), margin=MARGIN)
    assert found.these == second


def test_all_that_is_short_is_said_at_once():
    found = verdict(Sample(20, 4, 6, 0), NO_CONTROLS, others=effect(None), these=effect(None), margin=MARGIN)
    assert found.missing == {Reason.REAL_CONVERSATIONS: 30, Reason.SUBJECTS: 6, Reason.PROMPTS: 10}


COUNTS = st.integers(0, 60)
POINTS = st.lists(st.floats(-2, 2, allow_nan=False), min_size=3, max_size=3).map(sorted)
EFFECTS = st.one_of(st.none(), POINTS.map(lambda of: (of[1], of[0], of[2])))
SEEN = st.one_of(st.just(NO_CONTROLS), st.builds(controls, COUNTS, COUNTS, EFFECTS))


@given(sample=st.builds(Sample, COUNTS, COUNTS, COUNTS, COUNTS), seen=SEEN, others=EFFECTS, these=EFFECTS)
def test_no_strong_word_without_what_it_needs(sample, seen, others, these):
    found = verdict(sample, seen, others=effect(others), these=effect(these), margin=MARGIN)
    if found.word in {Word.BETTER, Word.WORSE, Word.NO_MEANINGFUL_DIFFERENCE, Word.NO_DIFFERENCE_SEEN}:
        assert not found.missing
        assert not seen.missed
        assert found.word == decide(estimate(others), estimate(others), MARGIN, seen)
    if Word.NO_MEANINGFUL_DIFFERENCE in (found.word, found.these):
        assert seen.suffice
    assert bool(found.reasons) == (found.word not in {Word.BETTER, Word.WORSE, Word.NO_MEANINGFUL_DIFFERENCE})
