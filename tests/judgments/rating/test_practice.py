"""What a rater goes through before the first page: practice with feedback, then the comprehension check."""

import json
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from conversations.models import ConsentText, Stage, Study
from judgments.authoring import questions
from judgments.authoring.twins import TwinUnit, make_twin, retire_twin
from judgments.enums import TaskKind
from judgments.models import Assignment, ComprehensionTry, Slot, Task
from raters.enums import EnrolmentOutcome
from raters.models import Admission, Arrival, EntryLink, Rater
from raters.sessions import SESSION_KEY
from tests import factories
from tests.judgments.raters_at_work import open_for_rating

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def world():
    return open_for_rating(3, subjects=3)


def enter(study: Study) -> tuple[Rater, Client]:
    rater, client = factories.rater(study), Client()
    session = client.session
    session[SESSION_KEY] = {str(study.pk): rater.pk}
    session.save()
    return rater, client


def practise(stage: Stage, *, expected: int = 5, at: int = 0) -> Task:
    task = Task.objects.filter(stage=stage, kind=TaskKind.REGULAR).order_by("id")[at]
    units = [TwinUnit(unit, expected, "Oats are weighed.") for unit in task.units.all()]
    return make_twin(task=task, kind=TaskKind.PRACTICE, units=units, actor=None, now=NOW)


def url(stage: Stage, name: str, *more: object) -> str:
    return reverse(f"judgments:{name}", args=[stage.study.slug, stage.number, *more])


def submit(client: Client, at: Assignment, label: int):
    """The overall answer, which tells nothing yet, then the others."""
    overall = at.task.units.filter(attribute__isnull=True)
    first = send(client, at, overall.values_list("pk", flat=True), label)
    assert "Oats are weighed." not in json.dumps(first.json())
    return send(client, at, at.task.units.exclude(pk__in=overall).values_list("pk", flat=True), label)


def send(client: Client, at: Assignment, units: Iterable[int], label: int):
    given = [{"unit": unit, "label": label} for unit in units]
    body = {"client_id": str(uuid.uuid4()), "answers": given, "active_ms": 900}
    return client.post(url(at.stage, "practice-submit", at.pk), json.dumps(body), content_type="application/json")


def answer(client: Client, stage: Stage, *, right: bool, number: int = 1):
    content = {f"question-{asked.pk}": asked.answer if right else 1 - min(asked.answer, 1) for asked in _asked(stage)}
    return client.post(url(stage, "check"), content | {"number": number})


def _asked(stage: Stage):
    return stage.questions.filter(retired_at__isnull=True)


def test_a_stage_without_lessons_gives_the_first_page_at_once(world):
    study, stage = world
    _rater, client = enter(study)
    assert client.get(url(stage, "rate")).status_code == 200
    assert Admission.objects.filter(practised_at__isnull=False).count() == 0


def test_practice_comes_first_and_tells_what_was_expected(world):
    study, stage = world
    task = practise(stage)
    rater, client = enter(study)
    assert client.get(url(stage, "rate")).headers["Location"] == url(stage, "practice")
    page = client.get(url(stage, "practice")).content.decode()
    assert "Practice 1 of 1" in page
    assert "Oats are weighed." not in page
    at = Assignment.objects.get(rater=rater)
    assert (at.task, at.presentation, at.arrival) == (task, 0, None)
    told = submit(client, at, label=2 if at.personalized_left else 4).json()
    assert "Oats are weighed." in told["parts"]["task"]
    assert "The same side" in told["parts"]["task"]
    assert not {"personalized", "generic"} & set(told["parts"]["task"].lower().split())
    assert client.get(told["url"]).status_code == 200
    assert client.get(url(stage, "practice")).headers["Location"] == url(stage, "rate")
    assert Admission.objects.get(enrolment__rater=rater, stage=stage).practised_at is not None
    assert Slot.objects.filter(filled_at__isnull=False).count() == 0
    assert client.get(url(stage, "rate")).status_code == 200
    regular = Assignment.objects.get(rater=rater, outcome="")
    assert regular.task.kind == TaskKind.REGULAR
    assert regular.task != task.twin_of


