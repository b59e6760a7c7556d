"""Controls: pages that look like regular ones, given at their rate, outside k."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from accounts.models import User
from conversations.enums import ControlKind
from conversations.models import Case, Comparison, Stage, Study
from conversations.services.studies import create_study
from judgments.eligibility.specials import special_page
from judgments.enums import Special, TaskKind
from judgments.models import Consensus, Judgment, Slot, Task
from judgments.rating.own_progress import own_progress
from judgments.work.claiming import claim_next
from judgments.work.control_tasks import build_control_tasks
from judgments.work.opening import StageRefused, extend_open_stages, open_stage, update_stage
from raters.models import Rater
from tests import factories
from tests.judgments.raters_at_work import claim, judge, work_until_nothing_left
from tests.judgments.special_pages import set_stage
from tests.rows import made_once

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("key", [b"one", b"two", b"three"])
def test_each_of_twelve_raters_gets_a_tenth_of_sixty_pages(key):
    shares = {Special.GOLD: 5, Special.ATTENTION: 5, Special.CONTROL: 10, Special.REPEAT: 10}
    for rater_id in range(12):
        pages = [special_page(key=key, rater_id=rater_id, ordinal=at, shares=shares) for at in range(60)]
        assert Counter(pages) == {
            None: 42,
            Special.GOLD: 3,
            Special.ATTENTION: 3,
            Special.CONTROL: 6,
            Special.REPEAT: 6,
        }


@made_once
def _with_controls(*, subjects: int = 8, controls: int = 4) -> Stage:
    study = factories.study()
    people = factories.material(study, subjects=subjects)
    for number, person in enumerate(people[:controls]):
        factories.control(factories.case(person), list(ControlKind)[number % 2])
    stage = factories.stage(study, 3, k=2, control_share=25)
    open_stage(stage=stage, actor=None, now=NOW)
    return stage


@pytest.fixture
def stage(db) -> Stage:
    return _with_controls()


@pytest.fixture
def study(stage: Stage) -> Study:
    return stage.study


def _controls(stage: Stage) -> list[Task]:
    return list(Task.objects.filter(stage=stage, kind=TaskKind.CONTROL).order_by("id"))


def test_control_page_has_as_many_units_as_regular_ones_and_no_slot(stage):
    counts = {task.units.count() for task in Task.objects.filter(stage=stage)}
    assert counts == {3}
    tasks = _controls(stage)
    assert len(tasks) == 4
    assert all(task.conflict_key == task.comparison.case_id for task in tasks)
    asked = Task.objects.filter(stage=stage, kind=TaskKind.REGULAR).values("units__attribute")
    assert not Task.objects.filter(pk__in=[task.pk for task in tasks], units__attribute__isnull=False).exclude(
        units__attribute__in=asked
    )
    assert not Slot.objects.filter(task__in=tasks).exists()


def test_raters_get_controls_at_their_rate_and_they_count_in_no_consensus(stage, study):
    done = work_until_nothing_left(factories.rater(study), stage, NOW)
    kinds = Counter(page.task.kind for page in done)
    assert kinds[TaskKind.REGULAR] == 8
    assert 2 <= kinds[TaskKind.CONTROL] <= 3
    controls = _controls(stage)
    assert Judgment.objects.filter(unit__task__in=controls).count() == 3 * kinds[TaskKind.CONTROL]
    assert not Consensus.objects.filter(unit__task__in=controls).exists()
    assert Slot.objects.filter(stage=stage, filled_at__isnull=False).count() == 8


def test_right_side_is_balanced_with_the_other_pages(stage, study):
    sides = [page.personalized_left for page in work_until_nothing_left(factories.rater(study), stage, NOW)]
    assert all(sides[at : at + 4].count(True) == 2 for at in range(0, 8, 4))


def test_pages_left_are_told_as_if_no_page_were_special(stage, study):
    rater = factories.rater(study)
    told = [own_progress(enrolment=rater.enrolments.get(), stage=stage)]
    while page := claim_next(rater=rater, stage=stage, now=NOW):
        told.append(own_progress(enrolment=rater.enrolments.get(), stage=stage))
        judge(page, now=NOW)
    pages = len(told) - 1
    assert pages > 8
    assert {progress.total for progress in told} == {pages}


def test_two_controls_of_a_case_go_to_different_raters(stage, study):
    first = _controls(stage)[0].comparison
    Comparison.objects.exclude(control="").exclude(pk=first.pk).update(withdrawn_at=NOW)
    factories.control(first.case, ControlKind.DAMAGED)
    extend_open_stages(now=NOW, study=study)
    rater = factories.rater(study)
    met = [page.task for page in work_until_nothing_left(rater, set_stage(stage, control_share=50), NOW)]
    assert [task.comparison.case_id for task in met if task.kind == TaskKind.CONTROL] == [first.case_id]


def test_without_controls_left_a_regular_page_takes_their_place(stage, study):
    Comparison.objects.exclude(control="").update(leak_reasons=["names a model"])
    done = work_until_nothing_left(factories.rater(study), set_stage(stage, control_share=50), NOW)
    assert [page.task.kind for page in done] == [TaskKind.REGULAR] * 8


def test_case_of_a_control_shows_nothing_else(stage, study):
    case = Case.objects.filter(subject__study=study, for_controls=False)[0]
    factories.control(case)
    extend_open_stages(now=NOW, study=study)
    assert Task.objects.get(stage=stage, kind=TaskKind.REGULAR, comparison__case=case).withdrawn_at == NOW
    assert len(_controls(stage)) == 5


@pytest.fixture
def borrowed(study, stage) -> Comparison:
    """A personal control, and no other."""
    Comparison.objects.exclude(control="").update(withdrawn_at=NOW)
    lender, reader = study.subjects.order_by("-pk")[:2]
    made = factories.control(factories.case(reader), ControlKind.PERSONAL, borrowed_from=lender)
    build_control_tasks(stage=stage)
    return made


def _gets_a_control(rater: Rater, stage: Stage) -> bool:
    done = work_until_nothing_left(rater, set_stage(stage, control_share=50), NOW)
    return any(page.task.kind == TaskKind.CONTROL for page in done)


def test_personal_control_is_never_shown_to_who_rates_what_is_about_themselves(borrowed, study, stage):
    own = factories.rater(study, subject=borrowed.case.subject)
    assert not _gets_a_control(own, stage)
    assert _gets_a_control(factories.rater(study), stage)


def test_personal_control_goes_with_the_subject_it_borrows_from(borrowed, study, stage):
    borrowed.borrowed_from.withdrawn_at = NOW
    borrowed.borrowed_from.save()
    assert not _gets_a_control(factories.rater(study), stage)
    borrowed.borrowed_from.cases.all().delete()
    borrowed.borrowed_from.delete()
    assert not Comparison.objects.filter(pk=borrowed.pk).exists()


def test_special_pages_are_at_most_thirty_percent_together(stage):
    with pytest.raises(StageRefused, match="come to 31 percent"):
        update_stage(stage=stage, actor=None, repeat_share=6)
    assert update_stage(stage=stage, actor=None, repeat_share=5).repeat_share == 5


def test_stage_that_had_more_special_pages_keeps_them_until_they_are_changed(stage):
    stage = set_stage(stage, gold_share=50)
    assert update_stage(stage=stage, actor=None, lease_minutes=20).gold_share == 50
    with pytest.raises(StageRefused, match="76 percent"):
        update_stage(stage=stage, actor=None, attention_share=1)


def test_new_studies_plan_a_tenth_of_the_pages_of_stage_3_as_controls(db):
    made = create_study(user=User.objects.create_user("owner"), title="A study")
    assert list(made.stages.order_by("number").values_list("control_share", flat=True)) == [0, 0, 10]


def test_control_that_is_open_is_given_again(stage, study):
    stage = set_stage(stage, control_share=50)
    rater = factories.rater(study)
    while (page := claim(rater=rater, stage=stage, now=NOW)).task.kind != TaskKind.CONTROL:
        judge(page, now=NOW)
    assert claim_next(rater=rater, stage=stage, now=NOW) == page
