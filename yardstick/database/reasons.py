"""Which errors say that the database can't be had just now, rather than that somebody made a mistake."""

from collections.abc import Iterator
from enum import StrEnum

import psycopg
from psycopg import errors
from psycopg_pool import PoolTimeout, TooManyRequests

from yardstick.database.contact import contact

_LEAVING = (errors.AdminShutdown, errors.CrashShutdown, errors.CannotConnectNow, errors.IdleSessionTimeout)


class OutageReason(StrEnum):
    AWAY = "away"
    BUSY = "busy"  # it is there, and every connection to it is taken


class Away(psycopg.OperationalError):
    """Nobody answers at the database's address."""


def reason_of(error: BaseException | None) -> OutageReason | None:
    """Why a request failed, if it is the database's absence; None for every other error."""
    for cause in _chain(error):
        if isinstance(cause, PoolTimeout | TooManyRequests):
            return OutageReason.AWAY if contact.is_lost else OutageReason.BUSY
        if isinstance(cause, psycopg.OperationalError) and (found := _reason_of_state(cause)):
            return found
    return None


def _reason_of_state(error: psycopg.OperationalError) -> OutageReason | None:
    if isinstance(error, errors.TooManyConnections):
        return OutageReason.BUSY
    # Without a state the server said nothing: the connection broke. Class 08 is trouble with connections.
    if error.sqlstate is None or error.sqlstate.startswith("08") or isinstance(error, _LEAVING):
        return OutageReason.AWAY
    return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what it came from: Django wraps the driver's, and cleaning up may raise another."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
