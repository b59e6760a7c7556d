"""The application's own processes, as the demo starts them; docker-compose.yml starts the same ones."""

import os
import sys
from collections.abc import Sequence

from yardstick.embedded import paths
from yardstick.embedded.children import Command

WEB_WORKERS = 2
WEB_THREADS = 4


def web(host: str, port: int) -> Command:
    arguments = ["-m", "yardstick.web", "--interface", "wsgi", "yardstick.wsgi:application", "--no-ws"]
    arguments += ["--host", host, "--port", str(port), "--workers", str(WEB_WORKERS)]
    arguments += ["--blocking-threads", str(WEB_THREADS), "--respawn-failed-workers", "--workers-kill-timeout", "3"]
    return _python("web", arguments)


def worker_llm() -> Command:
    """Threads that mostly wait for a model's answer."""
    concurrency = os.environ.get("YARDSTICK_LLM_CONCURRENCY", "16")
    return _celery("worker-llm", [*_worker("llm"), "-P", "threads", "-c", concurrency, "-n", "llm@%h"])


def worker_default() -> Command:
    """Parsing and exports, which keep a processor busy."""
    return _celery("worker-default", [*_worker("default"), "-P", "prefork", "-c", "1", "-n", "work@%h"])


def beat() -> Command:
    # A killed scheduler may leave a broken file; the schedule is in the settings, so it starts from a fresh one.
    schedule = paths.state_folder() / "beat"
    schedule.unlink(missing_ok=True)
    return _celery("beat", ["beat", "--schedule", str(schedule), "--pidfile="])


def _worker(queue: str) -> list[str]:
    # Workers have nothing to tell each other: without the introductions they are ready a second earlier.
    return ["worker", "-Q", queue, "--without-mingle", "--without-gossip"]


def _celery(name: str, arguments: Sequence[str]) -> Command:
    return _python(name, ["-m", "celery", "-A", "yardstick", *arguments, "--loglevel", "INFO"])


def _python(name: str, arguments: Sequence[str]) -> Command:
    return Command(name, [sys.executable, *arguments], paths.log_folder() / f"{name}.log")
