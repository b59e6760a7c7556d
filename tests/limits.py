"""The product's own limits, at work in a test."""

from collections.abc import Iterator

import redis
from django.conf import settings

from yardstick import settings as product

PREFIX = "yardstick:limit:*"


def in_force() -> Iterator[None]:
    """As an installation without settings has them, with nothing counted before or left behind."""
    settings.LIMITS, settings.MOST_BEGINNERS = dict(product.LIMITS), product.MOST_BEGINNERS
    forget()
    yield
    forget()


def forget() -> None:
    valkey = redis.Redis.from_url(product.VALKEY_URL)
    for key in list(valkey.scan_iter(PREFIX)):
        valkey.delete(key)
    valkey.close()
