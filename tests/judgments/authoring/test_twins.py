"""Gold, practice and attention tasks are made from real ones, and what is right about them is one rule."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from conversations.enums import Role
from conversations.models import Membership
from judgments.authoring import questions
from judgments.authoring.twins import Instruction, TwinRefused, TwinUnit, make_twin, restore_twin, retire_twin
from judgments.enums import TaskKind
from judgments.models import Assignment, Judgment, Question, Task
from judgments.rating.task_page import build_page, page_of
from judgments.stages import behaviour
from judgments.work.claiming import claim_next
from judgments.work.gold_agreement import attention_results, gold_agreement
from tests import factories
from tests.judgments.raters_at_work import claim, judge, open_for_rating
from tests.judgments.special_pages import set_stage

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def make(task: Task, kind: TaskKind, *, expected: int | None = 1, instruction: Instruction | None = None) -> Task:
    units = [TwinUnit(unit, expected, "Because.") for unit in task.units.all()]
    return make_twin(task=task, kind=kind, units=units, instruction=instruction, actor=None, now=NOW)


@pytest.mark.parametrize(
    ("stage_number", "expected", "label", "left", "is_instruction", "right"),
    [
        (1, 2, 2, None, False, True),
        (1, 2, 3, None, False, False),
        (2, 0, 0, None, True, True),
        (3, 4, 5, True, False, True),  # the same side
        (3, 4, 3, True, False, False),
        (3, 3, 3, False, False, True),
        (3, 3, 2, False, False, False),
        (3, 4, 2, True, True, True),  # told "right better", saw the personalized response left
        (3, 4, 4, True, True, False),
        (3, 4, 4, False, True, True),
        (3, 4, 5, False, True, False),  # an instruction is met exactly
    ],
)
def test_what_is_right(stage_number, expected, label, left, is_instruction, right):
    found = behaviour(stage_number).is_right(label, expected, personalized_left=left, is_instruction=is_instruction)
    assert found is right


def test_a_twin_is_about_the_same_thing_and_outside_the_queue():
    _study, stage = open_for_rating(3, subjects=1)
    original = Task.objects.filter(stage=stage).earliest("id")
    twin = make(original, TaskKind.GOLD, expected=5)
    assert (twin.comparison, twin.conflict_key, twin.position) == (original.comparison, original.conflict_key, None)
    assert twin.slots.count() == 0
    assert [unit.attribute_id for unit in twin.units.all()] == [unit.attribute_id for unit in original.units.all()]


@pytest.mark.parametrize(
    ("kind", "expected", "instruction"),
    [
        (TaskKind.GOLD, None, None),
        (TaskKind.GOLD, 7, None),
        (TaskKind.ATTENTION, 1, None),
        (TaskKind.GOLD, 1, Instruction("Choose Unsure.", 2)),
        (TaskKind.ATTENTION, None, Instruction("Choose what is not there.", 9)),
        (TaskKind.REGULAR, 1, None),
    ],
)
def test_an_unsound_twin_is_refused_and_leaves_nothing(kind, expected, instruction):
    _study, stage = open_for_rating(1, subjects=1)
    with pytest.raises(TwinRefused):
        make(Task.objects.get(stage=stage), kind, expected=expected, instruction=instruction)
    assert Task.objects.filter(stage=stage).count() == 1


def test_a_retired_twin_gives_its_original_back_to_the_rater():
    study, stage = open_for_rating(1, subjects=1)
    twin = make(Task.objects.get(stage=stage), TaskKind.GOLD)
    rater = factories.rater(study)
    set_stage(stage, gold_share=50)
    stage = set_stage(stage, qualification_tasks=1)
    judge(claim(rater=rater, stage=stage, now=NOW), now=NOW)
    assert claim_next(rater=rater, stage=stage, now=NOW) is None
    retire_twin(task=twin, actor=None, now=NOW)
    assert claim(rater=rater, stage=stage, now=NOW).task == twin.twin_of
    restore_twin(task=twin, actor=None)
    twin.refresh_from_db()
    assert (twin.withdrawn_at, twin.withdrawn_reason) == (None, "")


@pytest.mark.parametrize("number", [1, 3])
def test_gold_and_attention_are_counted_by_rater(number):
    study, stage = open_for_rating(number, subjects=2)
    first, second = Task.objects.filter(stage=stage).order_by("id")
    gold = make(first, TaskKind.GOLD, expected=1)
    check = make(second, TaskKind.ATTENTION, expected=None, instruction=Instruction("Please choose 2.", 2))
    rater = factories.rater(study)
    stage = set_stage(stage, qualification_tasks=1)
    at_gold = claim(rater=rater, stage=stage, now=NOW)
    assert at_gold.task == gold
    seen = 5 if at_gold.personalized_left else 1
    judge(at_gold, now=NOW, label=seen)
    set_stage(stage, attention_share=50)
    at_check = Assignment.objects.create(
        task=check, stage=stage, rater=rater, personalized_left=number == 3 or None, started_at=NOW
    )
    judge(at_check, now=NOW, label=2)
    assert gold_agreement(stage=stage) == {rater.pk: (gold.units.count(), gold.units.count())}
    assert attention_results(stage=stage, rater_ids=[rater.pk]) == {rater.pk: (1, 1)}
    assert attention_results(stage=stage, rater_ids=[]) == {}


def test_an_instruction_stands_among_the_attributes_and_takes_an_answer():
    study, stage = open_for_rating(3, subjects=1)
    told = Instruction("Please choose Right better.", 4)
    check = make(Task.objects.get(stage=stage), TaskKind.ATTENTION, expected=None, instruction=told)
    at = Assignment.objects.create(
        task=check, stage=stage, rater=factories.rater(study), personalized_left=True, started_at=NOW
    )
    page = build_page(page_of(at, study=study), study=study)
    assert [unit.is_overall for unit in page.units].count(True) == 1
    assert next(unit for unit in page.units if unit.text == told.text).is_overall is False
    judge(at, now=NOW, label=4)
    assert Judgment.objects.get(unit__instruction=told.text).label == 2  # canonical


@pytest.fixture
def admin_client(client, django_user_model):
    def enter(study):
        user = django_user_model.objects.create_user("admin")
        Membership.objects.create(study=study, user=user, role=Role.ADMIN)
        client.force_login(user)
        return client

    return enter


def test_an_admin_makes_a_practice_page_in_the_browser(admin_client):
    study, stage = open_for_rating(1, subjects=2)
    client = admin_client(study)
    task = Task.objects.filter(stage=stage).order_by("id").first()
    unit, left_out = task.units.all()[:2]
    words = unit.attribute.text
    found = client.get(reverse("stages:gold-pick", args=[study.slug, 1]), {"q": words}).content.decode()
    url = reverse("stages:gold-create", args=[study.slug, 1, task.pk])
    assert url in found
    assert client.post(url, {"kind": "practice", f"include-{unit.pk}": "on"}).status_code == 200  # no label yet
    content = {"kind": "practice", f"include-{unit.pk}": "on", f"label-{unit.pk}": "3", f"explanation-{unit.pk}": "No."}
    assert client.post(url, content).status_code == 302
    made = Task.objects.get(stage=stage, kind="practice").units.get()
    assert (made.attribute, made.expected_label, made.explanation) == (unit.attribute, 3, "No.")
    assert left_out.attribute.text not in client.get(reverse("stages:gold", args=[study.slug, 1])).content.decode()


def test_the_list_of_pages_takes_as_many_queries_for_many(admin_client, django_assert_max_num_queries):
    study, stage = open_for_rating(1, subjects=6)
    client = admin_client(study)
    for task in Task.objects.filter(stage=stage):
        make(task, TaskKind.GOLD)
    for name in ("stages:gold", "stages:gold-pick"):
        with django_assert_max_num_queries(14):
            client.get(reverse(name, args=[study.slug, 1]))


def test_a_changed_question_takes_the_place_of_the_old_one(admin_client):
    study, stage = open_for_rating(1, subjects=1)
    client = admin_client(study)
    assert questions.add_suggested_questions(stage=stage, actor=None) == 4
    assert questions.add_suggested_questions(stage=stage, actor=None) == 0
    second = Question.objects.filter(stage=stage)[1]
    content = {"text": "New?", "choices": "Yes\nNo", "answer": "2", "explanation": ""}
    assert client.post(reverse("stages:question", args=[study.slug, 1, second.pk]), content).status_code == 302
    asked = list(Question.objects.filter(stage=stage, retired_at__isnull=True))
    assert (asked[1].text, asked[1].answer) == ("New?", 1)
    client.post(reverse("stages:question-move", args=[study.slug, 1, asked[1].pk]), {"to": "up"})
    assert Question.objects.filter(stage=stage, retired_at__isnull=True).first() == asked[1]
    second.refresh_from_db()
    assert second.retired_at is not None


@pytest.mark.parametrize("number", [2, 3])
def test_suggested_questions_of_each_stage_are_sound(number):
    stage = factories.stage(factories.study(), number)
    assert questions.add_suggested_questions(stage=stage, actor=None) == 4