def test_practice_that_was_retired_meanwhile_does_not_hold_the_rater(world):
    study, stage = world
    first = practise(stage)
    second = practise(stage, at=1)
    rater, client = enter(study)
    client.get(url(stage, "practice"))
    retire_twin(task=first, actor=None, now=NOW)
    assert "Practice 1 of 1" in client.get(url(stage, "practice")).content.decode()
    assert Assignment.objects.get(rater=rater, outcome="").task == second


def test_a_practice_page_can_be_set_aside(world):
    study, stage = world
    practise(stage)
    rater, client = enter(study)
    client.get(url(stage, "practice"))
    at = Assignment.objects.get(rater=rater)
    body = json.dumps({"client_id": str(uuid.uuid4()), "act": "upsetting"})
    answered = client.post(url(stage, "practice-set-aside", at.pk), body, content_type="application/json")
    assert "The practice is done" in answered.json()["parts"]["task"]
    assert client.get(url(stage, "rate")).status_code == 200


def test_who_has_begun_is_not_sent_back_to_learn(world):
    study, stage = world
    _rater, client = enter(study)
    client.get(url(stage, "rate"))
    practise(stage)
    questions.add_suggested_questions(stage=stage, actor=None)
    assert client.get(url(stage, "rate")).status_code == 200


def test_a_check_passed_at_the_second_try_lets_the_rater_in(world):
    study, stage = world
    questions.add_suggested_questions(stage=stage, actor=None)
    _rater, client = enter(study)
    assert client.get(url(stage, "rate")).headers["Location"] == url(stage, "check")
    assert client.post(url(stage, "check"), {"number": 1}).status_code == 422
    assert ComprehensionTry.objects.count() == 0
    answer(client, stage, right=False)
    again = client.get(url(stage, "check")).content.decode()
    assert "Not quite." in again
    assert _asked(stage)[0].explanation in again
    answer(client, stage, right=False)  # the same try from another tab
    assert ComprehensionTry.objects.count() == 1
    assert answer(client, stage, right=True, number=2).headers["Location"] == url(stage, "rate")
    assert client.get(url(stage, "rate")).status_code == 200


@pytest.mark.parametrize("platform", ["open", "prolific"])
def test_failing_twice_ends_the_arrival_and_asks_to_return(world, platform):
    study, stage = world
    questions.add_suggested_questions(stage=stage, actor=None)
    rater, client = enter(study)
    link = EntryLink.objects.create(stage=stage, label="crowd", platform=platform, person_parameter="PID")
    admission = Admission.objects.get(enrolment__rater=rater, stage=stage)
    Admission.objects.filter(pk=admission.pk).update(entry_link=link)
    Arrival.objects.create(enrolment=admission.enrolment, stage=stage, entry_link=link, arrived_at=NOW)
    for number in (1, 2):
        answer(client, stage, right=False, number=number)
    admission.refresh_from_db()
    assert admission.outcome == Arrival.objects.get().outcome == EnrolmentOutcome.FAILED_COMPREHENSION
    assert client.get(url(stage, "rate")).headers["Location"] == url(stage, "check")
    page = client.get(url(stage, "check")).content.decode()
    assert "You are not rejected" in page
    assert ("return your submission" in page) is (platform == "prolific")
    answer(client, stage, right=True, number=2)
    assert list(ComprehensionTry.objects.values_list("passed", flat=True)) == [False, False]


def test_a_newer_consent_text_is_asked_for_before_the_next_page(world):
    study, stage = world
    rater, client = enter(study)
    link = EntryLink.objects.create(stage=stage, label="link")
    ConsentText.objects.create(study=study, version=1, text="Do you agree?")
    assert client.get(url(stage, "rate")).status_code == 200  # by no link: there is no page to ask on
    Admission.objects.filter(enrolment__rater=rater).update(entry_link=link)
    assert client.get(url(stage, "rate")).headers["Location"] == reverse("arrival:arrive", args=[link.token])
