"""Each worker process says every 5 seconds that it is alive; who falls silent loses its items to others."""

import logging
import os
import secrets
import socket
import sys
import threading
from typing import Any

from celery.signals import worker_ready, worker_shutdown
from django.db import DatabaseError, connection
from django.utils import timezone

from generation.models import WorkerBeat
from generation.services.sweeping import beat

logger = logging.getLogger(__name__)
_PERIOD = 5.0
# A thread that comes back from the network or the database waits so long for its turn. With the usual 5 ms and 64
# threads these waits are longer than the work itself.
SWITCH_SECONDS = 0.001
# The same process from its start to its end; a process started later with the same number is another one.
_START = secrets.token_hex(4)
_stopped = threading.Event()


def worker_name() -> str:
    return f"{socket.gethostname()[:80]}-{os.getpid()}-{_START}"


@worker_ready.connect  # type: ignore[untyped-decorator]
def start(sender: Any = None, **kwargs: Any) -> None:
    sys.setswitchinterval(SWITCH_SECONDS)
    names = sorted(queue.name for queue in sender.task_consumer.queues)
    _stopped.clear()
    threading.Thread(target=_beat_until_stopped, args=(names,), name="heartbeat", daemon=True).start()


@worker_shutdown.connect  # type: ignore[untyped-decorator]
def stop(**kwargs: Any) -> None:
    _stopped.set()


def _beat_until_stopped(queues: list[str]) -> None:
    name = worker_name()
    while not _stopped.is_set():
        try:
            beat(name=name, queues=queues, now=timezone.now())
        except DatabaseError:
            logger.warning("No sign of life could be written; the next one follows.", exc_info=True)
        finally:
            connection.close()
        _stopped.wait(_PERIOD)
    try:
        WorkerBeat.objects.filter(name=name).delete()
    except DatabaseError:
        logger.warning("The worker's last sign of life stays until it is forgotten.", exc_info=True)
    finally:
        connection.close()
