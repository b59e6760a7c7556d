"""What every test stands on: a real PostgreSQL and Valkey (script/test brings them) and, for pages, a real browser."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache

# Playwright keeps an event loop in the test's thread, where Django would refuse to talk to the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last, and say plainly that they did not run where there is no Chromium.

    With Playwright's loop running Django opens a second connection for whatever test follows, and that one would
    hold the test database at the end.
    """
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
    if os.environ.get("CHROMIUM"):
        return
    skip = pytest.mark.skip(reason="no Chromium: set CHROMIUM to the path of one")
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(skip)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": os.environ.get("CHROMIUM"), "args": QUIET}


@pytest.fixture(autouse=True)
def _fresh_cache() -> Iterator[None]:
    """Throttles count in the cache; no test inherits another's counts."""
    yield
    cache.clear()
