"""What shaped a judgment is stored with it: guidelines, what the page showed, what it hid."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from accounts.models import User
from conversations.enums import WhileCollecting
from conversations.services.guidelines import new_version
from conversations.services.studies import update_study
from judgments.elsewhere.votes import Showing, Vote, store_votes
from judgments.models import Assignment, RulesInForce
from judgments.work.claiming import claim_next
from raters.enums import RaterKind
from tests import factories
from tests.judgments.rated import always, rated_study, work

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
AFTER = NOW + timedelta(hours=1)


@pytest.fixture
def study(db):
    return rated_study(stages=(1, 3), subjects=3)


@pytest.fixture
def stage(study):
    return study.stages.select_related("study").get(number=1)


def change_guidelines(stage):
    actor = User.objects.create_user(f"editor-{User.objects.count()}")
    return new_version(stage=stage, text="Judge anew.", actor=actor, now=AFTER, going=WhileCollecting.APART)


def show_reason(stage, shown):
    actor = User.objects.create_user(f"editor-{User.objects.count()}")
    update_study(study=stage.study, actor=actor, now=AFTER, going=WhileCollecting.APART, show_reason=shown)


def page(stage):
    (given,) = work(factories.rater(stage.study), stage, always(1), pages=1)
    given.refresh_from_db()
    return given


def test_a_page_keeps_the_rules_it_was_given_out_under(stage):
    first = page(stage)
    newer = change_guidelines(stage)
    second = page(stage)
    show_reason(stage, shown=False)
    third = page(stage)
    show_reason(stage, shown=True)
    again = page(stage)
    assert first.rules.facts == {
        "page": 2,
        "personal_data": "as it was uploaded",
        "reading": "whole history",
        "reason_shown": True,
    }
    assert (second.rules.guidelines, second.rules.facts) == (newer, first.rules.facts)
    assert (third.rules.guidelines, third.rules.facts) == (newer, {**first.rules.facts, "reason_shown": False})
    assert again.rules == second.rules  # what is in force again is not new
    assert RulesInForce.objects.filter(stage=stage).count() == 3


def test_what_shapes_one_stage_leaves_the_others_alone(study, stage):
    show_reason(stage, shown=False)
    response = study.stages.select_related("study").get(number=3)
    rules = {page(response).rules, page(response).rules}
    assert [one.facts["person_card"] for one in rules] == ["unchecked"]
    assert RulesInForce.objects.filter(stage=response).count() == 1


def test_a_page_that_is_opened_again_goes_under_the_rules_that_it_shows(stage):
    rater = factories.rater(stage.study)
    opened = claim_next(rater=rater, stage=stage, now=NOW)
    newer = change_guidelines(stage)
    again = claim_next(rater=rater, stage=stage, now=AFTER)
    assert again == opened
    kept = Assignment.objects.select_related("rules").get(pk=opened.pk)
    assert (kept.guidelines, kept.rules.guidelines) == (newer, newer)


def test_no_page_no_rules(stage):
    rater = factories.rater(stage.study)
    work(rater, stage, always(1), pages=9)
    change_guidelines(stage)
    assert claim_next(rater=rater, stage=stage, now=AFTER) is None
    assert RulesInForce.objects.filter(stage=stage).count() == 1


def test_a_models_votes_keep_them_too(stage):
    model = factories.rater(stage.study, kind=RaterKind.MODEL)
    task = stage.tasks.select_related("stage__study").order_by("id")[0]
    old = stage.guidelines.get(version=1)
    change_guidelines(stage)
    showing = Showing(task, model, guidelines=old, started_at=NOW)
    store_votes(showing=showing, votes=[Vote(unit.pk, 1) for unit in task.units.all()], now=AFTER)
    assert Assignment.objects.get(rater=model).rules == RulesInForce.objects.get(stage=stage, guidelines=old)


@pytest.mark.django_db(transaction=True)
def test_pages_given_out_at_once_under_new_rules_share_them(stage):
    RulesInForce.objects.all().delete()
    raters = [factories.rater(stage.study) for _rater in range(8)]

    def claim(rater):
        try:
            return claim_next(rater=rater, stage=stage, now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(raters)) as at_once:
        given = list(at_once.map(claim, raters))
    assert {one.rules_id for one in given} == {RulesInForce.objects.get(stage=stage).pk}
