"""What each page and card of members costs in a study of 200,000 tasks and a million judgments (benchmarks/large_study.py).

    python -m yardstick.embedded exec --ephemeral -- python -m benchmarks.admin_pages [--only stages: --times 3]

Every address that the authorisation matrix lets the owner read, and what the pages load when they are there, over HTTP:
median wall milliseconds, CPU of this process and of PostgreSQL, statements and bytes; the slowest first. Each is asked once
before it is measured. Exits with 1 if one takes longer than 300 ms of CPU.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection  # noqa: TID251 - to the server of this process
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django
import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yardstick.settings")
django.setup()

from django.core.management import call_command  # noqa: E402 - Django must be set up first
from django.db import connection  # noqa: E402
from django.db.backends.signals import connection_created  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from accounts.models import User  # noqa: E402
from benchmarks.large_study import EVERYWHERE, large_study  # noqa: E402
from benchmarks.local_server import server  # noqa: E402
from conversations.models import Study  # noqa: E402
from judgments.models import Task, Unit  # noqa: E402
from tests.yardstick.authorisation_matrix import MATRIX  # noqa: E402
from tests.yardstick.authorisation_world import routes  # noqa: E402

MILLISECONDS = 300
ROOMS = ("conversations:", "raters:", "stages:", "generation:", "reports:", "api:")
OWNER = 5  # in the matrix, of a row
# Not for waiting on: files and documents that are made when they are asked for, and acts that look like a page.
NO_PAGES = {
    "stages:raters-csv",
    "stages:pay-csv",
    "reports:download",
    "api:export-download",
    "generation:endpoint-test",
}


@dataclass(frozen=True, slots=True)
class Cost:
    address: str
    status: int
    wall: float  # ms, as are the next two
    server: float
    database: float
    statements: int
    size: int  # bytes

    @property
    def cpu(self) -> float:
        return self.server + self.database


class StatementCount:
    """Counts what every connection of this process sends."""

    count = 0

    def watch(self, sender: object, connection: Any, **_more: object) -> None:
        connection.execute_wrappers.append(self._counted)

    def _counted(self, execute: Any, *arguments: Any) -> Any:
        self.count += 1
        return execute(*arguments)


def addresses(study: Study) -> Iterator[str]:
    parameters = dict(routes())
    for name, rows in MATRIX.items():
        if name.startswith(ROOMS) and name not in NO_PAGES and rows.get("GET", (0,) * 6)[OWNER] == 200:
            for known in _arguments(study, name):
                if parameters[name] <= known.keys():  # of gold questions, passkeys, crowd platforms there are none here
                    yield reverse(name, kwargs={key: known[key] for key in parameters[name]})
    yield reverse("stages:raters", args=[study.slug]) + "?stage=3&sort=-peers"
    yield reverse("conversations:batch-problems", args=[study.slug, 1]) + "?page=2"


def _arguments(study: Study, name: str) -> Iterator[dict[str, Any]]:
    gold = Task.objects.filter(stage__study=study, kind="regular", stage__number=3).order_by("pk")[100].pk
    known = {
        "slug": study.slug,
        "stage_number": 3,
        "language": "de",
        "kind": "responses",
        "step": "select-all",
        "pk": 1,
        "key": "effect",
        "unit_id": Unit.objects.filter(task__stage__study=study, task__stage__number=3).order_by("pk")[100].pk,
        "task_id": gold,
        **dict.fromkeys(("batch_id", "link_id", "export_id", "run_id", "endpoint_id", "comparison_id"), 1),
        "comparison_id": 500,
    }
    if name in {"stages:rater", "stages:exclude-judgments", "stages:include-judgments"}:
        numbers = [1, EVERYWHERE]
    elif name.startswith(("stages:", "api:stage")) or "guidelines" in name:
        numbers = [1, 2, 3]
    else:
        numbers = [1]
    uses_number = "number" in dict(routes())[name]
    for number in numbers if uses_number else [1]:
        yield known | {"number": number}


class Browser:
    """The owner's, with one connection that is kept."""

    def __init__(self, origin: str, owner: User) -> None:
        signed_in = Client()
        signed_in.force_login(owner)
        self._cookies = "; ".join(f"{name}={cookie.value}" for name, cookie in signed_in.cookies.items())
        self._host = urlsplit(origin).netloc

    def get(self, address: str) -> tuple[int, int]:
        asked = HTTPConnection(self._host, timeout=600)
        asked.request("GET", address, headers={"Cookie": self._cookies})
        answer = asked.getresponse()
        size = len(answer.read())
        asked.close()
        return answer.status, size


def cost(browser: Browser, address: str, postmaster: psutil.Process, counted: StatementCount, times: int) -> Cost:
    status, size = browser.get(address)
    walls, servers, databases = [], [], []
    for _ in range(times):
        counted.count = 0
        before = time.perf_counter(), time.process_time(), _cpu(postmaster)
        browser.get(address)
        walls.append(1000 * (time.perf_counter() - before[0]))
        servers.append(1000 * (time.process_time() - before[1]))
        databases.append(1000 * (_cpu(postmaster) - before[2]))
    wall, own, database = (statistics.median(each) for each in (walls, servers, databases))
    return Cost(address, status, wall, own, database, counted.count, size)


def _postmaster() -> psutil.Process:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    parent = psutil.Process(backend).parent()
    assert parent is not None  # noqa: S101
    return parent


def _cpu(postmaster: psutil.Process) -> float:
    """Seconds of all that PostgreSQL does; workers that ended are with the postmaster."""
    spent = postmaster.cpu_times()
    total: float = spent.user + spent.system + spent.children_user + spent.children_system
    for child in postmaster.children():
        with_ended = child.cpu_times()
        total += with_ended.user + with_ended.system
    return total


def main() -> int:
    asked = argparse.ArgumentParser()
    asked.add_argument("--only", default="", help="addresses with this in them")
    asked.add_argument("--times", type=int, default=3)
    options = asked.parse_args()
    call_command("migrate", verbosity=0)
    owner, made = User.objects.get_or_create(username="owner", defaults={"is_staff": True, "is_superuser": True})
    started = time.perf_counter()
    study = large_study(owner) if made else Study.objects.get(slug="large")
    print(f"built in {time.perf_counter() - started:.0f} s")
    counted, postmaster = StatementCount(), _postmaster()
    connection_created.connect(counted.watch)
    with server() as origin:
        browser = Browser(origin, owner)
        asked_for = [address for address in addresses(study) if options.only in address]
        costs = [cost(browser, address, postmaster, counted, options.times) for address in asked_for]
    costs.sort(key=lambda one: -one.cpu)
    print("wall  server  database  statements  bytes  address")
    for one in costs:
        figures = f"{one.wall:6.0f} {one.server:6.0f} {one.database:6.0f} {one.statements:5} {one.size:8}"
        print(f"{figures}  {one.address}{'' if one.status == 200 else f' ({one.status})'}")
    return int(any(one.cpu > MILLISECONDS for one in costs))


if __name__ == "__main__":
    sys.exit(main())
