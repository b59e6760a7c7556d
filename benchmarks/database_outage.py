"""How the web server bears an outage of the database, and how soon it is back.

  PYTHONPATH=. .venv/bin/python benchmarks/database_outage.py [SECONDS ...]     (default: 90 130)

Starts a PostgreSQL and the product's web server with its two processes, in a folder of its own. Four clients ask for a
page again and again, as raters do, while PostgreSQL is stopped for so long and started again.
"""

import dataclasses
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from http.client import HTTPConnection, HTTPException  # noqa: TID251 - only our own server is asked

from yardstick.embedded import execute, paths, postgres, processes
from yardstick.embedded.children import launch, stop, wait_until

ASKS_THE_DATABASE = "/r/no-such-link/"  # 404 when it has answered
CLIENTS = 4


@dataclasses.dataclass(frozen=True)
class Answer:
    at: float
    seconds: float
    status: int
    retry_after: str | None


class Clients:
    def __init__(self, port: int) -> None:
        self.port = port
        self.answers: list[Answer] = []
        for _ in range(CLIENTS):
            threading.Thread(target=self._ask_for_ever, daemon=True).start()

    def _ask_for_ever(self) -> None:
        while True:
            self.answers.append(ask(self.port))
            time.sleep(0.5)


def ask(port: int, path: str = ASKS_THE_DATABASE) -> Answer:
    started = time.monotonic()
    client = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        client.request("GET", path, headers={"Accept": "text/html"})
        response = client.getresponse()
        response.read()
        status, retry_after = response.status, response.headers["Retry-After"]
    except (OSError, HTTPException):
        status, retry_after = 0, None
    finally:
        client.close()
    return Answer(time.monotonic(), time.monotonic() - started, status, retry_after)


class Database:
    """A PostgreSQL that nobody else uses."""

    def start(self) -> None:
        self.child = launch(postgres.prepare(durable=True), marker=paths.state_folder())
        postgres.wait(self.child)

    def stop(self) -> None:
        stop([self.child])


def measure(seconds: float, clients: Clients, database: Database) -> str:
    database.stop()
    down = time.monotonic()
    time.sleep(seconds)
    live, ready = (ask(clients.port, f"/health/{name}").status for name in ("live", "ready"))
    database.start()
    back = time.monotonic()
    while not (after := [answer.at for answer in clients.answers if answer.at > back and answer.status == 404]):
        time.sleep(0.05)
    during = [answer for answer in clients.answers if down < answer.at < back]
    waits = sorted(answer.seconds for answer in during)
    return (
        f"outage {seconds:.0f} s: first answer {after[0] - back:.1f} s after the database was back; meanwhile "
        f"{len(during)} requests, {dict(Counter((answer.status, answer.retry_after) for answer in during))} (status, "
        f"Retry-After), median {1000 * waits[len(waits) // 2]:.0f} ms, longest {waits[-1]:.1f} s; live {live}, "
        f"ready {ready}"
    )


def main() -> None:
    durations = [float(argument) for argument in sys.argv[1:]] or [90.0, 130.0]
    with execute.throwaway_state():
        os.environ["DATABASE_URL"] = paths.database_url()
        os.environ["YARDSTICK_SECRET_KEY"] = secrets.token_urlsafe(64)
        paths.make_folders()
        database = Database()
        database.start()
        postgres.ensure_database()
        subprocess.run([sys.executable, "manage.py", "migrate", "--no-input", "--verbosity=0"], check=True)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port: int = listener.getsockname()[1]
        web = launch(processes.web("127.0.0.1", port), marker=paths.state_folder())
        wait_until(lambda: ask(port).status == 404, web)
        clients = Clients(port)
        for seconds in durations:
            time.sleep(3)
            print(measure(seconds, clients, database), flush=True)
        stop([web, database.child])
        paths.remove_sockets()


if __name__ == "__main__":
    main()
