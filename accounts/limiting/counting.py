"""Counts in Valkey. While it is away each process counts for itself: that is said in the log, and nobody waits for it.

A limit of 20 a minute lets 20 through at once, and then one every three seconds: all that is kept is when the next
one would be due (the generic cell rate algorithm).
"""

import logging
import math
import threading
import time
from collections.abc import Callable
from functools import cache

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

_PREFIX = "yardstick:limit:"
_SECONDS_FOR_AN_ANSWER = 0.5
_SECONDS_UNTIL_NEXT_TRY = 5.0
_MOST_REMEMBERED = 100_000
# By Valkey's own clock, which all processes share. Answers how many seconds to wait; 0: it was counted.
_TAKE = """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local due = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now) + ARGV[1] / ARGV[2]
local wait = due - now - ARGV[1]
if wait > 0.0001 then return tostring(wait) end
redis.call('SET', KEYS[1], string.format('%.6f', due), 'EX', math.ceil(due - now))
return '0'
"""


class TooMany(Exception):
    """The limit is reached. ``seconds``: when the next one would be let through."""

    def __init__(self, seconds: float) -> None:
        super().__init__("Too many requests.")
        self.seconds = max(1, math.ceil(seconds))


def take(name: str, who: str) -> None:
    """Count one more of ``settings.LIMITS[name]``. Raises TooMany; then it was not counted."""
    limit = settings.LIMITS[name]
    if limit is None:
        return
    count, seconds = limit
    key = f"{_PREFIX}{name}:{who}"
    wait = ask_valkey(lambda valkey: float(_script(valkey)(keys=[key], args=[seconds, count])))
    if wait is None:
        wait = _memory.wait(key, count, seconds)
    if wait > 0:
        raise TooMany(wait)


def neighbours(*, place: str, who: str, member: int, seconds: int) -> list[int]:
    """Note that ``member`` was here from the address ``who``; all that were in the last ``seconds``. None known: []."""
    key, now = f"{_PREFIX}{place}:{who}", time.time()

    def note(valkey: "redis.Redis") -> list[int]:
        asked = valkey.pipeline()
        asked.zadd(key, {str(member): now})
        asked.zremrangebyscore(key, 0, now - seconds)
        asked.expire(key, seconds)
        asked.zrange(key, 0, -1)
        return [int(known) for known in asked.execute()[-1]]

    return ask_valkey(note) or []


def ask_valkey[Answer](question: Callable[["redis.Redis"], Answer]) -> Answer | None:
    """None while Valkey is away, at once but for the first to notice."""
    if time.monotonic() < _memory.away_until:
        return None
    try:
        return question(_valkey())
    except redis.RedisError as error:
        _memory.away_until = time.monotonic() + _SECONDS_UNTIL_NEXT_TRY
        logger.warning("Valkey is away (%s): each process counts requests for itself.", type(error).__name__)
        return None


@cache
def _valkey() -> "redis.Redis":
    client: redis.Redis = redis.Redis.from_url(
        settings.VALKEY_URL,
        socket_timeout=_SECONDS_FOR_AN_ANSWER,
        socket_connect_timeout=_SECONDS_FOR_AN_ANSWER,
        retry=Retry(NoBackoff(), 0),
    )
    return client


@cache
def _script(valkey: "redis.Redis") -> Callable[..., bytes]:
    script: Callable[..., bytes] = valkey.register_script(_TAKE)
    return script


class _Memory:
    """What one process counts while Valkey is away."""

    def __init__(self) -> None:
        self.away_until = 0.0
        self._due: dict[str, float] = {}
        self._lock = threading.Lock()

    def wait(self, key: str, count: int, seconds: int) -> float:
        now = time.monotonic()
        with self._lock:
            if len(self._due) >= _MOST_REMEMBERED:
                self._due = {known: due for known, due in self._due.items() if due > now}
            due = max(self._due.get(key, 0.0), now) + seconds / count
            if (wait := due - now - seconds) > 0.0001:
                return wait
            self._due[key] = due
            return 0.0


_memory = _Memory()
