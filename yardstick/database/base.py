"""The backend itself, named by ``DATABASES["default"]["ENGINE"]``."""

from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool

from yardstick.database import patience
from yardstick.database.contact import WatchedConnection, contact
from yardstick.database.reasons import Away


class DatabaseWrapper(base.DatabaseWrapper):
    def __init__(self, settings_dict: dict[str, Any], alias: str = "default") -> None:
        options = settings_dict.get("OPTIONS", {})
        if options.get("pool"):
            options = {**options, "pool": {**options["pool"], **self._watching()}}
        super().__init__({**settings_dict, "OPTIONS": options}, alias)

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        if self.pool and contact.is_lost and not self.pool.get_stats()["pool_available"]:
            raise Away("the database is away; its pool goes on trying")
        return super().get_new_connection(conn_params)

    def _watching(self) -> dict[str, Any]:
        return {
            "connection_class": WatchedConnection,
            "check": self._check,
            "reconnect_failed": ConnectionPool.check,
            **patience.pool_options,
        }

    def _check(self, connection: psycopg.Connection[Any]) -> None:
        """Where one idle connection is broken its neighbours are too: all are made again at once, not one per request."""
        try:
            ConnectionPool.check_connection(connection)
        except psycopg.OperationalError:
            self.pool.drain()
            raise
        contact.succeeded()
