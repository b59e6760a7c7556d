"""Runs of votes: what they leave to others, how they fail and go on, what they cost, and their pages."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from conversations.enums import Role, StageState
from conversations.models import Membership, Stage, Subject
from generation.enums import CallState, FailureReason, ItemState, RunKind, RunState
from generation.kinds.votes.configuration import VotesConfiguration
from generation.kinds.votes.estimate import estimate_votes
from generation.models import ModelCall, Run
from generation.services import announcing, sweeping
from generation.services.items import claim_item, finish_item
from generation.services.runs import NothingToDo, cancel_run, retry_failed
from judgments.disclosure import sight_of
from judgments.elsewhere.votes import NotAModel, OtherSide, Showing, Vote, store_votes
from judgments.models import Consensus, Judgment, Task
from judgments.work.pay import pay_of
from judgments.work.progress import progress_of
from raters.enums import RaterKind
from raters.models import Rater
from tests.factories import rater as make_rater
from tests.generation.provider import Reply
from tests.generation.runs import produce_all
from tests.generation.voting import judge, prefers_weighing, start, voting
from tests.worlds import rateable_study

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def study(db):
    return rateable_study(subjects=2, prompts=2)


def test_second_run_asks_only_for_what_is_missing(study, endpoint, provider):
    provider.script = voting("yes")
    judge(study, endpoint, 2, limit=3)
    judge(study, endpoint, 2)
    assert len(provider.requests) == Task.objects.filter(stage__number=2).count() == 4
    with pytest.raises(NothingToDo):
        start(study, endpoint, 2)
    assert Run.objects.filter(kind=RunKind.VOTES).count() == 2


def test_tasks_another_run_is_about_to_judge_are_left_to_it(study, endpoint):
    start(study, endpoint, 3, limit=3)
    assert start(study, endpoint, 3).items.count() == 2
    with pytest.raises(NothingToDo):
        start(study, endpoint, 3)


def test_another_model_is_another_rater(study, endpoint, provider):
    provider.script = voting("yes")
    first = judge(study, endpoint, 2)
    endpoint.model = "better"
    endpoint.save()
    second = judge(study, endpoint, 2)
    assert first.rater != second.rater
    assert Judgment.objects.filter(rater=first.rater).count() == Judgment.objects.filter(rater=second.rater).count()


def test_killed_attempt_stores_nothing_twice(study, endpoint, provider):
    provider.script = voting(prefers_weighing)
    run = start(study, endpoint, 3, limit=1)
    (item_id, *_) = announcing.announce_items(endpoint_id=endpoint.pk, now=timezone.now())
    lost = claim_item(item_id=item_id, worker="killed", now=timezone.now())
    assert lost is not None
    ModelCall.objects.create(item=lost, attempt=1, template="vote-stage3 v1", request_hash="")
    run.items.filter(pk=item_id).update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    sweeping.sweep(now=timezone.now())
    run.items.update(not_before=timezone.now(), announced_at=None)
    produce_all(run)
    assert set(run.items.values_list("state", flat=True)) == {ItemState.DONE}
    before = Judgment.objects.count()
    assert before == 2 * 3
    assert not finish_item(item=lost, store=lambda: 99, notes={}, now=timezone.now())
    # Even an item that is done all over again, as after a restored backup, adds nothing and asks nothing.
    run.items.update(state=ItemState.WAITING, announced_at=None)
    calls = len(provider.requests)
    produce_all(run)
    assert (Judgment.objects.count(), len(provider.requests)) == (before, calls)
    assert ModelCall.objects.filter(state=CallState.INTERRUPTED).count() == 1
    assert ModelCall.objects.filter(repeat_of__isnull=False).count() == 1


def test_answer_that_was_paid_for_is_stored_though_its_run_was_cancelled(study, endpoint, provider):
    actor = User.objects.create_user("owner")

    def script(request, number):
        cancel_run(run=Run.objects.get(), actor=actor, now=timezone.now())
        return voting("yes")(request, number)

    provider.script = script
    run = judge(study, endpoint, 2)
    assert Counter(run.items.values_list("state", flat=True)) == {ItemState.DONE: 1, ItemState.CANCELLED: 3}
    assert Judgment.objects.filter(rater=run.rater).count() == 3


def test_budget_pauses_a_run_of_votes(study, endpoint, provider):
    endpoint.output_price = 10_000
    endpoint.save()
    provider.script = voting("yes")
    run = judge(study, endpoint, 2, budget=Decimal("2.30"))
    run.refresh_from_db()
    assert run.state == RunState.PAUSED
    assert 0 < run.items.filter(state=ItemState.DONE).count() < 4


def test_failed_votes_are_tried_again(study, endpoint, provider):
    provider.script = lambda request, number: Reply(status=401)
    run = judge(study, endpoint, 2)
    actor = User.objects.create_user("owner")
    assert retry_failed(run=run, actor=actor, now=timezone.now(), reason_code="refused") == 4
    provider.script = voting("no")
    produce_all(run)
    assert run.items.filter(state=ItemState.DONE).count() == 4


def test_what_was_withdrawn_meanwhile_is_not_judged(study, endpoint, provider):
    run = start(study, endpoint, 2)
    Subject.objects.filter(study=study).update(withdrawn_at=timezone.now())
    produce_all(run)
    assert {item.reason_code for item in run.items.all()} == {FailureReason.NOTHING_GIVEN}
    assert provider.requests == []


def test_draft_stage_is_built_for_its_votes(study, endpoint, provider):
    Task.objects.filter(stage__number=2).delete()
    Stage.objects.filter(study=study, number=2).update(state=StageState.DRAFT)
    provider.script = voting("yes")
    estimate = estimate_votes(study, endpoint, VotesConfiguration.for_stage(2), limit=None)
    run = judge(study, endpoint, 2)
    assert estimate.items == run.items.count() == 4
    assert Judgment.objects.filter(rater=run.rater).count() == 12
    assert not Task.objects.filter(stage__number=2, position__isnull=False).exists()


def test_estimate_counts_both_orders(study, endpoint):
    three = estimate_votes(study, endpoint, VotesConfiguration.for_stage(3), limit=None)
    assert (three.items, three.calls, three.output_tokens) == (8, 8, 8 * 200)
    assert three.cost > 0
    assert estimate_votes(study, endpoint, VotesConfiguration.for_stage(3), limit=1).items == 2
    assert estimate_votes(study, endpoint, VotesConfiguration.for_stage(1), limit=None).calls == 2


def test_estimated_input_is_not_below_what_is_sent(study, endpoint, provider):
    provider.script = lambda request, number: Reply("{}")
    for stage in (1, 2, 3):
        provider.requests.clear()
        estimate = estimate_votes(study, endpoint, VotesConfiguration.for_stage(stage), limit=None)
        judge(study, endpoint, stage)
        sent = sum(len(message["content"]) for request in provider.requests for message in request["messages"])
        assert sent / 4.5 <= estimate.input_tokens <= sent / 2


def test_votes_of_a_model_count_outside_k(study, endpoint, provider):
    before = progress_of(study.stages.get(number=2))
    provider.script = voting("yes")
    judge(study, endpoint, 2)
    assert progress_of(study.stages.get(number=2)) == before
    assert not Consensus.objects.filter(stage__study=study).exists()
    assert pay_of(study=study) == []


def test_only_models_vote_and_never_with_other_sides(study):
    task = Task.objects.select_related("stage").filter(stage__number=3)[0]
    votes, now = [Vote(task.units.first().pk, 1)], timezone.now()
    human, model = make_rater(study), make_rater(study, kind=RaterKind.MODEL)
    left = Showing(task, model, guidelines=None, started_at=now, personalized_left=True)
    with pytest.raises(NotAModel):
        store_votes(showing=replace(left, rater=human), votes=votes, now=now)
    assert store_votes(showing=left, votes=votes, now=now) == 1
    assert store_votes(showing=left, votes=votes, now=now) == 0
    with pytest.raises(OtherSide):
        store_votes(showing=replace(left, personalized_left=False), votes=votes, now=now)
    assert Judgment.objects.get(rater=model).label == 5


def client_of(study, role):
    user = User.objects.create_user(f"user-{role}")
    Membership.objects.create(study=study, user=user, role=role)
    client = Client()
    client.force_login(user)
    return client, user


def test_run_is_previewed_and_started_from_the_page(study, endpoint, provider):
    client, _ = client_of(study, Role.OWNER)
    url = reverse("generation:run-create", args=[study.slug, "votes"])
    assert url in client.get(reverse("generation:run-list", args=[study.slug])).content.decode()
    form = {"endpoint": endpoint.pk, "stage": "3"}
    estimate = client.post(url, form).context["estimate"]
    assert (estimate.items, Run.objects.count(), Rater.objects.count()) == (8, 0, 0)
    page = client.post(url, form | {"start": "1"}, follow=True)
    run = Run.objects.get()
    assert (run.kind, run.stage_number, run.items.count()) == (RunKind.VOTES, 3, 8)
    assert b"swapped order" in page.content
    assert b"by chance" not in page.content


def test_page_says_that_the_local_model_judges_by_chance(study, endpoint):
    client, _ = client_of(study, Role.OWNER)
    endpoint.is_embedded = True
    endpoint.save()
    form = {"endpoint": endpoint.pk, "stage": "1"}
    url = reverse("generation:run-create", args=[study.slug, "votes"])
    assert b"no better than chance" in client.post(url, form).content
    assert b"no better than chance" in client.post(url, form | {"start": "1"}, follow=True).content


def test_votes_of_an_open_stage_are_withheld_like_those_of_humans(study, endpoint, provider):
    provider.script = voting("yes")
    run = judge(study, endpoint, 2)
    client, analyst = client_of(study, Role.ANALYST)
    assert 2 in sight_of(study=study, user=analyst).withheld
    unit = Judgment.objects.filter(rater=run.rater).first().unit
    assert client.get(reverse("reports:unit", args=[study.slug, unit.pk])).status_code in {403, 404}
    page = client.get(reverse("generation:run", args=[study.slug, run.pk])).content.decode()
    assert '"label"' not in page
    assert "&quot;label&quot;" not in page


def test_command_starts_a_run(study, endpoint, capsys):
    call_command("vote", study=study.slug, stage=2, endpoint="Stand-in", limit=2)
    assert Run.objects.get().items.count() == 2
    assert "has 2 items" in capsys.readouterr().out
    call_command("vote", study=study.slug, stage=2, endpoint="Stand-in")
    call_command("vote", study=study.slug, stage=2, endpoint="Stand-in")
    assert "Nothing to do" in capsys.readouterr().out
