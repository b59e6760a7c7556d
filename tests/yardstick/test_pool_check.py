"""What a connection of the pool costs a request before its first statement: nothing, as long as all is well."""

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from yardstick.database.base import TRUSTED_SECONDS, check
from yardstick.database.contact import contact

pytestmark = pytest.mark.django_db


@pytest.fixture
def idle() -> Iterator[Any]:
    """A connection of the pool that was just given back, as the pool looks at it."""
    aside = connection.copy()
    aside.ensure_connection()
    raw = aside.connection
    raw.idle_since = time.monotonic()
    yield raw
    aside.close()


def messages_of(raw: Any, act: Callable[[Any], None]) -> str:
    """What libpq sent and received."""
    with tempfile.NamedTemporaryFile() as trace:
        raw.pgconn.trace(trace.fileno())
        try:
            act(raw)
        finally:
            raw.pgconn.untrace()
        return Path(trace.name).read_text()


def test_connection_used_a_moment_ago_is_given_without_a_round_trip(idle: Any) -> None:
    assert messages_of(idle, check) == ""


def test_connection_that_lay_idle_is_asked(idle: Any) -> None:
    idle.idle_since -= TRUSTED_SECONDS + 1
    assert "Query" in messages_of(idle, check)


def test_every_connection_is_asked_while_the_database_seems_away(idle: Any) -> None:
    contact.failed(psycopg.OperationalError("refused"))
    assert "Query" in messages_of(idle, check)
    assert not contact.is_lost


def test_connection_that_the_server_ended_is_found_broken_however_fresh(idle: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 10000)", [idle.info.backend_pid])
    with pytest.raises(psycopg.OperationalError):
        check(idle)


def test_giving_back_notes_when() -> None:
    aside = connection.copy()
    aside.ensure_connection()
    raw, before = aside.connection, time.monotonic()
    aside.close()
    assert before <= raw.idle_since <= time.monotonic()
