"""One job that survives its worker: a row that says who is at it, since when, and how often it was begun.

The row decides and the broker only wakes workers. One worker claims a job, says that it lives, and ends it; what no living worker
is at is announced again; a job whose workers keep dying is given up in words. A kind of job is a table with the columns
state, failure, attempts and heartbeat_at.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.db import InterfaceError, OperationalError, connection
from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerAway

logger = logging.getLogger(__name__)

DEAD_AFTER = timedelta(seconds=60)  # a worker that has said nothing for so long
ANNOUNCED_WITHIN = timedelta(seconds=10)  # later than this an announcement counts as lost
MOST_ATTEMPTS = 3  # what kills every worker that begins it must not do so for ever
BEAT_EVERY = timedelta(seconds=1)

PENDING, FAILED = "pending", "failed"  # every kind calls these states so


class Superseded(Exception):
    """The job is in other hands, or was ended by somebody else. What this worker made of it counts for nothing."""


def _nothing(_job: Any) -> None:
    pass


@dataclass(frozen=True, slots=True)
class JobKind[Job: Model]:
    """What differs between kinds of jobs.

    ``given_up`` is what people read of a job whose workers kept dying, and ``when_given_up`` what is done then. ``fresh`` is what
    an attempt starts from. Jobs of one ``turns_in`` are done one after another, the oldest first.
    """

    model: type[Job]
    running: str
    asked_at: str
    given_up: str
    began_at: str = ""
    ended_at: str = ""
    turns_in: str = ""
    fresh: Mapping[str, object] = field(default_factory=dict)
    when_given_up: Callable[[Job], None] = _nothing

    @property
    def jobs(self) -> QuerySet[Job]:
        return self.model._default_manager.all()  # noqa: SLF001 - Django's documented name for it


class WakeUpCall(Protocol):
    name: str

    def delay(self, job_id: int, /) -> Any: ...


def claim[Job: Model](kind: JobKind[Job], job_id: int, *, now: datetime) -> Job | None:
    """Take a job that waits or whose worker is dead. None if it is not free: somebody is at work on it, or it is done."""
    _give_up(kind, kind.jobs.filter(pk=job_id), now)
    begun = {kind.began_at: now} if kind.began_at else {}
    taken = claimable(kind, now).filter(pk=job_id)
    if not taken.update(state=kind.running, heartbeat_at=now, attempts=F("attempts") + 1, **begun, **kind.fresh):
        return None
    return kind.jobs.get(pk=job_id)


def write[Job: Model](kind: JobKind[Job], job: Job, **values: Any) -> None:
    """Write to a claimed job. Raises Superseded if it is not this worker's any more, and then writes nothing."""
    if not kind.jobs.filter(**_signature(kind, job)).update(**values):
        raise Superseded(f"{kind.model.__name__} {job.pk} is in other hands.")
    for name, value in values.items():
        setattr(job, name, value)


def claimable[Job: Model](kind: JobKind[Job], now: datetime) -> QuerySet[Job]:
    """The jobs that could be begun now, the oldest first."""
    free = kind.jobs.filter(Q(state=PENDING) | _dead(kind, now), attempts__lt=MOST_ATTEMPTS).order_by("pk")
    if not kind.turns_in:
        return free
    unfinished = kind.jobs.filter(state__in=[PENDING, kind.running])
    return free.filter(~Exists(unfinished.filter(**{kind.turns_in: OuterRef(kind.turns_in)}, pk__lt=OuterRef("pk"))))


def unattended[Job: Model](kind: JobKind[Job], now: datetime) -> QuerySet[Job]:
    """The claimable jobs that no worker seems to have been told of, or whose worker died."""
    lost = Q(state=PENDING, **{f"{kind.asked_at}__lt": now - ANNOUNCED_WITHIN})
    return claimable(kind, now).filter(lost | _dead(kind, now))


def abandon[Job: Model](kind: JobKind[Job], *, now: datetime) -> int:
    """Give up the jobs whose workers keep dying. Returns how many."""
    return _give_up(kind, kind.jobs, now)


def sweep[Job: Model](kind: JobKind[Job], task: WakeUpCall, *, now: datetime) -> None:
    """Wake workers for jobs whose announcement was lost or whose worker died."""
    abandon(kind, now=now)
    for pk in unattended(kind, now).values_list("pk", flat=True):
        announce(task, pk)


