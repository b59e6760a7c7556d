"""Tasks are made of the material: how many, of what, and what later material adds."""

import itertools
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from accounts.models import AuditEntry
from conversations.enums import Gating, StageState
from conversations.models import Case, Conversation
from judgments.eligibility.wanted import has_unbuilt
from judgments.models import Assignment, Consensus, ConsensusSnapshot, Judgment, Slot, Task, Unit
from judgments.stages import behaviour
from judgments.stages.reading import CHARACTERS_PER_WORD
from judgments.work.building import Built, build_tasks, build_units
from judgments.work.claiming import claim_next
from judgments.work.estimates import estimate_of
from judgments.work.opening import StageRefused, close_stage, extend_open_stages, open_stage, pause_stage, update_stage
from judgments.work.progress import progress_of
from raters.enums import RaterKind
from tests import factories
from tests.judgments.raters_at_work import judge, open_for_rating
from tests.judgments.rating.opened_pages import open_task, rater_client

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def judgments(unit, labels, *, kind=RaterKind.HUMAN):
    study = unit.task.stage.study
    for label in labels:
        Judgment.objects.create(
            unit=unit,
            rater=factories.rater(study, kind=kind),
            stage_number=unit.task.stage.number,
            label=label,
            submitted_at=NOW,
        )


@pytest.mark.parametrize(("number", "tasks", "units"), [(1, 2, 6), (2, 4, 12), (3, 4, 12)])
def test_estimate_before_opening_equals_what_opening_builds(number, tasks, units):
    study = factories.study()
    factories.material(study, subjects=2, attributes_each=3, prompts=2)
    stage = factories.stage(study, number)
    told = estimate_of(stage)
    built = open_stage(stage=stage, actor=None, now=NOW)
    assert (told.tasks, told.units, told.judgments) == (built.tasks, built.units, 3 * built.units)
    assert (built.tasks, built.units, built.slots) == (tasks, units, 3 * tasks)
    assert Task.objects.count() == tasks


def test_estimate_tells_hours_and_money():
    study = factories.study()
    factories.material(study, subjects=2, attributes_each=3)
    Conversation.objects.update(character_count=2380 * CHARACTERS_PER_WORD)  # ten minutes, for each of two pages thrice
    told = estimate_of(factories.stage(study, 1, seconds_per_unit=100))
    assert (told.hours, told.money, told.measured) == (1.5, Decimal(18), False)
    assert told.basis.startswith("Assumed until 20 pages are judged: 2,380 words to read on a page")


def test_estimate_counts_controls_and_repeats_as_pages_that_are_paid():
    study = factories.study()
    factories.material(study, subjects=2)
    stage = factories.stage(study, 3, control_share=10, repeat_share=10)
    without_controls, regular = estimate_of(stage), estimate_of(factories.stage(study, 3, repeat_share=0))
    assert without_controls.hours == pytest.approx(regular.hours / 0.9)
    factories.control(factories.case(study.subjects.all()[0]))
    told = estimate_of(factories.stage(study, 3, repeat_share=10))
    assert told.hours == pytest.approx(regular.hours / 0.8)
    assert told.hours_note == "with controls and repeats, 20 % of the pages"


def test_building_again_changes_nothing():
    _, stage = open_for_rating(2)
    before = list(Task.objects.values_list("id", "position"))
    assert build_tasks(stage=stage) == Built(0, 0, 0)
    assert list(Task.objects.values_list("id", "position")) == before


def test_large_subject_is_spread_evenly_over_pages():
    study = factories.study()
    factories.attributes(factories.subject(study), 21)
    build_tasks(stage=factories.stage(study, 1))
    assert sorted(task.units.count() for task in Task.objects.all()) == [10, 11]


def test_later_material_becomes_new_tasks_behind_the_queue():
    study, stage = open_for_rating(1, subjects=3)
    known = study.subjects.all()[0]
    factories.attributes(known, 2)
    assert has_unbuilt(stage)
    assert [(built.tasks, built.units) for built in extend_open_stages(now=NOW).values()] == [(1, 2)]
    added = Task.objects.order_by("-position")[0]
    assert (added.subject, added.position, added.slots.count()) == (known, 3, 3)
    assert not has_unbuilt(stage)


def test_stage_in_draft_is_not_extended():
    study = factories.study()
    factories.material(study)
    assert extend_open_stages(now=NOW, study=study) == {}


