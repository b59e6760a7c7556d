"""A PostgreSQL that stops and starts below the product's own web server, and one whose connections are all taken."""

import dataclasses
import json
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from django.db.utils import OperationalError
from pytest_django import DjangoDbBlocker

from yardstick.database.reasons import OutageReason, reason_of
from yardstick.embedded import paths, postgres, processes
from yardstick.embedded.children import Child, launch, stop, wait_until

BROWSER = "text/html,application/xhtml+xml"
ASKS_THE_DATABASE = "/r/no-such-link/"  # 404 when it has answered
POOL = 2


@dataclasses.dataclass
class Answer:
    status: int
    headers: dict[str, str]
    text: str
    seconds: float


class Site:
    """The web server with its two processes, on a PostgreSQL that nobody else uses."""

    def __init__(self, state: Path) -> None:
        self.state = state
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port: int = listener.getsockname()[1]

    def start_database(self) -> None:
        self.database = launch(postgres.prepare(durable=False), marker=self.state)
        postgres.wait(self.database)

    def stop_database(self) -> None:
        stop([self.database])

    def start_web(self) -> None:
        command = processes.web("127.0.0.1", self.port)
        environment = {"DATABASE_URL": paths.database_url(), "YARDSTICK_DATABASE_POOL": str(POOL)}
        environment |= {"YARDSTICK_LIMIT_ARRIVALS": "off"}
        self.web: Child = launch(dataclasses.replace(command, environment=environment), marker=self.state)
        wait_until(self.is_up, self.web)

    def is_up(self) -> bool:
        try:
            return self.get("/health/live").status == 200
        except OSError:
            return False

    def get(self, path: str, accept: str = "*/*", **headers: str) -> Answer:
        started = time.monotonic()
        client = HTTPConnection("127.0.0.1", self.port, timeout=60)
        client.request("GET", path, headers={"Accept": accept, "Connection": "close", **headers})
        response = client.getresponse()
        text = response.read().decode()
        client.close()
        return Answer(
            response.status,
            {name.title(): value for name, value in response.getheaders()},
            text,
            time.monotonic() - started,
        )

    def many(self, count: int) -> list[Answer]:
        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(lambda _number: self.get(ASKS_THE_DATABASE), range(count)))

    def seconds_until_back(self) -> float:
        started = time.monotonic()
        while {answer.status for answer in self.many(8)} != {404}:  # each process has its own connections
            time.sleep(0.05)
        return time.monotonic() - started


