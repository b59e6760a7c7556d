"""Why a rater gets nothing, what they earned, and how an arrival ends."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from conversations.models import Stage, Study
from judgments.eligibility.reasons import Nothing
from judgments.eligibility.regular_tasks import TasksLeft
from judgments.enums import Outcome
from judgments.models import Assignment, Question, Slot, Task
from judgments.rating.answering import set_aside
from judgments.rating.ending import earned_outcome, outcome_if_ended_now
from judgments.rating.leaving import end_own_arrival
from judgments.rating.why_nothing import why_nothing
from judgments.work.claiming import claim_next
from judgments.work.opening import close_stage, open_stage, pause_stage
from raters.enums import Platform
from raters.models import Admission, Arrival, Enrolment, EntryLink, Rater
from tests import factories
from tests.judgments.raters_at_work import claim, judge, open_for_rating, work_until_nothing_left

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def arrive(rater: Rater, stage: Stage, *, platform: str = Platform.PROLIFIC, now: datetime = NOW) -> Arrival:
    person = "" if platform == Platform.OPEN else "PROLIFIC_PID"
    link = EntryLink.objects.create(stage=stage, label="link", platform=platform, person_parameter=person)
    enrolment = Enrolment.objects.select_related("rater", "study").get(rater=rater, study=stage.study)
    return Arrival.objects.create(enrolment=enrolment, stage=stage, entry_link=link, arrived_at=now)


def fresh(stage: Stage) -> Stage:
    return Stage.objects.select_related("study").get(pk=stage.pk)


def reason(rater: Rater, stage: Stage, now: datetime = NOW) -> Nothing | None:
    """With the claim beside it: it must give a page if and only if there is no reason against it."""
    why = why_nothing(rater=rater, stage=fresh(stage), now=now)
    claimed = claim_next(rater=rater, stage=fresh(stage), now=now)
    assert (claimed is None) == (why.reason not in {None, Nothing.OPEN_PAGE})
    return why.reason


def put_aside(page: Assignment, act: Outcome) -> None:
    set_aside(rater=page.rater, assignment_id=page.pk, act=act, comment="", client_id=uuid.uuid4(), now=NOW)


def test_who_gets_a_page_has_no_reason_and_then_has_an_open_page():
    study, stage = open_for_rating(1)
    rater = factories.rater(study)
    assert reason(rater, stage) is None
    assert reason(rater, stage) == Nothing.OPEN_PAGE


def test_who_was_not_let_in_and_who_left_get_nothing():
    study, stage = open_for_rating(1)
    stranger = Rater.objects.create(kind="human", name="stranger")
    assert reason(stranger, stage) == Nothing.NOT_ADMITTED
    rater = factories.rater(study)
    for outcome in ("withdrew", "returned", "screened_out"):
        Enrolment.objects.filter(rater=rater).update(outcome=outcome)
        assert reason(rater, stage) == outcome
    Enrolment.objects.filter(rater=rater).update(outcome="completed")
    Admission.objects.filter(enrolment__rater=rater, stage=stage).update(outcome="failed_comprehension")
    assert reason(rater, stage) == Nothing.FAILED_COMPREHENSION


def test_a_stage_a_study_or_a_rater_that_rests_gives_nothing():
    study, stage = open_for_rating(1)
    rater = factories.rater(study)
    pause_stage(stage=stage, actor=None, now=NOW)
    assert reason(rater, stage) == Nothing.STAGE_PAUSED
    open_stage(stage=fresh(stage), actor=None, now=NOW)
    Enrolment.objects.filter(rater=rater).update(paused_at=NOW)
    assert reason(rater, stage) == Nothing.RATER_PAUSED
    close_stage(stage=fresh(stage), actor=None, now=NOW)
    assert reason(rater, stage) == Nothing.STAGE_CLOSED
    assert reason(rater, factories.stage(study, 2)) == Nothing.STAGE_DRAFT
    Study.objects.filter(pk=study.pk).update(state="closed")
    assert reason(rater, stage) == Nothing.STUDY_CLOSED


def test_a_page_begun_in_an_earlier_arrival_is_paid_with_the_arrival_that_finishes_it():
    study, stage = open_for_rating(1)
    rater = factories.rater(study)
    first = arrive(rater, stage, now=NOW)
    begun = claim(rater=rater, stage=fresh(stage), now=NOW)
    end_own_arrival(arrival=first, now=NOW)
    second = arrive(rater, stage, now=NOW + timedelta(hours=1))
    again = claim(rater=rater, stage=fresh(stage), now=NOW + timedelta(hours=1))
    assert again.pk == begun.pk
    again.refresh_from_db()
    assert (begun.arrival_id, again.arrival_id) == (first.pk, second.pk)


def test_learning_comes_before_the_pages():
    study, stage = open_for_rating(1)
    rater = factories.rater(study)
    admission = Admission.objects.filter(enrolment__rater=rater, stage=stage)
    regular = stage.tasks.first()
    assert regular is not None
    practice = Task.objects.create(stage=stage, kind="practice", twin_of=regular, subject=regular.subject)
    practice.units.create(position=1, attribute=regular.units.all()[0].attribute, expected_label=1)
    Question.objects.create(stage=stage, position=1, text="Which?", choices=["This", "That"], answer=0)
    assert why_nothing(rater=rater, stage=fresh(stage), now=NOW).reason == Nothing.PRACTICE
    admission.update(practised_at=NOW)
    assert why_nothing(rater=rater, stage=fresh(stage), now=NOW).reason == Nothing.COMPREHENSION
    admission.update(comprehended_at=NOW)
    assert reason(rater, stage) is None


def test_who_must_qualify_where_there_is_no_gold_is_told():
    study, stage = open_for_rating(1)
    rater = factories.rater(study)
    Stage.objects.filter(pk=stage.pk).update(qualification_tasks=2)
    assert reason(rater, stage) == Nothing.QUALIFICATION
    regular = stage.tasks.first()
    assert regular is not None
    gold = Task.objects.create(stage=stage, kind="gold", twin_of=regular, subject=regular.subject)
    gold.units.create(position=1, attribute=regular.units.all()[0].attribute, expected_label=1)
    assert reason(rater, stage) is None


def test_quotas_of_an_arrival_and_of_a_rater():
    study, stage = open_for_rating(1, subjects=4)
    Stage.objects.filter(pk=stage.pk).update(tasks_per_visit=1, tasks_per_rater=2)
    rater = factories.rater(study)
    for expected in (Nothing.ARRIVAL_QUOTA, Nothing.RATER_QUOTA):
        arrive(rater, stage, now=timezone.now())
        judge(claim(rater=rater, stage=fresh(stage), now=NOW), now=NOW)
        assert reason(rater, stage) == expected
        Stage.objects.filter(pk=stage.pk).update(tasks_per_visit=None if expected == Nothing.RATER_QUOTA else 2)


def test_pages_that_were_had_and_pages_that_are_leased_are_counted():
    study, stage = open_for_rating(1, subjects=3, k=2)
    rater, other = factories.rater(study), factories.rater(study)
    judge(claim(rater=rater, stage=stage, now=NOW), now=NOW)
    put_aside(claim(rater=rater, stage=stage, now=NOW), Outcome.CANNOT_JUDGE)
    assert why_nothing(rater=rater, stage=fresh(stage), now=NOW).tasks == TasksLeft(judged=1, set_aside=1, free=1)
    judge(claim(rater=rater, stage=stage, now=NOW), now=NOW)
    why = why_nothing(rater=rater, stage=fresh(stage), now=NOW)
    assert (why.reason, why.tasks) == (Nothing.MET, TasksLeft(judged=2, set_aside=1))
    work_until_nothing_left(other, stage, NOW)
    work_until_nothing_left(factories.rater(study), stage, NOW)
    assert reason(rater, stage) == Nothing.NOTHING_LEFT


def test_what_others_are_at_is_said_to_be_with_others_until_their_lease_ends_or_they_leave():
    study, stage = open_for_rating(1, subjects=1, k=1)
    rater, other = factories.rater(study), factories.rater(study)
    claim(rater=other, stage=stage, now=NOW)
    assert reason(rater, stage) == Nothing.LEASED
    later = NOW + timedelta(hours=1)
    assert why_nothing(rater=rater, stage=fresh(stage), now=later).reason is None
    Enrolment.objects.filter(rater=other).update(outcome="returned")
    assert reason(rater, stage) is None


def test_languages_and_flags_keep_pages_from_those_who_do_not_want_them():
    study, stage = open_for_rating(1, subjects=3)
    rater = factories.rater(study)
    first, second, third = stage.tasks.order_by("pk")
    Task.objects.filter(pk__in=[first.pk, second.pk]).update(languages=["is"])
    Task.objects.filter(pk=third.pk).update(flagged=True)
    Enrolment.objects.filter(rater=rater).update(languages=["en"], avoids_flagged=True)
    assert reason(rater, stage) == Nothing.LANGUAGE
    assert why_nothing(rater=rater, stage=fresh(stage), now=NOW).tasks == TasksLeft(language=2, flagged=1)


def test_conflict_rules_keep_pages_from_who_knows_too_much():
    study = factories.study(same_rater_across_stages=False)
    factories.material(study, subjects=2)
    for number in (1, 3):
        open_stage(stage=factories.stage(study, number), actor=None, now=NOW)
    rater, one, three = factories.rater(study), factories.stage(study, 1), factories.stage(study, 3)
    work_until_nothing_left(rater, one, NOW)
    assert reason(rater, three) == Nothing.CONFLICT
    assert why_nothing(rater=rater, stage=three, now=NOW).tasks == TasksLeft(conflict_subject=2)
    Study.objects.filter(pk=study.pk).update(same_rater_across_stages=True)
    assert reason(rater, fresh(three)) is None


def test_the_counts_take_the_same_queries_whatever_the_size(django_assert_max_num_queries):
    study, stage = open_for_rating(1, subjects=12)
    rater = factories.rater(study)
    with django_assert_max_num_queries(8):
        assert why_nothing(rater=rater, stage=fresh(stage), now=NOW).tasks == TasksLeft(free=12)


def test_an_arrival_is_completed_by_its_quota():
    study, stage = open_for_rating(1, subjects=3)
    Stage.objects.filter(pk=stage.pk).update(tasks_per_visit=1)
    rater = factories.rater(study)
    arrival = arrive(rater, stage)
    assert earned_outcome(arrival=arrival, now=NOW) == ""
    page = claim(rater=rater, stage=fresh(stage), now=NOW)
    arrival = Arrival.objects.select_related("enrolment__rater", "stage__study").get(pk=arrival.pk)
    assert earned_outcome(arrival=arrival, now=NOW) == ""
    judge(page, now=NOW)
    assert earned_outcome(arrival=arrival, now=NOW) == "completed"


def test_an_arrival_that_finds_nothing_has_its_own_outcome():
    study, stage = open_for_rating(1, subjects=1, k=1)
    work_until_nothing_left(factories.rater(study), stage, NOW)
    rater = factories.rater(study)
    arrival = arrive(rater, stage)
    assert end_own_arrival(arrival=arrival, now=NOW) == "no_work"
    arrival.refresh_from_db()
    assert (arrival.outcome, arrival.ended_at) == ("no_work", NOW)


def test_stopping_before_the_end_is_its_own_outcome_and_frees_the_page():
    study, stage = open_for_rating(1, subjects=3)
    rater = factories.rater(study)
    arrival = arrive(rater, stage)
    judge(claim(rater=rater, stage=stage, now=NOW), now=NOW)
    claim(rater=rater, stage=stage, now=NOW)
    assert end_own_arrival(arrival=arrival, now=NOW) == "stopped_early"
    assert not Slot.objects.filter(assignment__isnull=False, filled_at__isnull=True).exists()
    assert Assignment.objects.filter(rater=rater, outcome="").count() == 1  # the draft waits for another arrival
    assert reason(rater, stage) == Nothing.ARRIVAL_ENDED
    assert end_own_arrival(arrival=arrival, now=NOW) == "stopped_early"
    later = NOW + timedelta(days=1)
    arrive(rater, stage, now=later)
    assert reason(rater, stage, later) == Nothing.OPEN_PAGE


def test_who_stops_at_a_broken_page_has_a_technical_problem():
    study, stage = open_for_rating(1, subjects=3)
    rater = factories.rater(study)
    arrival = arrive(rater, stage)
    page = claim(rater=rater, stage=stage, now=NOW)
    put_aside(page, Outcome.TECHNICAL)
    assert outcome_if_ended_now(arrival=arrival, now=NOW) == "technical"
    judge(claim(rater=rater, stage=stage, now=NOW), now=NOW + timedelta(minutes=1))
    assert outcome_if_ended_now(arrival=arrival, now=NOW) == "stopped_early"


def test_who_is_paused_has_earned_nothing_yet_and_who_is_in_a_paused_stage_has():
    study, stage = open_for_rating(1, subjects=3)
    rater = factories.rater(study)
    arrival = arrive(rater, stage)
    judge(claim(rater=rater, stage=stage, now=NOW), now=NOW)
    Enrolment.objects.filter(rater=rater).update(paused_at=NOW)
    assert earned_outcome(arrival=arrival, now=NOW) == ""
    Enrolment.objects.filter(rater=rater).update(paused_at=None)
    pause_stage(stage=stage, actor=None, now=NOW)
    arrival.stage = fresh(stage)
    assert earned_outcome(arrival=arrival, now=NOW) == "completed"


def test_who_came_by_an_open_link_goes_on_after_an_arrival():
    study, stage = open_for_rating(1, subjects=3)
    rater = factories.rater(study)
    end_own_arrival(arrival=arrive(rater, stage, platform=Platform.OPEN), now=NOW)
    assert reason(rater, stage) is None
