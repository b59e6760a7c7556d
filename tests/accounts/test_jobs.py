"""One job that survives its worker: the five kinds there are do the same."""

import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from celery import Celery
from django.db import connection, transaction
from django.utils import timezone

import conversations.tasks
import reports.exports.tasks
import reports.imports.tasks
import reports.report.tasks
from accounts import jobs
from accounts.models import User
from conversations.formats import Format
from conversations.models import Batch, EvidenceSearch
from conversations.queries.batches import BATCHES
from conversations.queries.evidence_searches import SEARCHES
from reports.exports.reads import EXPORTS
from reports.imports.uploads import IMPORTS
from reports.models import DatasetImport, Export, Report
from reports.report.requesting import REPORTS
from tests import factories
from tests.patience import PATIENCE, wait_until

ONE = timedelta(seconds=1)


@dataclass
class Case:
    kind: jobs.JobKind[Any]
    ask: Callable[[datetime], Any]
    task: Any
    sweep: Callable[[], None]
    words: str


def batch(now: datetime) -> Batch:
    values = {"filename": "a.jsonl", "size": 1, "sha256": "0" * 64, "format": Format.YARDSTICK, "origin": "real"}
    return Batch.objects.create(study=factories.study(), file="a", uploaded_at=now, **values)


def search(now: datetime) -> EvidenceSearch:
    return EvidenceSearch.objects.create(batch=batch(now), embedder="", threshold=0.4, requested_at=now)


def export(now: datetime) -> Export:
    return Export.objects.create(study=factories.study(), format="csv", requested_at=now)


def report(now: datetime) -> Report:
    return Report.objects.create(study=factories.study(), requested_at=now)


def dataset_import(now: datetime) -> DatasetImport:
    user = User.objects.create_user(f"importer-{User.objects.count()}")
    return DatasetImport.objects.create(title="Again", filename="a.zip", size=1, uploaded_by=user, uploaded_at=now)


CASES = [
    Case(
        BATCHES,
        batch,
        conversations.tasks.import_batch,
        conversations.tasks.sweep_batches,
        "3 workers died while they read this file, so no other one is given it. What was read is kept."
        " The workers' logs may say why; splitting the file often helps.",
    ),
    Case(
        SEARCHES,
        search,
        conversations.tasks.search_evidence,
        conversations.tasks.sweep_evidence_searches,
        "The worker died 3 times while it searched. What was found is kept.",
    ),
    Case(
        EXPORTS,
        export,
        reports.exports.tasks.make_export,
        reports.exports.tasks.sweep_exports,
        "The worker died 3 times while it wrote this.",
    ),
    Case(
        REPORTS,
        report,
        reports.report.tasks.compute_report,
        reports.report.tasks.sweep_reports,
        "The worker died 3 times while it computed this.",
    ),
    Case(
        IMPORTS,
        dataset_import,
        reports.imports.tasks.import_dataset,
        reports.imports.tasks.sweep_imports,
        "The worker died 3 times while it read this.",
    ),
]


@pytest.fixture(params=CASES, ids=[case.kind.model.__name__ for case in CASES])
def case(request) -> Case:
    given: Case = request.param
    return given


@pytest.fixture
def announced(case, monkeypatch) -> list[int]:
    """Ids the workers were told of. No test talks to a broker that others listen to."""
    told: list[int] = []
    monkeypatch.setattr(case.task, "delay", told.append)
    return told


@pytest.mark.django_db
def test_a_dead_workers_job_is_claimed_by_another_and_a_living_ones_is_not(case):
    now = timezone.now()
    asked = case.ask(now)
    first = jobs.claim(case.kind, asked.pk, now=now)
    assert (first.state, first.attempts, first.heartbeat_at) == (case.kind.running, 1, now)
    assert jobs.claim(case.kind, asked.pk, now=now + timedelta(seconds=60)) is None
    second = jobs.claim(case.kind, asked.pk, now=now + timedelta(seconds=61))
    assert (second.state, second.attempts) == (case.kind.running, 2)


@pytest.mark.django_db
def test_a_heartbeat_keeps_a_job(case):
    now = timezone.now()
    mine = jobs.claim(case.kind, case.ask(now).pk, now=now)
    jobs.write(case.kind, mine, heartbeat_at=now + 30 * ONE)
    assert jobs.claim(case.kind, mine.pk, now=now + 90 * ONE) is None
    assert jobs.claim(case.kind, mine.pk, now=now + 91 * ONE) is not None


@pytest.mark.django_db
def test_three_deaths_fail_a_job_in_words(case):
    now = timezone.now()
    asked = case.ask(now)
    for _attempt in range(3):
        assert jobs.claim(case.kind, asked.pk, now=now) is not None  # and its worker dies
        now += 61 * ONE
    assert jobs.claim(case.kind, asked.pk, now=now) is None
    asked.refresh_from_db()
    assert (asked.state, asked.failure, asked.attempts) == ("failed", case.words, 3)
    assert jobs.claim(case.kind, asked.pk, now=now) is None


@pytest.mark.django_db
def test_the_sweeper_gives_up_what_kills_its_workers_and_says_it_to_nobody(case, announced):
    asked = case.ask(timezone.now() - 600 * ONE)
    silent = {"state": case.kind.running, "heartbeat_at": timezone.now() - 61 * ONE}
    case.kind.jobs.update(**silent, attempts=3)
    case.sweep()
    asked.refresh_from_db()
    assert (asked.state, asked.failure, announced) == ("failed", case.words, [])