@pytest.fixture(scope="module")
def site(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    with django_db_blocker.unblock():
        schema = dump(connection.settings_dict["NAME"])
    state = tmp_path_factory.mktemp("outage")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("YARDSTICK_STATE", str(state))
        made = Site(state)
        paths.make_folders()
        made.start_database()
        postgres.ensure_database()
        run("psql", "--quiet", "--set=ON_ERROR_STOP=1", f"--dbname={paths.database_url()}", words=schema)
        made.start_web()
        yield made
        stop([made.web, made.database])
        paths.remove_sockets()


def dump(name: str) -> str:
    return run("pg_dump", "--schema-only", "--no-owner", f"--dbname={paths.database_url(name)}")


def run(program: str, *arguments: str, words: str = "") -> str:
    folder = postgres._installed() / "bin"
    done = subprocess.run([str(folder / program), *arguments], input=words, capture_output=True, check=True, text=True)
    return done.stdout


@pytest.mark.django_db  # for its schema
def test_outage_is_said_at_once_and_is_over_soon_after_the_database_is_back(site: Site) -> None:
    assert site.get(ASKS_THE_DATABASE).status == 404
    ordinary = max(answer.seconds for answer in site.many(8))
    site.stop_database()
    site.many(8)  # both processes have noticed
    down_at = time.monotonic()

    page = site.get(ASKS_THE_DATABASE, BROWSER)
    assert (page.status, page.headers["Retry-After"], page.headers["Cache-Control"]) == (503, "5", "no-store")
    assert "Back in a moment" in page.text and '<meta http-equiv="refresh" content="5">' in page.text
    german = site.get(ASKS_THE_DATABASE, BROWSER, **{"Accept-Language": "de"})
    assert "Gleich wieder da" in german.text

    script = site.get(ASKS_THE_DATABASE, "application/json")
    assert (script.status, script.headers["Retry-After"]) == (503, "5")
    assert json.loads(script.text)["code"] == "unavailable"

    api = site.get("/api/v1/studies/", Authorization="Bearer ys_unknown")
    assert (api.status, api.headers["Retry-After"]) == (503, "5")
    assert json.loads(api.text)["error"]["code"] == "unavailable"

    assert site.get("/health/live").status == 200
    ready = site.get("/health/ready")
    assert (ready.status, ready.headers["Retry-After"]) == (503, "5")
    assert json.loads(ready.text) == {"status": "unavailable", "database": "away"}

    # Long enough for a pause that doubles to be longer than it may be.
    refused = []
    while time.monotonic() < down_at + 9:
        refused += [site.get(ASKS_THE_DATABASE), *site.many(4)]
        time.sleep(0.2)
    assert {answer.status for answer in refused} == {503}
    # Nobody waited for the pool (two seconds each), however slow the machine.
    assert sum(answer.seconds for answer in refused) / len(refused) < 1 + 2 * ordinary

    site.start_database()
    assert site.seconds_until_back() < 5 + 20 * ordinary
    assert {answer.status for answer in site.many(20)} == {404}
    assert json.loads(site.get("/health/ready").text) == {"status": "ready"}


@pytest.mark.django_db  # for its schema
def test_every_connection_taken_is_503_at_once_and_ends_with_what_took_them(site: Site) -> None:
    with psycopg.connect(paths.database_url()) as blocking:
        blocking.execute("LOCK TABLE raters_entrylink IN ACCESS EXCLUSIVE MODE")
        with ThreadPoolExecutor(20) as pool:
            asked = [pool.submit(site.get, ASKS_THE_DATABASE, BROWSER) for _ in range(20)]
            # Two processes hold their connections; everybody else is refused meanwhile.
            while sum(each.done() for each in asked) < 20 - 2 * POOL:
                time.sleep(0.05)
            refused = [each.result() for each in asked if each.done()]
            assert {(answer.status, answer.headers["Retry-After"]) for answer in refused} == {(503, "2")}
            ready = site.get("/health/ready")
            assert (ready.status, json.loads(ready.text)["database"]) == (503, "busy")
            assert site.get("/health/live").status == 200
            blocking.rollback()
            statuses = Counter(each.result().status for each in asked)
    assert statuses == {503: 20 - 2 * POOL, 404: 2 * POOL}


@pytest.mark.django_db  # for its schema
def test_connections_that_broke_while_idle_fail_no_request(site: Site) -> None:
    site.many(16)  # each process has opened what its pool may hold
    site.stop_database()
    site.start_database()
    assert Counter(site.get(ASKS_THE_DATABASE).status for _ in range(12)) == {404: 12}


@pytest.mark.django_db
def test_a_second_connection_beside_the_first_works() -> None:
    aside = connection.copy()
    try:
        with aside.cursor() as cursor:
            cursor.execute("SELECT 1")
            assert cursor.fetchone() == (1,)
    finally:
        aside.close()


def wrapped(error: psycopg.Error) -> OperationalError:
    outer = OperationalError(str(error))
    outer.__cause__ = error
    return outer


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (psycopg.errors.AdminShutdown("terminating connection"), OutageReason.AWAY),
        (psycopg.errors.ConnectionFailure("gone"), OutageReason.AWAY),
        (psycopg.OperationalError("server closed the connection unexpectedly"), OutageReason.AWAY),
        (psycopg.errors.TooManyConnections("sorry, too many clients already"), OutageReason.BUSY),
        (psycopg.errors.DeadlockDetected("deadlock detected"), None),
        (psycopg.errors.DiskFull("no space left"), None),
        (psycopg.errors.QueryCanceled("statement timeout"), None),
    ],
)
def test_only_what_passes_by_itself_is_called_unavailable(error: psycopg.Error, reason: OutageReason | None) -> None:
    assert reason_of(wrapped(error)) is reason


def test_an_error_that_came_of_an_outage_is_one() -> None:
    def clean_up() -> None:
        try:
            raise wrapped(psycopg.errors.AdminShutdown("terminating connection"))
        except OperationalError as error:
            raise LookupError("nothing to clean up") from error

    with pytest.raises(LookupError) as caught:
        clean_up()
    assert reason_of(caught.value) is OutageReason.AWAY
    assert reason_of(ValueError("a mistake")) is None
