"""The backend itself, named by ``DATABASES["default"]["ENGINE"]``."""

import select
import time
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool

from yardstick.database import patience
from yardstick.database.contact import WatchedConnection, contact
from yardstick.database.reasons import Away

# What lies idle for longer may have been forgotten on the way, by a machine that is gone or a firewall, without a word.
TRUSTED_SECONDS = 5.0


class DatabaseWrapper(base.DatabaseWrapper):
    def __init__(self, settings_dict: dict[str, Any], alias: str = DEFAULT_DB_ALIAS) -> None:
        options = settings_dict.get("OPTIONS", {})
        if options.get("pool"):
            options = {**options, "pool": {**options["pool"], **WATCHING, **patience.pool_options}}
        super().__init__({**settings_dict, "OPTIONS": options}, alias)

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        if self.pool and contact.is_lost and not self.pool.get_stats()["pool_available"]:
            raise Away("the database is away; its pool goes on trying")
        return super().get_new_connection(conn_params)

    def _configure_connection(self, connection: psycopg.Connection[Any]) -> bool:
        """Prepared statements (accounts/statements.py) keep their plan; PostgreSQL would go on planning the long ones."""
        connection.execute("SET plan_cache_mode = force_generic_plan")
        super()._configure_connection(connection)  # type: ignore[misc]  # django-stubs do not know it
        return True

    def _close(self) -> None:
        if self.pool and isinstance(self.connection, WatchedConnection):
            self.connection.idle_since = time.monotonic()
        super()._close()  # type: ignore[misc]  # django-stubs do not know it


def check(connection: WatchedConnection) -> None:
    """Before a request gets it. Asks the database only where there is a reason to doubt: that is a round trip.

    Where one idle connection is broken its neighbours are too: all are made again at once, not one per request.
    """
    if not _is_doubtful(connection):
        return
    try:
        ConnectionPool.check_connection(connection)
    except psycopg.OperationalError:
        connections[DEFAULT_DB_ALIAS].pool.drain()  # type: ignore[attr-defined]  # it is one of the class above
        raise
    contact.succeeded()


def _is_doubtful(connection: WatchedConnection) -> bool:
    """A server that stops, or ends the connection, says so or hangs up: something can be read where nothing was asked."""
    if connection.closed or contact.is_lost or time.monotonic() - connection.idle_since > TRUSTED_SECONDS:
        return True
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return bool(waiting.poll(0))


# Functions and not methods: Django copies a connection's settings, deeply, for a second one beside it.
WATCHING: dict[str, Any] = {
    "connection_class": WatchedConnection,
    "check": check,
    "reconnect_failed": ConnectionPool.check,
}