@pytest.mark.django_db
def test_only_what_no_living_worker_is_at_is_swept(case, announced):
    now = timezone.now()
    lost, _just_asked, dead, alive, done = (case.ask(now - seconds * ONE) for seconds in (20, 1, 300, 300, 300))
    case.kind.jobs.filter(pk=dead.pk).update(state=case.kind.running, heartbeat_at=now - 61 * ONE, attempts=1)
    case.kind.jobs.filter(pk=alive.pk).update(state=case.kind.running, heartbeat_at=now - 5 * ONE, attempts=1)
    case.kind.jobs.filter(pk=done.pk).update(state="failed", attempts=1)
    case.sweep()
    assert announced == [lost.pk, dead.pk]


@pytest.mark.django_db(transaction=True)
def test_two_claims_at_once_give_one(case):
    pk, now = case.ask(timezone.now()).pk, timezone.now()
    together = threading.Barrier(4, timeout=PATIENCE)

    def claim(_number: int) -> bool:
        try:
            connection.ensure_connection()
            together.wait()
            return jobs.claim(case.kind, pk, now=now) is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(claim, range(4))) == [False, False, False, True]
    assert case.kind.jobs.get(pk=pk).attempts == 1


@pytest.mark.django_db
def test_while_the_broker_is_away_a_job_waits_for_the_sweeper(case, announced):
    asked = case.ask(timezone.now() - 20 * ONE)
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))  # and nobody listens
        address = f"redis://127.0.0.1:{unheard.getsockname()[1]}/0"
        app = Celery("away", broker=address, set_as_current=False)
        app.conf.update(task_publish_retry=False, broker_transport_options={"max_retries": 0})

        @app.task(name="away.do")
        def do(job_id: int) -> None: ...

        jobs.announce(do, asked.pk)
    asked.refresh_from_db()
    assert asked.state == "pending"
    case.sweep()
    assert announced == [asked.pk]


@pytest.mark.django_db
def test_a_worker_that_lost_its_job_writes_nothing_more(case):
    now = timezone.now()
    late = jobs.claim(case.kind, case.ask(now).pk, now=now)
    jobs.claim(case.kind, late.pk, now=now + 61 * ONE)
    with pytest.raises(jobs.Superseded):
        jobs.write(case.kind, late, state="failed", failure="late")
    assert case.kind.jobs.get(pk=late.pk).failure == ""
    case.kind.jobs.update(state="pending", attempts=0, **{case.kind.asked_at: now + 90 * ONE})
    jobs.claim(case.kind, late.pk, now=now + 100 * ONE)  # of the same number, but asked for anew
    with pytest.raises(jobs.Superseded):
        jobs.write(case.kind, late, state="failed", failure="late")


@pytest.mark.django_db(transaction=True)
def test_a_heartbeat_is_seen_while_the_jobs_transaction_is_open(case, monkeypatch):
    monkeypatch.setattr(jobs, "BEAT_EVERY", timedelta(0))
    long_ago = timezone.now() - 3600 * ONE
    mine = jobs.claim(case.kind, case.ask(long_ago).pk, now=long_ago)
    with transaction.atomic():
        connection.cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        assert case.kind.jobs.get(pk=mine.pk).heartbeat_at == long_ago
        jobs.Heartbeat(case.kind, mine)()
        assert case.kind.jobs.get(pk=mine.pk).heartbeat_at == long_ago, "this transaction sees its own time"
    assert jobs.claim(case.kind, mine.pk, now=timezone.now() + 50 * ONE) is None
    assert jobs.claim(case.kind, mine.pk, now=timezone.now() + 70 * ONE) is not None
    with pytest.raises(jobs.Superseded):
        jobs.Heartbeat(case.kind, mine)()


@pytest.mark.django_db(transaction=True)
def test_a_worker_in_a_long_step_goes_on_beating_until_it_is_over(case, monkeypatch):
    monkeypatch.setattr(jobs, "BEAT_EVERY", timedelta(milliseconds=20))
    long_ago = timezone.now() - 3600 * ONE
    mine = jobs.claim(case.kind, case.ask(long_ago).pk, now=long_ago)

    def last() -> Any:
        return case.kind.jobs.get(pk=mine.pk).heartbeat_at

    threads = threading.active_count()
    with jobs.beating(case.kind, mine):
        wait_until(lambda: last() > long_ago)
        second = last()
        wait_until(lambda: last() > second)
    assert threading.active_count() == threads


@pytest.mark.django_db(transaction=True)
def test_a_heartbeat_waits_for_no_lock(case, monkeypatch):
    """The end of a job may hold its row for as long as a commit takes."""
    monkeypatch.setattr(jobs, "BEAT_EVERY", timedelta(0))
    mine = jobs.claim(case.kind, case.ask(timezone.now()).pk, now=timezone.now())
    with transaction.atomic():
        jobs.write(case.kind, mine, failure="held")
        jobs.Heartbeat(case.kind, mine)()
    assert case.kind.jobs.get(pk=mine.pk).failure == "held"
