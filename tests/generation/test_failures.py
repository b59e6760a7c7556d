from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from accounts.models import User
from conversations.models import Attribute
from generation.client import CallFailed
from generation.enums import CallState, FailureReason, ItemState, RunState
from generation.item_production import produce_item
from generation.kinds.extraction.start import start_extraction
from generation.models import ModelCall, RunItem
from generation.services import announcing, sweeping
from generation.services.items import backoff, claim_item, finish_item
from generation.services.runs import cancel_run, close_finished_run, pause_run, resume_run, retry_failed
from tests.generation.provider import Reply, attribute, extraction
from tests.generation.runs import add_subject, produce_all

pytestmark = pytest.mark.django_db(transaction=True)
GOOD = extraction(attribute("The user is a nurse.", "nurse"))


@pytest.fixture
def run(study, endpoint):
    add_subject(study)
    return start_extraction(study=study, endpoint=endpoint, now=timezone.now())


@pytest.fixture
def actor(db):
    return User.objects.create_user("owner")


@pytest.mark.parametrize(
    ("reply", "reason", "state"),
    [
        (Reply(status=429, headers={"Retry-After": "7"}), FailureReason.RATE_LIMITED, ItemState.WAITING),
        (Reply(status=500), FailureReason.SERVER_ERROR, ItemState.WAITING),
        (Reply(hangs_up=True), FailureReason.CONNECTION, ItemState.WAITING),
        (Reply(seconds=1.5), FailureReason.TIMEOUT, ItemState.WAITING),
        (Reply(drip_seconds=0.05), FailureReason.TIMEOUT, ItemState.WAITING),
        (Reply('{"attributes": [', finish_reason="length"), FailureReason.TRUNCATED, ItemState.WAITING),
        (Reply('{"attributes": [{"text": 3'), FailureReason.INVALID_OUTPUT, ItemState.WAITING),
        (Reply('{"attributes": [{"text": "x"}]}'), FailureReason.INVALID_OUTPUT, ItemState.WAITING),
        (Reply("sorry"), FailureReason.INVALID_OUTPUT, ItemState.WAITING),
        (Reply(""), FailureReason.INVALID_OUTPUT, ItemState.WAITING),
        (Reply(body=b"<html>"), FailureReason.INVALID_OUTPUT, ItemState.WAITING),
        (Reply("bad key sk-secret", status=401), FailureReason.REFUSED, ItemState.FAILED),
        (Reply("maximum context length is 10", status=400), FailureReason.TOO_LONG, ItemState.WAITING),
        (Reply(status=302, headers={"Location": "http://169.254.169.254/"}), FailureReason.REFUSED, ItemState.FAILED),
    ],
)
def test_failure_is_told_by_its_kind(run, endpoint, provider, reply, reason, state):
    type(endpoint).objects.filter(pk=endpoint.pk).update(timeout_seconds=1)
    provider.script = lambda request, number: reply
    produce_all(run)
    item = run.items.get()
    assert (item.reason_code, item.state, item.attempts) == (reason, state, 1)
    call = ModelCall.objects.get()
    assert (call.state, call.reason_code) == (CallState.FAILED, reason)
    assert "sk-secret" not in item.reason + call.error
    assert Attribute.objects.count() == 0


def test_item_succeeds_after_a_failure(run, provider):
    provider.script = lambda request, number: Reply("sorry") if number == 0 else Reply(GOOD)
    produce_all(run)
    produce_all(run)
    item = run.items.get()
    assert (item.state, item.reason_code, item.produced) == (ItemState.DONE, "", 1)
    first, second = ModelCall.objects.order_by("pk")
    assert second.parameters["seed"] == first.parameters["seed"] + 1


def test_answer_that_was_cut_off_gets_twice_the_room(run, provider):
    provider.script = lambda request, number: Reply("{", finish_reason="length")
    produce_all(run)
    produce_all(run)
    assert [call.parameters["max_tokens"] for call in ModelCall.objects.order_by("pk")] == [200, 400]
    assert ModelCall.objects.filter(output_tokens=20).count() == 2  # they were paid for


def test_item_fails_for_good_after_its_tries(run, provider):
    provider.script = lambda request, number: Reply("sorry")
    for _ in range(6):
        produce_all(run)
    item = run.items.get()
    assert (item.state, item.attempts, len(provider.requests)) == (ItemState.FAILED, 4, 4)


def test_backoff_doubles_and_respects_the_endpoint():
    failure = CallFailed(FailureReason.SERVER_ERROR, "HTTP 500.")
    assert 1.5 <= backoff(failure, 1) <= 2.5
    assert 12 <= backoff(failure, 4) <= 20
    assert backoff(failure, 20) <= 150
    assert backoff(CallFailed(FailureReason.RATE_LIMITED, "HTTP 429.", retry_after=60), 1) == 60


def test_failed_items_are_tried_again_by_reason(run, provider, actor):
    provider.script = lambda request, number: Reply(status=403) if number == 0 else Reply(GOOD)
    produce_all(run)
    close_finished_run(run_id=run.pk, now=timezone.now())
    run.refresh_from_db()
    assert run.state == RunState.DONE
    assert retry_failed(run=run, actor=actor, now=timezone.now(), reason_code=FailureReason.TIMEOUT) == 0
    assert retry_failed(run=run, actor=actor, now=timezone.now(), reason_code=FailureReason.REFUSED) == 1
    run.refresh_from_db()
    assert run.state == RunState.RUNNING
    produce_all(run)
    assert run.items.get().state == ItemState.DONE