def announce(task: WakeUpCall, job_id: int) -> None:
    """Tell the workers. Where the broker is away, the sweeper tells them later."""
    try:
        task.delay(job_id)
    except BrokerAway:
        logger.warning("The broker is away; %s of %d waits for the sweeper.", task.name, job_id)


class Heartbeat[Job: Model]:
    """Says that a worker lives, at most once in a while, and how far it is.

    On a connection of its own: what the job's own transaction writes is seen by others only once it is whole.
    """

    def __init__(self, kind: JobKind[Job], job: Job) -> None:
        self._kind, self._job = kind, job
        self._last = time.monotonic()
        self._values: dict[str, Any] = {}
        self._one_at_a_time = threading.Lock()

    def __call__(self, **values: object) -> None:
        """Raises Superseded if the job is in other hands."""
        self._values = self._values | values
        with self._one_at_a_time:
            if time.monotonic() - self._last < BEAT_EVERY.total_seconds():
                return
            self._last = time.monotonic()
            if not self._beat():
                raise Superseded(f"{self._kind.model.__name__} {self._job.pk} is in other hands.")

    def _beat(self) -> bool:
        try:
            return self._said({"heartbeat_at": timezone.now(), **self._values}, _signature(self._kind, self._job))
        except (OperationalError, InterfaceError):
            # Whether the job can go on without a database is for its own statements to say.
            logger.warning("No heartbeat for %s %d.", self._kind.model.__name__, self._job.pk, exc_info=True)
            return True

    def _said(self, values: dict[str, Any], signature: dict[str, Any]) -> bool:
        columns = ", ".join(f"{name} = %s" for name in values)
        ours = " AND ".join(f"{name} = %s" for name in signature)
        table = self._kind.model._meta.db_table  # noqa: SLF001 - Django's documented name for it
        aside = connection.copy()
        try:
            with aside.cursor() as cursor:
                mine = f"SELECT id FROM {table} WHERE {ours}"  # noqa: S608 - names of our own
                beat = f"UPDATE {table} SET {columns} WHERE id = ({mine} FOR UPDATE SKIP LOCKED)"  # noqa: S608
                cursor.execute(beat, [*values.values(), *signature.values()])
                if not cursor.rowcount:
                    cursor.execute(mine, list(signature.values()))  # whoever writes to it says that it is ours, or not
                is_ours: bool = cursor.rowcount == 1
                return is_ours
        finally:
            aside.close()


@contextmanager
def beating[Job: Model](kind: JobKind[Job], job: Job) -> Iterator[Heartbeat[Job]]:
    """A heartbeat that goes on by itself meanwhile, for jobs with steps of any length."""
    heartbeat, is_over = Heartbeat(kind, job), threading.Event()
    thread = threading.Thread(target=_beat_until, args=(is_over, heartbeat), daemon=True)
    thread.start()
    try:
        yield heartbeat
    finally:
        is_over.set()
        thread.join()


def _beat_until[Job: Model](is_over: threading.Event, heartbeat: Heartbeat[Job]) -> None:
    while not is_over.wait(BEAT_EVERY.total_seconds()):
        try:
            heartbeat()
        except Superseded:
            return  # the worker is told when it writes


def _dead[Job: Model](kind: JobKind[Job], now: datetime) -> Q:
    return Q(state=kind.running) & (Q(heartbeat_at__lt=now - DEAD_AFTER) | Q(heartbeat_at=None))


def _give_up[Job: Model](kind: JobKind[Job], among: QuerySet[Job], now: datetime) -> int:
    hopeless = among.filter(_dead(kind, now), attempts__gte=MOST_ATTEMPTS)
    ended = {kind.ended_at: now} if kind.ended_at else {}
    count = 0
    for job in hopeless:
        if hopeless.filter(pk=job.pk).update(state=FAILED, failure=kind.given_up, **ended):
            kind.when_given_up(job)
            count += 1
    return count


def _signature[Job: Model](kind: JobKind[Job], job: Job) -> dict[str, Any]:
    """What tells this attempt from all others; a job that is asked for again counts its attempts anew."""
    return {
        "id": job.pk,
        "state": kind.running,
        "attempts": getattr(job, "attempts"),  # noqa: B009 - a column that every kind has
        kind.asked_at: getattr(job, kind.asked_at),
    }
