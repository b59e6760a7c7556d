"""Real workers, a real broker, and kill -9."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from conversations.models import Comparison, Response
from generation import tasks
from generation.enums import CallState, ItemState, RunState
from generation.kinds.responses.start import start_responses
from generation.models import ModelCall, WorkerBeat
from generation.queries.progress import silence
from tests.generation import worker
from tests.generation.provider import Reply
from tests.generation.runs import add_attribute, add_case, add_subject, all_given
from tests.patience import wait_until
from yardstick.celery import app

pytestmark = pytest.mark.django_db(transaction=True)
CASES = 6


@pytest.fixture(autouse=True)
def _empty_queue() -> Iterator[None]:
    """What a killed worker left in the broker must not reach the next test."""
    _purge()
    yield
    _purge()


def _purge() -> None:
    with app.connection_for_write() as connection:
        client = connection.default_channel.client
        client.flushdb()


@pytest.fixture
def run(study, endpoint):
    for number in range(1, CASES + 1):
        subject = add_subject(study, number)
        add_attribute(subject, "The user is a nurse.")
        add_case(subject)
    return start_responses(study=study, endpoint=endpoint, configuration=all_given(), now=timezone.now())


def _has_asked(provider, times: int) -> bool:
    return len(provider.requests) >= times


def test_worker_finishes_a_run_and_shows_that_it_is_alive(run, provider):
    with worker.running():
        tasks.announce(run.endpoint_id)
        wait_until(lambda: run.items.filter(state=ItemState.DONE).count() == 2 * CASES)
        wait_until(lambda: WorkerBeat.objects.filter(queues=["llm"]).exists())
    wait_until(lambda: type(run).objects.get(pk=run.pk).state == RunState.DONE)
    assert Comparison.objects.count() == CASES
    assert len(provider.requests) == 2 * CASES
    assert "scheduler" in silence(now=timezone.now())


def test_killed_worker_leaves_exactly_one_output_for_each_item(run, provider):
    provider.script = lambda request, number: Reply(f"Answer {number}", seconds=0.3)
    for _ in range(2):
        calls = len(provider.requests)
        with worker.running() as process:
            tasks.announce(run.endpoint_id)
            wait_until(partial(_has_asked, provider, calls + 3))
            worker.kill(process)
        # The clock of the test: the sweep takes a worker that was silent for 20 s as dead.
        WorkerBeat.objects.update(seen_at=timezone.now() - timedelta(seconds=60))
        run.items.filter(state=ItemState.RUNNING).update(lease_expires_at=timezone.now() - timedelta(seconds=1))
        _purge()
        tasks.sweep_runs()
        run.items.update(not_before=timezone.now(), announced_at=None)
        _purge()
    interrupted = ModelCall.objects.filter(state=CallState.INTERRUPTED).count()
    assert interrupted >= 2
    with worker.running():
        tasks.announce(run.endpoint_id)
        wait_until(lambda: not run.items.exclude(state=ItemState.DONE).exists())
    assert Response.objects.count() == 2 * CASES
    assert Comparison.objects.count() == CASES
    assert ModelCall.objects.filter(state=CallState.DONE).count() == 2 * CASES
    assert ModelCall.objects.filter(repeat_of__isnull=False).count() >= 1
    # A call is written down before the provider is asked; a worker may have been killed in between.
    assert 2 * CASES <= len(provider.requests) <= ModelCall.objects.count() == 2 * CASES + interrupted