def test_paused_run_begins_nothing_until_it_is_resumed(run, provider, actor):
    provider.script = lambda request, number: Reply(GOOD)
    pause_run(run=run, actor=actor)
    assert produce_item(item_id=run.items.get().pk, worker="test") is None
    produce_all(run)
    assert provider.requests == []
    resume_run(run=run, actor=actor)
    produce_all(run)
    assert run.items.get().state == ItemState.DONE


def test_answer_that_arrives_after_cancelling_is_stored(run, provider, actor):
    def script(request, number):
        cancel_run(run=run, actor=actor, now=timezone.now())
        connection.close()  # this is the server's thread
        return Reply(GOOD)

    provider.script = script
    produce_all(run)
    run.refresh_from_db()
    assert (run.state, run.items.get().state) == (RunState.CANCELLED, ItemState.DONE)
    assert Attribute.objects.count() == 1


def claimed(run, *, worker, now):
    announcing.announce_items(endpoint_id=run.endpoint_id, now=now)
    item = claim_item(item_id=run.items.get().pk, worker=worker, now=now)
    assert item is not None
    return item


def test_item_of_a_dead_worker_waits_again_and_its_call_is_interrupted(run, provider):
    provider.script = lambda request, number: Reply(GOOD)
    now = timezone.now()
    sweeping.beat(name="dead", queues=["llm"], now=now - timedelta(seconds=60))
    item = claimed(run, worker="dead", now=now)
    ModelCall.objects.create(item=item, attempt=1, template="extraction v1", request_hash="x")
    assert sweeping.sweep(now=now) == 1
    lost = run.items.get()
    assert (lost.state, lost.reason_code) == (ItemState.WAITING, FailureReason.WORKER_LOST)
    RunItem.objects.update(not_before=now)
    produce_all(run)
    interrupted, repeat = ModelCall.objects.order_by("pk")
    assert interrupted.state == CallState.INTERRUPTED
    assert (repeat.repeat_of, repeat.state) == (interrupted, CallState.DONE)


def test_item_of_a_living_worker_is_left_alone(run):
    now = timezone.now()
    sweeping.beat(name="alive", queues=["llm"], now=now)
    claimed(run, worker="alive", now=now)
    assert sweeping.sweep(now=now) == 0


def test_output_is_stored_once_whoever_comes_second(run):
    now = timezone.now()
    item = claimed(run, worker="one", now=now)
    assert finish_item(item=item, store=lambda: 1, notes={}, now=now)
    assert not finish_item(item=item, store=lambda: 2, notes={}, now=now)
    assert run.items.get().produced == 1


def test_claim_is_given_once(run):
    now = timezone.now()
    pk = claimed(run, worker="one", now=now).pk
    assert claim_item(item_id=pk, worker="two", now=now) is None


def test_claims_stop_at_the_endpoints_concurrency(study, endpoint):
    for number in range(3):
        add_subject(study, number + 1)
    endpoint.concurrency = 2
    endpoint.save()
    run = start_extraction(study=study, endpoint=endpoint, now=timezone.now())
    now = timezone.now()
    assert len(announcing.announce_items(endpoint_id=endpoint.pk, now=now)) == 2
    assert announcing.announce_items(endpoint_id=endpoint.pk, now=now) == []
    claims = [claim_item(item_id=pk, worker="w", now=now) for pk in run.items.values_list("pk", flat=True)]
    assert sum(claim is not None for claim in claims) == 2
    later = now + timedelta(seconds=61)
    assert announcing.announce_items(endpoint_id=endpoint.pk, now=later) == []


def test_calls_keep_the_rate_limit(study, endpoint, provider):
    for number in range(3):
        add_subject(study, number + 1)
    endpoint.requests_per_minute = 240
    endpoint.save()
    provider.script = lambda request, number: Reply(extraction())
    run = start_extraction(study=study, endpoint=endpoint, now=timezone.now())
    begun = timezone.now()
    produce_all(run)
    last = ModelCall.objects.latest("finished_at").finished_at
    assert last is not None
    assert last - begun >= timedelta(seconds=0.5)  # the third of four a second


def test_run_pauses_before_its_budget_is_passed(study, endpoint, provider):
    for number in range(3):
        add_subject(study, number + 1)
    endpoint.input_price, endpoint.output_price = 0, 100_000  # 20 a call at most, 2 in fact
    endpoint.save()
    run = start_extraction(study=study, endpoint=endpoint, budget=Decimal(23), now=timezone.now())
    provider.script = lambda request, number: Reply(extraction())
    produce_all(run)
    run.refresh_from_db()
    assert run.state == RunState.PAUSED
    assert "budget" in run.stop_reason
    assert len(provider.requests) == 2
    assert run.items.filter(state=ItemState.WAITING).count() == 1


def test_a_run_spent_what_its_calls_cost(study, endpoint, provider):
    """Calls that failed, or were begun twice, too."""
    for number in range(4):
        add_subject(study, number + 1)
    endpoint.input_price, endpoint.output_price = 1000, 100_000
    endpoint.save()
    run = start_extraction(study=study, endpoint=endpoint, budget=Decimal(500), now=timezone.now())
    provider.script = lambda request, number: Reply(status=500) if number == 1 else Reply(extraction())
    produce_all(run)
    run.refresh_from_db()
    assert run.spent == ModelCall.objects.filter(item__run=run).aggregate(Sum("cost"))["cost__sum"] > 0
    ModelCall.objects.filter(item__run=run).update(cost=1)
    run.refresh_from_db()
    assert run.spent == ModelCall.objects.filter(item__run=run).count()
