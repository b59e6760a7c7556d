"""Whether this process reaches the database, as the last attempt told, so that nobody has to wait to find out."""

import logging
import threading
import time
from typing import Any, Self

import psycopg

logger = logging.getLogger(__name__)
# Attempts go on about once a second while it is away; what is older than any of them tells nothing.
FRESH_SECONDS = 10.0


class Contact:
    """Shared by all threads of a process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lost_at = self._failed_at = 0.0

    def failed(self, error: psycopg.Error) -> None:
        with self._lock:
            self._failed_at = time.monotonic()
            is_news = not self._lost_at
            self._lost_at = self._lost_at or self._failed_at
        if is_news:
            logger.error("The database is away: %s", error)

    def succeeded(self) -> None:
        if not self._lost_at:
            return
        with self._lock:
            lost_at, self._lost_at = self._lost_at, 0.0
        if lost_at:
            logger.warning("The database is back after %.1f s.", time.monotonic() - lost_at)

    @property
    def is_lost(self) -> bool:
        return bool(self._lost_at) and time.monotonic() - self._failed_at < FRESH_SECONDS


contact = Contact()


class WatchedConnection(psycopg.Connection[Any]):
    """Tells how each attempt to connect went. A server that refuses (it starts, or is full) is as good as away."""

    idle_since = 0.0  # monotonic, of the last time that it was given back

    @classmethod
    def connect(cls, conninfo: str = "", **options: Any) -> Self:
        try:
            made = super().connect(conninfo, **options)
        except psycopg.OperationalError as error:
            contact.failed(error)
            raise
        contact.succeeded()
        return made
