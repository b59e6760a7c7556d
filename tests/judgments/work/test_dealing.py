"""Arms are dealt to each rater in proportion to what there is to ask of them, every slot is filled and nobody is stuck."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from fractions import Fraction

import pytest

from conversations.enums import Policy
from conversations.models import Case, Comparison, Stage
from judgments.enums import Outcome
from judgments.models import Assignment, Slot, Task
from judgments.work.claiming import claim_next
from judgments.work.leases import fill
from judgments.work.opening import open_stage
from raters.models import Rater
from tests import factories
from tests.judgments.arms_to_deal import open_with_arms
from tests.judgments.raters_at_work import claim

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

type Turn = Callable[[random.Random, Sequence[Rater], Counter[Rater]], Rater]


def _one_after_the_other(draw: random.Random, raters: Sequence[Rater], pages: Counter[Rater]) -> Rater:
    return raters[0]


def _all_at_once(draw: random.Random, raters: Sequence[Rater], pages: Counter[Rater]) -> Rater:
    return draw.choice(raters)


def _evenly(draw: random.Random, raters: Sequence[Rater], pages: Counter[Rater]) -> Rater:
    return min(raters, key=lambda rater: pages[rater])


def _some_faster(draw: random.Random, raters: Sequence[Rater], pages: Counter[Rater]) -> Rater:
    return draw.choices(raters, [1 + rater.pk % 7 for rater in raters])[0]


def _rate(stage: Stage, raters: Sequence[Rater], turn: Turn, seed: int) -> dict[Rater, Counter[int | None]]:
    """Everybody goes on until they get nothing. How many pages each rater had of each arm."""
    draw, working, pages = random.Random(seed), list(raters), Counter[Rater]()
    while working:
        rater = turn(draw, working, pages)
        if page := claim_next(rater=rater, stage=stage, now=NOW):
            _answered(page)
            pages[rater] += 1
        else:
            working.remove(rater)
    had: dict[Rater, Counter[int | None]] = {rater: Counter() for rater in raters}
    for given in Assignment.objects.filter(stage=stage, rater__in=raters).select_related("rater", "task__comparison"):
        had[given.rater][given.task.comparison.arm_id] += 1
    return had


def _answered(page: Assignment) -> None:
    """As a submit leaves it, without the labels, which nothing here asks for."""
    fill(assignment=page, now=NOW)
    Assignment.objects.filter(pk=page.pk).update(outcome=Outcome.SUBMITTED, submitted_at=NOW, revision=1)


def _unfilled(stage: Stage) -> int:
    return Slot.objects.filter(stage=stage, filled_at__isnull=True).count()


def _off_balance(stage: Stage, had: Counter[int | None]) -> Fraction:
    """By how many pages the rater's arm that is farthest from it misses its part of what there is to ask."""
    asked = Counter(Comparison.objects.filter(case__subject__study=stage.study_id).values_list("arm", flat=True))
    return max(abs(had[arm] - Fraction(count * had.total(), asked.total())) for arm, count in asked.items())


@pytest.mark.parametrize(
    ("turn", "seed"),
    [
        (_one_after_the_other, 1),
        (_evenly, 1),
        (_all_at_once, 1),
        (_all_at_once, 2),
        (_some_faster, 1),
        (_some_faster, 2),
    ],
)
def test_as_many_raters_as_a_case_has_slots_fill_them_all_with_each_arm_alike(turn, seed):
    stage = open_with_arms(cases=5)
    had = _rate(stage, [factories.rater(stage.study) for _ in range(9)], turn, seed)
    assert _unfilled(stage) == 0
    assert [pages.total() for pages in had.values()] == [5] * 9
    for pages in had.values():
        assert sorted(pages.values()) == [1, 2, 2]


@pytest.mark.parametrize("seed", [1, 2])
def test_more_raters_and_an_arm_that_is_silent_on_a_case_leave_arms_in_proportion(seed):
    stage = open_with_arms(cases=5, silent=1)
    had = _rate(stage, [factories.rater(stage.study) for _ in range(10)], _all_at_once, seed)
    assert _unfilled(stage) == 0
    assert max(_off_balance(stage, pages) for pages in had.values()) < 2


def test_who_stops_early_leaves_nothing_stuck_and_others_keep_their_balance():
    stage = open_with_arms(cases=5)
    raters = [factories.rater(stage.study) for _ in range(11)]
    for rater in raters[:2]:
        for _ in range(2):
            _answered(claim(rater=rater, stage=stage, now=NOW))
    had = _rate(stage, raters[2:], _all_at_once, 5)
    assert _unfilled(stage) == 0
    assert max(_off_balance(stage, pages) for pages in had.values()) < 2


def test_comparisons_of_a_case_stand_together_in_the_queue_and_arms_take_turns():
    stage = open_with_arms(cases=5)
    queue = list(Task.objects.filter(stage=stage).order_by("position").select_related("comparison"))
    cases = [[task.conflict_key or 0 for task in queue[at : at + 3]] for at in range(0, len(queue), 3)]
    assert all(len(set(keys)) == 1 for keys in cases)
    assert [keys[0] for keys in cases] != sorted(keys[0] for keys in cases)
    first = [queue[at].comparison.arm_id for at in range(0, len(queue), 3)]
    assert all(len(set(three)) == 3 for three in zip(first, first[1:], first[2:], strict=False))


def test_where_raters_may_see_several_comparisons_of_a_case_they_are_mixed():
    stage = open_with_arms(cases=5, several=True)
    keys = list(Task.objects.filter(stage=stage).order_by("position").values_list("conflict_key", flat=True))
    assert any(len(set(keys[at : at + 3])) > 1 for at in range(0, len(keys), 3))
    rater = factories.rater(stage.study)
    assert _rate(stage, [rater], _evenly, 1)[rater].total() == 15


def test_arm_that_comes_later_is_asked_of_who_has_not_met_its_cases():
    stage = open_with_arms(cases=3, k=1)
    first, later = factories.rater(stage.study), factories.rater(stage.study)
    assert _rate(stage, [first], _evenly, 1)[first].total() == 3
    fourth = factories.arm(factories.system(stage.study), policy=Policy.ALL)
    for case in Case.objects.filter(subject__study=stage.study_id):
        factories.comparison(case, [], arm=fourth)
    Stage.objects.filter(pk=stage.pk).update(state="paused")
    open_stage(stage=stage, actor=None, now=NOW)
    assert claim_next(rater=first, stage=stage, now=NOW) is None
    had = _rate(stage, [later, *(factories.rater(stage.study) for _ in range(2))], _evenly, 1)
    assert [pages.total() for pages in had.values()] == [3, 3, 3]
    assert _unfilled(stage) == 0


def test_comparisons_of_more_than_a_page_need_no_more_raters():
    study = factories.study()
    person, made_by = factories.subject(study), factories.system(study)
    given = factories.attributes(person, 3)
    for case in (factories.case(person) for _ in range(2)):
        factories.two_arms(case, given, by=made_by)
    stage = factories.stage(study, 3, k=2, page_size=2)
    assert open_stage(stage=stage, actor=None, now=NOW).tasks == 8
    had = _rate(stage, [factories.rater(study) for _ in range(4)], _all_at_once, 1)
    assert _unfilled(stage) == 0
    assert [sorted(pages.values()) for pages in had.values()] == [[2, 2]] * 4