def test_queue_is_shuffled_by_the_seed():
    open_for_rating(1, subjects=12)
    order = list(Task.objects.order_by("position").values_list("id", flat=True))
    assert order != sorted(order)
    assert list(Task.objects.order_by("position").values_list("position", flat=True)) == list(range(12))


def test_withdrawn_material_is_not_built():
    study = factories.study()
    gone, kept = factories.material(study, subjects=2)
    gone.withdrawn_at = NOW
    gone.save()
    attribute = kept.attributes.all()[0]
    attribute.withdrawn_at = NOW
    attribute.save()
    for number, units in ((1, 2), (2, 2), (3, 2)):
        build_tasks(stage=factories.stage(study, number))
        assert Unit.objects.filter(task__stage__number=number).count() == units


@pytest.mark.parametrize(
    "values", [{"identical": True}, {"leak_reasons": ["as a nurse like you"]}, {"withdrawn_at": NOW}]
)
def test_comparison_that_may_not_be_shown_is_not_built(values):
    study = factories.study()
    subject = factories.subject(study)
    comparison = factories.comparison(factories.case(subject), factories.attributes(subject), **values)
    stage = factories.stage(study, 3)
    assert build_tasks(stage=stage).tasks == 0
    assert not comparison.tasks.exists()


def test_held_comparison_is_built_once_it_is_released():
    study = factories.study()
    subject = factories.subject(study)
    held = factories.comparison(factories.case(subject), factories.attributes(subject), leak_reasons=["a name"])
    stage = factories.stage(study, 3)
    assert build_tasks(stage=stage) == Built(0, 0, 0)
    held.released_at = NOW
    held.save()
    assert build_tasks(stage=stage).tasks == 1


def test_context_attributes_are_not_judged_and_overall_comes_first():
    study = factories.study()
    subject = factories.subject(study)
    given = factories.attributes(subject, 3)
    comparison = factories.comparison(factories.case(subject), given)
    comparison.attributes.filter(attribute=given[0]).update(given=False)
    build_tasks(stage=factories.stage(study, 3))
    assert Unit.objects.get(position=0).attribute is None
    assert set(Unit.objects.filter(position__gt=0).values_list("attribute", flat=True)) == {given[1].pk, given[2].pk}


def test_comparison_without_attributes_still_has_its_overall_unit():
    study = factories.study()
    factories.comparison(factories.case(factories.subject(study)), [])
    stage = factories.stage(study, 3)
    assert estimate_of(stage).units == 1
    assert build_tasks(stage=stage).units == 1


def test_stage_2_by_consensus_takes_what_humans_accepted():
    study, first = open_for_rating(1, subjects=1)
    second = factories.stage(study, 2, gating=Gating.CONSENSUS)
    with pytest.raises(StageRefused):
        open_stage(stage=second, actor=None, now=NOW)
    accepted, rejected, tied = Unit.objects.order_by("id")
    judgments(accepted, [1, 1, 3])
    judgments(rejected, [3, 3, 1])
    judgments(tied, [1, 2, 3])
    close_stage(stage=first, actor=None, now=NOW)
    assert estimate_of(second).units == 1
    assert open_stage(stage=second, actor=None, now=NOW).units == 1
    assert Unit.objects.get(task__stage=second).attribute == accepted.attribute
    judgments(rejected, [1, 1, 1])  # the snapshot is frozen
    assert build_tasks(stage=second).units == 0
    assert ConsensusSnapshot.objects.get().labels.count() == 3


def test_stage_3_by_consensus_takes_relevant_attributes_and_always_the_overall_unit():
    study, second = open_for_rating(2, subjects=1)
    relevant, *others = Unit.objects.filter(attribute__comparisons__isnull=False).order_by("id")
    judgments(relevant, [1, 1, 0])
    for other in others:
        judgments(other, [0, 0, 1])
    pause_stage(stage=second, actor=None, now=NOW)
    third = factories.stage(study, 3, gating=Gating.CONSENSUS)
    assert estimate_of(third).units == 2
    assert open_stage(stage=third, actor=None, now=NOW).units == 2
    assert set(Unit.objects.filter(task__stage=third).values_list("attribute", flat=True)) == {
        None,
        relevant.attribute_id,
    }


def test_votes_before_opening_are_queued_by_opening():
    study = factories.study()
    factories.material(study, subjects=2)
    stage = factories.stage(study, 2)
    case_id = Case.objects.all()[0].pk
    assert build_units(stage=stage, target_ids=[case_id]).slots == 0
    assert estimate_of(stage).units == 6
    built = open_stage(stage=stage, actor=None, now=NOW)
    assert (built.tasks, built.slots) == (1, 6)
    assert Slot.objects.values("task").distinct().count() == 2


