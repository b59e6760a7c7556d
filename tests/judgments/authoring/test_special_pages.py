"""Gold, attention checks and swapped repeats: given at the chosen rate, outside k, and never beside their original."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.models import Stage
from judgments.eligibility.specials import special_page
from judgments.enums import Outcome, Special, TaskKind
from judgments.models import Assignment, Consensus, Judgment, Slot, Task
from judgments.work.claiming import claim_next
from judgments.work.opening import StageRefused, update_stage
from raters.enums import EnrolmentOutcome
from raters.models import Admission, Arrival
from tests import factories
from tests.judgments.raters_at_work import claim, judge, open_for_rating, work_until_nothing_left
from tests.judgments.special_pages import set_stage, twin

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def kinds(rater_id: int, pages: int, **shares: int) -> list[Special | None]:
    given = {kind: shares[kind] for kind in Special if kind in shares}
    return [special_page(key=b"key", rater_id=rater_id, ordinal=at, shares=given) for at in range(pages)]


def places(rater_id: int, **shares: int) -> list[int]:
    return [at for at, kind in enumerate(kinds(rater_id, 1000, **shares)) if kind]


@pytest.mark.parametrize("share", [1, 3, 5, 10, 33, 50])
def test_share_is_kept_exactly_and_spread_over_the_pages(share):
    found = places(7, gold=share)
    assert abs(len(found) - 10 * share) <= 1
    gaps = [later - earlier for earlier, later in itertools.pairwise(found)]
    assert max(gaps) <= 2 * 100 / share + 1


def test_places_differ_between_raters_and_between_kinds():
    assert places(1, gold=10) != places(2, gold=10)
    assert places(1, gold=10) != places(1, attention=10)
    assert places(1) == []


def test_kinds_take_no_place_from_those_before_them():
    alone = places(1, gold=50)
    given = kinds(1, 1000, gold=50, attention=50, repeat=50)
    assert [at for at, kind in enumerate(given) if kind == Special.GOLD] == alone
    assert given.count(Special.ATTENTION) == 500
    assert Special.REPEAT not in given


@given(st.lists(st.integers(0, 10), min_size=4, max_size=4), st.integers(1, 50))
@settings(max_examples=20, deadline=None)
def test_each_kind_keeps_its_share_beside_the_others(percents, rater_id):
    shares = dict(zip(Special, percents, strict=True))
    found = kinds(rater_id, 300, **shares)
    assert all(abs(found.count(kind) - 3 * share) <= 1 for kind, share in shares.items())


@pytest.mark.django_db
def test_gold_comes_at_its_rate_takes_no_slot_and_counts_in_no_consensus():
    study, stage = open_for_rating(1, subjects=24, k=1)
    originals = list(Task.objects.filter(stage=stage).order_by("position"))
    gold = [twin(task, TaskKind.GOLD) for task in originals[-4:]]
    stage = set_stage(stage, gold_share=20)
    done = work_until_nothing_left(factories.rater(study), stage, NOW)
    given = [assignment.task.kind for assignment in done]
    assert given.count(TaskKind.GOLD) == 4
    # The originals of the gold this rater judged go to others.
    assert given.count(TaskKind.REGULAR) == 20
    assert Slot.objects.filter(stage=stage, filled_at__isnull=False).count() == 20
    assert not Consensus.objects.filter(unit__task__in=gold).exists()
    assert Judgment.objects.filter(unit__task__in=gold).count() == 12
    other = work_until_nothing_left(factories.rater(study), set_stage(stage, gold_share=0), NOW)
    assert Slot.objects.filter(stage=stage, filled_at__isnull=True).count() == 0
    assert {task.pk for task in originals[-4:]} <= {assignment.task_id for assignment in other}


@pytest.mark.django_db
def test_gold_is_not_given_to_who_judged_its_original_and_retired_gold_sets_the_original_free():
    study, stage = open_for_rating(1, subjects=1)
    original = Task.objects.get(stage=stage)
    rater, other = factories.rater(study), factories.rater(study)
    judge(claim(rater=rater, stage=stage, now=NOW), now=NOW)
    gold = twin(original, TaskKind.GOLD)
    stage = set_stage(stage, gold_share=50)
    assert claim_next(rater=rater, stage=stage, now=NOW) is None
    done = work_until_nothing_left(other, stage, NOW)
    assert [assignment.task_id for assignment in done] in ([gold.pk], [original.pk])
    Task.objects.filter(pk=gold.pk).update(withdrawn_at=NOW, withdrawn_reason="retired")
    assert [each.task_id for each in work_until_nothing_left(other, stage, NOW)] in ([original.pk], [])
    assert Assignment.objects.filter(rater=other, task=original, outcome=Outcome.SUBMITTED).exists()


@pytest.mark.django_db
def test_without_gold_left_a_regular_page_takes_its_place():
    study, stage = open_for_rating(1, subjects=4)
    stage = set_stage(stage, gold_share=50, attention_share=50)
    done = work_until_nothing_left(factories.rater(study), stage, NOW)
    assert [assignment.task.kind for assignment in done] == [TaskKind.REGULAR] * 4


@pytest.mark.django_db
def test_attention_checks_come_between_the_pages():
    study, stage = open_for_rating(2, subjects=10)
    last = Task.objects.filter(stage=stage).order_by("-position")[:2]  # so that the rater has not met the originals
    checks = {twin(task, TaskKind.ATTENTION).pk for task in last}
    done = work_until_nothing_left(factories.rater(study), set_stage(stage, attention_share=25), NOW)
    assert {each.task_id for each in done if each.task.kind == TaskKind.ATTENTION} == checks
    assert len(done) == 10


@pytest.mark.django_db
def test_repeats_swap_the_sides_come_later_and_count_for_nothing():
    study, stage = open_for_rating(3, subjects=16, k=1)
    stage = set_stage(stage, repeat_share=25)
    rater = factories.rater(study)
    done, now = [], NOW
    while assignment := claim_next(rater=rater, stage=stage, now=now):
        judge(assignment, now=now, label=5)
        done.append(assignment)
        now += timedelta(minutes=1)
    repeats = [(at, each) for at, each in enumerate(done) if each.presentation == 1]
    assert 2 <= len(repeats) <= 5  # one in four pages, of which the first ones have nothing to repeat
    for at, repeat in repeats:
        first = next(each for each in done if each.task_id == repeat.task_id)
        assert repeat.personalized_left is not first.personalized_left
        assert at - done.index(first) > 5
    assert Slot.objects.filter(stage=stage, filled_at__isnull=False).count() == 16
    assert Judgment.objects.filter(rater=rater, presentation=1).count() == 3 * len(repeats)
    assert {row.raters for row in Consensus.objects.filter(stage=stage)} == {1}
    # Sides of counted pages stay balanced in blocks of four, repeats or not.
    sides = [each.personalized_left for each in done if each.presentation == 0]
    assert all(sides[at : at + 4].count(True) == 2 for at in range(0, 16, 4))


@pytest.mark.django_db
def test_repeat_that_is_opened_again_takes_no_slot():
    study, stage = open_for_rating(3, subjects=10, k=2)
    stage = set_stage(stage, repeat_share=50)
    rater, now = factories.rater(study), NOW
    while (assignment := claim(rater=rater, stage=stage, now=now)).presentation == 0:
        judge(assignment, now=now)
        now += timedelta(minutes=1)
    assert claim(rater=rater, stage=stage, now=now + timedelta(hours=3)) == assignment
    assert not Slot.objects.filter(assignment=assignment).exists()


@pytest.fixture
def qualification(db):
    """A stage that asks for two gold pages and 75 percent."""
    study, stage = open_for_rating(1, subjects=8, attributes_each=2)
    for task in Task.objects.filter(stage=stage)[:3]:
        twin(task, TaskKind.GOLD, expected=1)
    return study, set_stage(stage, qualification_tasks=2, qualification_threshold=75)


def test_who_agrees_with_gold_goes_on_to_the_regular_pages(qualification):
    study, stage = qualification
    rater = factories.rater(study)
    kinds = []
    for _ in range(3):
        assignment = claim(rater=rater, stage=stage, now=NOW)
        kinds.append(assignment.task.kind)
        judge(assignment, now=NOW, label=1)
    assert kinds == [TaskKind.GOLD, TaskKind.GOLD, TaskKind.REGULAR]
    assert Admission.objects.get(enrolment__rater=rater, stage=stage).qualified_at == NOW


def test_who_falls_below_the_threshold_is_screened_out_of_the_stage_and_their_visit_ends(qualification):
    study, stage = qualification
    rater = factories.rater(study)
    enrolment = rater.enrolments.get()
    arrival = Arrival.objects.create(enrolment=enrolment, stage=stage, arrived_at=NOW)
    for _ in range(2):
        judge(claim(rater=rater, stage=stage, now=NOW), now=NOW, label=3)
    assert claim_next(rater=rater, stage=stage, now=NOW) is None
    arrival.refresh_from_db()
    assert arrival.outcome == EnrolmentOutcome.SCREENED_OUT
    assert Admission.objects.get(enrolment=enrolment, stage=stage).outcome == EnrolmentOutcome.SCREENED_OUT
    assert Admission.objects.get(enrolment=enrolment, stage__number=2).outcome == ""
    assert Judgment.objects.filter(rater=rater).count() == 4
    assert claim_next(rater=rater, stage=stage, now=NOW) is None


def test_qualification_is_refused_before_there_is_enough_gold(db):
    _, stage = open_for_rating(1, subjects=3)
    with pytest.raises(StageRefused, match="has 0"):
        update_stage(stage=stage, actor=None, qualification_tasks=1)
    twin(Task.objects.filter(stage=stage).earliest("id"), TaskKind.GOLD)
    update_stage(stage=stage, actor=None, qualification_tasks=1)
    assert Stage.objects.get(pk=stage.pk).qualification_tasks == 1
