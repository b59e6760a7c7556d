"""A rater takes back their consent: no more pages, judgments by the study's policy, all of it paid."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from accounts.models import AuditEntry
from conversations.models import Study
from judgments.models import Assignment, Judgment, Slot
from judgments.rating.leaving import withdraw
from judgments.work.claiming import claim_next
from judgments.work.opening import open_stage
from judgments.work.pay import pay_of
from raters.models import Arrival, Enrolment, Rater
from tests import factories, worlds
from tests.judgments.raters_at_work import claim, judge

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def judged_study(**values) -> tuple[Study, Rater]:
    """One rater judged a page of stage 1 and one of stage 2, and is at another of stage 1."""
    study = factories.study(**values)
    factories.material(study)
    rater = factories.rater(study)
    for number in (1, 2):
        stage = factories.stage(study, number)
        open_stage(stage=stage, actor=None, now=NOW)
        judge(claim(rater=rater, stage=stage, now=NOW), now=NOW + timedelta(minutes=1))
    claim(rater=rater, stage=factories.stage(study, 1), now=NOW)
    return study, rater


def enrolment_of(rater: Rater) -> Enrolment:
    return Enrolment.objects.select_related("study", "rater").get(rater=rater)


def test_withdrawing_leaves_out_what_was_judged_where_the_study_says_so():
    study, rater = judged_study()
    owed = pay_of(study=study)
    assert withdraw(enrolment=enrolment_of(rater), now=NOW)
    assert set(Judgment.objects.values_list("exclusion_reason", flat=True)) == {"withdrew"}
    assert not Slot.objects.filter(assignment__isnull=False).exists()  # others are asked instead
    assert pay_of(study=study) == owed
    assert owed[0].active_ms == 18_000


def test_withdrawing_keeps_what_was_judged_where_the_study_says_so():
    study, rater = judged_study(withdrawal_policy="keep")
    withdraw(enrolment=enrolment_of(rater), now=NOW)
    assert not Judgment.objects.filter(excluded_at__isnull=False).exists()
    assert Slot.objects.filter(filled_at__isnull=False).count() == 2
    assert not Slot.objects.filter(assignment__isnull=False, filled_at__isnull=True).exists()
    assert study.withdrawal_policy == "keep"


def test_who_withdrew_gets_no_pages_and_their_arrivals_end():
    study, rater = judged_study()
    stage = factories.stage(study, 1)
    arrival = Arrival.objects.create(enrolment=enrolment_of(rater), stage=stage, arrived_at=NOW)
    withdraw(enrolment=enrolment_of(rater), now=NOW)
    arrival.refresh_from_db()
    assert (arrival.outcome, arrival.ended_at) == ("withdrew", NOW)
    assert claim_next(rater=rater, stage=stage, now=NOW) is None
    assert not Assignment.objects.filter(rater=rater, outcome="").exists()


def test_withdrawing_twice_changes_nothing_and_is_recorded_once_without_personal_data():
    _study, rater = judged_study()
    Enrolment.objects.filter(rater=rater).update(external_id="5f0e-person", platform="prolific")
    assert withdraw(enrolment=enrolment_of(rater), now=NOW)
    assert not withdraw(enrolment=enrolment_of(rater), now=NOW)
    entry = AuditEntry.objects.get(action="enrolment.withdraw")
    assert entry.details == {"rater": rater.pk, "policy": "exclude"}
    assert "person" not in entry.target


def test_withdrawing_touches_no_other_rater_and_no_other_study():
    study, rater = judged_study()
    other = factories.rater(study)
    stage = factories.stage(study, 1)
    judge(claim(rater=other, stage=stage, now=NOW), now=NOW)
    elsewhere = factories.study()
    Enrolment.objects.create(rater=rater, study=elsewhere, number=1)
    withdraw(enrolment=Enrolment.objects.get(rater=rater, study=study), now=NOW)
    assert not Judgment.objects.filter(rater=other, excluded_at__isnull=False).exists()
    assert Enrolment.objects.get(rater=rater, study=elsewhere).outcome == ""


def test_an_answer_that_arrives_after_withdrawing_is_not_taken():
    study = worlds.rateable_study()
    client = Client()
    client.post(f"/r/{worlds.entry_link(study.stages.get(number=1)).token}/")
    client.get(f"/rate/{study.slug}/1/")
    page = Assignment.objects.get(outcome="")
    client.post(f"/rate/{study.slug}/1/withdraw/")
    refused = worlds.submit_all(client, page)
    assert (refused.status_code, refused.json()["code"]) == (410, "withdrew")
    assert not Judgment.objects.exists()


@pytest.mark.parametrize(("policy", "words"), [("exclude", "left out of every result"), ("keep", "stays in the study")])
def test_the_page_says_what_will_happen_and_asks_once(policy, words):
    study = worlds.rateable_study()
    Study.objects.filter(pk=study.pk).update(withdrawal_policy=policy, pay_per_hour="12.00")
    client = Client()
    client.post(f"/r/{worlds.entry_link(study.stages.get(number=1)).token}/")
    client.get(f"/rate/{study.slug}/1/")
    worlds.submit_all(client, Assignment.objects.get(outcome=""))
    page = client.get(f"/rate/{study.slug}/1/withdraw/").content.decode()
    assert words in page
    assert Enrolment.objects.get(study=study).outcome == ""
    response = client.post(f"/rate/{study.slug}/1/withdraw/", follow=True)
    assert response.redirect_chain == [(f"/rate/{study.slug}/1/withdraw/", 302)]
    assert "You have withdrawn" in response.content.decode()
    assert Enrolment.objects.get(study=study).outcome == "withdrew"
    assert "You have withdrawn" in client.get(f"/rate/{study.slug}/1/").content.decode()
