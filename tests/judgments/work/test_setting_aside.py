"""Cases for controls are drawn by the study's seed: enough, a fifth at most, and nobody's only one."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from conversations.enums import ControlKind, Role
from conversations.models import Case, Comparison, Membership, Study
from judgments.work.claiming import claim_next
from judgments.work.control_counts import controls_of
from judgments.work.opening import open_stage
from judgments.work.setting_aside import ENOUGH_CASES, SparedCase, cases_to_set_aside, drawn, set_aside
from tests import factories

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
_pairs = st.sets(st.tuples(st.integers(1, 12), st.integers(1, 12)), max_size=140)


@given(_pairs, st.integers(0, 2**31), st.integers(0, 20))
def test_no_more_than_a_fifth_and_nobody_is_left_without_a_case(pairs, seed, taken):
    candidates = [SparedCase(number, *pair) for number, pair in enumerate(sorted(pairs))]
    found = drawn(candidates, taken=taken, of=len(candidates), seed=seed)
    assert drawn(candidates[::-1], taken=taken, of=len(candidates), seed=seed) == found
    assert len(found) <= max(0, min(ENOUGH_CASES, len(candidates) // 5) - taken)
    assert not found or len(candidates) >= 20
    rest = [one for one in candidates if one.case_id not in found]
    assert {one.subject_id for one in rest} == {one.subject_id for one in candidates}
    assert {one.prompt_id for one in rest} == {one.prompt_id for one in candidates}


def test_enough_are_drawn_where_there_are_enough():
    grid = [SparedCase(10 * row + column, row, column) for row in range(10) for column in range(10)]
    assert len(drawn(grid, taken=0, of=100, seed=7)) == ENOUGH_CASES
    assert len(drawn(grid, taken=5, of=100, seed=7)) == ENOUGH_CASES - 5
    assert Counter(len(drawn(grid[:count], taken=0, of=count, seed=7)) for count in (19, 20, 60)) == {0: 1, 4: 1, 12: 1}
    assert drawn(grid, taken=0, of=100, seed=7) != drawn(grid, taken=0, of=100, seed=8)


@pytest.fixture
def study(db) -> Study:
    study = factories.study()
    factories.material(study, subjects=10, prompts=2)
    return study


def test_cases_are_set_aside_while_stage_3_is_a_draft(study):
    stage = factories.stage(study, 3)
    wanted = cases_to_set_aside(study)
    assert len(wanted) == 4
    assert set_aside(wanted) == 4
    assert cases_to_set_aside(study) == []
    open_stage(stage=stage, actor=None, now=NOW)
    assert stage.tasks.count() == 16
    Case.objects.update(for_controls=False)
    assert cases_to_set_aside(study) == []


def test_case_whose_comparison_somebody_was_given_stays(study):
    stage = factories.stage(study, 3)
    open_stage(stage=stage, actor=None, now=NOW)
    page = claim_next(rater=factories.rater(study), stage=stage, now=NOW)
    study.stages.update(state="draft")
    given_to_a_rater = page.task.comparison.case
    among = Case.objects.filter(pk=given_to_a_rater.pk) | given_to_a_rater.subject.cases.all()
    assert set(cases_to_set_aside(study, among=among)) <= set(
        among.exclude(pk=given_to_a_rater.pk).values_list("pk", flat=True)
    )


def test_stage_page_says_what_controls_there_are(study):
    stage = factories.stage(study, 3, control_share=10)
    assert "before the stage is opened" in controls_of(stage).in_words
    for case in Case.objects.order_by("pk")[:3]:
        factories.control(case)
        factories.control(case, ControlKind.DAMAGED)
    factories.control(case, ControlKind.PERSONAL, borrowed_from=study.subjects.first())
    Comparison.objects.filter(case=case, control=ControlKind.DAMAGED).update(leak_reasons=["names a model"])
    found = controls_of(stage)
    assert (found.set_aside, found.of_cases, found.each, found.held) == (3, 20, 3, 1)
    assert found.kinds_note == "3 obvious, 2 damaged, 1 personal"
    assert "can be given 3 of them" in found.in_words
    Comparison.objects.exclude(control="").update(withdrawn_at=NOW)
    assert "3 cases are set aside" in controls_of(stage).in_words


def test_small_study_is_told_to_upload_controls(db):
    assert "fewer than 20 cases" in controls_of(factories.stage(factories.study(), 3)).in_words


def test_stage_page_shows_controls_at_stage_3_only(study):
    owner = User.objects.create_user("owner")
    Membership.objects.create(study=study, user=owner, role=Role.OWNER)
    client = Client()
    client.force_login(owner)
    pages = [client.get(reverse("stages:stage", args=[study.slug, number])).content.decode() for number in (2, 3)]
    assert ["cases set aside" in page for page in pages] == [False, True]


def test_case_set_aside_is_not_judged_at_stage_2(study):
    set_aside(cases_to_set_aside(study))
    stage = factories.stage(study, 2)
    open_stage(stage=stage, actor=None, now=NOW)
    assert stage.tasks.count() == 16
