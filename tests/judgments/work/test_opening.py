"""A big stage is opened at once and built behind the page, part by part, mixed as if it had been built in one go."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from accounts.models import User
from conversations.enums import Role, StageState
from conversations.models import Case, Membership
from judgments.eligibility.wanted import has_unbuilt
from judgments.models import Slot, Task, Unit
from judgments.work import opening
from judgments.work.building import build_units
from judgments.work.claiming import claim_next
from judgments.work.estimates import estimate_of
from judgments.work.opening import extend_open_stages, open_stage, pause_stage
from tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SUBJECTS = 30


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch):
    monkeypatch.setattr(opening, "BUILT_AT_ONCE", 5)
    monkeypatch.setattr(opening, "BUILT_IN_BACKGROUND", 8)


@pytest.fixture
def study():
    study = factories.study()
    factories.material(study, subjects=SUBJECTS)
    return study


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_big_stage_opens_with_its_first_tasks_and_the_rest_follows(study, number):
    if number == 3:  # some comparisons have nothing but their overall unit
        comparisons = [case.comparisons.get() for case in Case.objects.order_by("id")[:27:3]]
        for comparison in comparisons:
            comparison.attributes.all().delete()
    stage = factories.stage(study, number)
    told = estimate_of(stage)
    opened = open_stage(stage=stage, actor=None, now=NOW)
    assert (opened.tasks, opened.slots) == (5, 15)
    assert has_unbuilt(stage)
    assert claim_next(rater=factories.rater(study), stage=stage, now=NOW) is not None
    assert extend_open_stages(now=NOW)[stage.pk].tasks == SUBJECTS - 5
    assert not has_unbuilt(stage)
    assert (Task.objects.count(), Unit.objects.count()) == (told.tasks, told.units)
    assert Slot.objects.count() == 3 * SUBJECTS
    assert list(Task.objects.order_by("position").values_list("position", flat=True)) == list(range(SUBJECTS))
    targets = [getattr(task, f"{task_target(number)}_id") for task in Task.objects.order_by("position")]
    parts = [targets[:5], targets[5:13], targets[13:21], targets[21:29]]
    for part in parts:  # each part is drawn from everything there is, not from what was uploaded first
        assert max(part) - min(part) >= len(part)
    for part in parts[1:]:  # the first is so small that it is in order by chance in one study of 120
        assert part != sorted(part)


def task_target(number):
    return {1: "subject", 2: "case", 3: "comparison"}[number]


def test_tasks_that_votes_made_before_are_queued_in_parts_too(study):
    stage = factories.stage(study, 1)
    build_units(stage=stage, target_ids=study.subjects.values_list("id", flat=True))
    assert open_stage(stage=stage, actor=None, now=NOW).slots == 15
    assert extend_open_stages(now=NOW)[stage.pk].slots == 3 * (SUBJECTS - 5)


def test_a_stage_that_is_paused_meanwhile_is_not_built_further(study):
    stage = factories.stage(study, 1)
    open_stage(stage=stage, actor=None, now=NOW)
    pause_stage(stage=stage, actor=None, now=NOW)
    assert extend_open_stages(now=NOW) == {}
    assert Task.objects.count() == 5
    open_stage(stage=stage, actor=None, now=NOW)
    assert extend_open_stages(now=NOW)[stage.pk].tasks == SUBJECTS - 10


def test_the_page_tells_how_many_tasks_are_built_until_all_are(study, client):
    user = User.objects.create_user(study.slug)
    Membership.objects.create(study=study, user=user, role=Role.OWNER)
    client.force_login(user)
    client.post(reverse("stages:open", args=[study.slug, 1]))
    stage = study.stages.get(number=1)
    assert stage.state == StageState.OPEN
    page = client.get(reverse("stages:stage", args=[study.slug, 1])).content.decode()
    assert "Building tasks: 5 so far" in page
    assert f'hx-get="{reverse("stages:building", args=[study.slug, 1])}"' in page
    extend_open_stages(now=NOW)
    response = client.get(reverse("stages:building", args=[study.slug, 1]))
    assert "hx-get" not in response.content.decode()
    assert "All 30 tasks are built" in response.content.decode()