def test_consensus_view_agrees_with_the_rules_for_every_outcome():
    study, _ = open_for_rating(1, subjects=1, attributes_each=1)
    for number, choices in ((1, (1, 2, 3)), (2, (0, 1)), (3, (1, 3, 5))):
        stage = factories.stage(study, number)
        way = behaviour(number)
        for labels in itertools.chain.from_iterable(
            itertools.combinations_with_replacement(choices, size) for size in (1, 2, 3, 4)
        ):
            task = Task.objects.create(stage=stage, subject=study.subjects.get())
            unit = Unit.objects.create(task=task, position=0)
            judgments(unit, labels)
            found = Consensus.objects.get(unit=unit)
            assert found.label == pytest.approx(way.consensus(labels)), labels
            assert (found.raters, found.provisional) == (len(labels), len(labels) < stage.k)


def test_panel_stands_in_only_where_no_human_judged():
    open_for_rating(1, subjects=1)
    first, second, third = Unit.objects.order_by("id")
    judgments(first, [3], kind=RaterKind.PANEL)
    judgments(second, [3], kind=RaterKind.PANEL)
    judgments(second, [1])
    judgments(third, [1, 1, 1], kind=RaterKind.MODEL)
    found = {row.unit_id: (row.label, row.by_panel, row.raters) for row in Consensus.objects.all()}
    assert found == {first.pk: (3, True, 0), second.pk: (1, False, 1)}


def test_stage_moves_only_along_its_states_and_every_move_is_recorded():
    study, stage = open_for_rating(1)
    with pytest.raises(StageRefused):
        open_stage(stage=stage, actor=None, now=NOW)
    pause_stage(stage=stage, actor=None, now=NOW)
    with pytest.raises(StageRefused):
        pause_stage(stage=stage, actor=None, now=NOW)
    close_stage(stage=stage, actor=None, now=NOW)
    with pytest.raises(StageRefused):
        close_stage(stage=stage, actor=None, now=NOW)
    open_stage(stage=stage, actor=None, now=NOW)
    stage.refresh_from_db()
    assert (stage.state, stage.closed_at) == (StageState.OPEN, None)
    actions = AuditEntry.objects.filter(study_id=study.pk).order_by("id").values_list("action", flat=True)
    assert list(actions) == ["stage.open", "stage.pause", "stage.close", "stage.open"]


def test_what_tasks_were_built_from_is_fixed_once_opened():
    study, stage = open_for_rating(1)
    assert update_stage(stage=stage, actor=None, lease_minutes=10).lease_minutes == 10
    with pytest.raises(StageRefused):
        update_stage(stage=stage, actor=None, k=5)
    with pytest.raises(StageRefused):
        update_stage(stage=factories.stage(study, 2), actor=None, gating=Gating.SELECTION)


def test_stage_of_deleted_study_does_not_open():
    study = factories.study(deleted_at=NOW)
    with pytest.raises(StageRefused):
        open_stage(stage=factories.stage(study, 1), actor=None, now=NOW)


def work_at_nine_seconds_a_page(rater, stage):
    """Active time is never longer than the wall time, so time has to pass between the claim and the answer."""
    now = NOW
    while assignment := claim_next(rater=rater, stage=stage, now=now):
        now += timedelta(seconds=9)
        judge(assignment, now=now)


def test_measured_pace_replaces_the_assumed_one():
    study, stage = open_for_rating(1, subjects=25, attributes_each=3)
    work_at_nine_seconds_a_page(factories.rater(study), stage)
    told = estimate_of(stage)
    assert (told.measured, told.seconds_per_unit, told.hours) == (True, 3, told.judgments * 3 / 3600)
    assert told.basis == "As raters took lately: 3 s for a unit, with its reading."
    page = open_task(rater_client(stage), stage).text
    assert ("min left" in page, "(assumed)" in page) == (True, False)


@pytest.mark.parametrize("special", [{"task__kind": "gold"}, {"presentation": 1}])
def test_pace_and_progress_leave_out_pages_that_do_not_count(special):
    study, stage = open_for_rating(1, subjects=25)
    work_at_nine_seconds_a_page(factories.rater(study), stage)
    if "presentation" in special:
        Assignment.objects.update(**special)
    else:
        Task.objects.update(kind="gold", position=None, twin_of=None)
    assert not estimate_of(stage).measured
    assert (progress_of(stage).raters, progress_of(stage).surplus) == (0, 0)
