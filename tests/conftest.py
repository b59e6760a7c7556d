"""What every test stands on: a real PostgreSQL and Valkey (script/test brings them) and, for pages, a real browser."""

import gc
import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.test import TransactionTestCase
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser, BrowserContext, expect

from tests import schema
from tests.patience import PAGE_PATIENCE, PATIENCE, wait_until
from tests.rows import instead_of_flush
from yardstick.database.patience import wait_for_connections

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


# Each takes a minute, most of which it waits: as the last one it would leave the other processor idle.
LONG = {"test_database_outage.py", "test_embedded_demo_run.py", "test_many_raters.py"}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests come first. Browser tests come last, and say plainly that they did not run where there is no Chromium.

    With Playwright's loop running Django opens a second connection for whatever test follows, and that one would
    hold the test database at the end.
    """
    items.sort(key=lambda item: item.path.name not in LONG)
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
    if os.environ.get("CHROMIUM"):
        return
    skip = pytest.mark.skip(reason="no Chromium: set CHROMIUM to the path of one")
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(skip)


def pytest_collection_finish() -> None:
    """What was imported stays: the collector need not look through it again and again, a twentieth of the tests' time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    settings.DATABASES["default"]["TEST"]["TEMPLATE"] = schema.template()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": os.environ.get("CHROMIUM"), "args": QUIET}


def pytest_configure() -> None:
    # pytest-django's transactional tests end by this method of Django's.
    TransactionTestCase._fixture_teardown = instead_of_flush  # type: ignore[attr-defined]
    # A password's hash is slow on purpose, a third of a second each; tests make accounts by the hundred.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]
    # Each test's client starts the middlewares anew; WhiteNoise would read all static files each time.
    settings.WHITENOISE_AUTOREFRESH = True
    # Nothing fails for being slow: not a connection, not a page, not an example.
    wait_for_connections(PATIENCE)
    expect.set_options(timeout=PAGE_PATIENCE * 1000)
    slow = [HealthCheck.too_slow]
    hypothesis_settings.register_profile("any speed", deadline=None, suppress_health_check=slow)
    hypothesis_settings.load_profile("any speed")


@pytest.fixture(scope="session")
def browser(browser: Browser) -> Browser:
    """Whose pages wait as long as everything else."""
    open_context = browser.new_context

    def patient(**options: Any) -> BrowserContext:
        context = open_context(**options)
        context.set_default_timeout(PAGE_PATIENCE * 1000)
        return context

    browser.new_context = patient  # type: ignore[method-assign]
    return browser


@pytest.fixture(autouse=True)
def _unlimited(settings: Any) -> None:
    """The tests' many raters and scripts all come from one address. The limits' own tests set them again."""
    settings.LIMITS = dict.fromkeys(settings.LIMITS)
    settings.MOST_BEGINNERS = 0


@pytest.fixture(autouse=True)
def _answered_to_the_end(request: pytest.FixtureRequest) -> Iterator[None]:
    """The database is emptied only once the server has done what the closed browser had asked for last."""
    if "live_server" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("transactional_db")
    asked: list[None] = []
    answered: list[None] = []

    def ask(**_signal: object) -> None:
        asked.append(None)

    def answer(**_signal: object) -> None:
        answered.append(None)

    request_started.connect(ask)
    request_finished.connect(answer)
    yield
    wait_until(lambda: len(answered) >= len(asked))
    request_started.disconnect(ask)
    request_finished.disconnect(answer)
