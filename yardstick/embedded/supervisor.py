"""Keeping services alive: what ends unexpectedly is reported and started again, but not for ever."""

import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from yardstick.embedded.children import Child, Command, Telling, kill_group, launch, stop
from yardstick.embedded.errors import EmbeddedError

_PAUSE = 0.25
_LONGEST_DELAY = 30.0
_RESTARTS = 6
_WINDOW = 300.0


class Service:
    """One child and how to start it again, once nothing holds that up (in words; empty: nothing does)."""

    def __init__(self, name: str, start: Callable[[], Child], held_up: Callable[[], str] = str) -> None:
        self.name = name
        self._start = start
        self._held_up = held_up
        self._telling = Telling()
        self._deaths: deque[float] = deque(maxlen=_RESTARTS)
        self._restart_at: float | None = None
        self.child = start()

    def check(self, now: float) -> None:
        if self._restart_at is not None:
            if now >= self._restart_at:
                self._restart()
        elif not self.child.is_alive():
            self._bury(now)

    def _restart(self) -> None:
        if reason := self._held_up():
            self._telling.tell(lambda: reason)
            return
        self._restart_at = None
        self.child = self._start()
        _report(f"{self.name} was started again.")

    def _bury(self, now: float) -> None:
        kill_group(self.child)
        _report(self.child.end_of_log())
        self._telling = Telling()
        self._deaths.append(now)
        recent = sum(now - death < _WINDOW for death in self._deaths)
        if recent >= _RESTARTS:
            raise EmbeddedError(f"{self.name} ended {recent} times within {_WINDOW:.0f} s; giving up.")
        delay = min(_LONGEST_DELAY, 0.5 * 2 ** (recent - 1))
        self._restart_at = now + delay
        _report(f"Starting {self.name} again in {delay:.1f} s.")


@dataclass
class Supervisor:
    marker: Path
    services: list[Service] = field(default_factory=list)

    def start(self, command: Command) -> Service:
        return self.adopt(Service(command.name, lambda: launch(command, marker=self.marker)))

    def adopt(self, service: Service) -> Service:
        self.services.append(service)
        return service

    def watch(self) -> None:
        """Runs until a signal handler raises, or a service cannot be kept alive."""
        while True:
            for service in self.services:
                service.check(time.monotonic())
            time.sleep(_PAUSE)

    def stop(self) -> None:
        """First what uses the services, then the services."""
        children = {service.name: service.child for service in self.services}
        backing = [children.pop(name) for name in ("valkey", "postgres") if name in children]
        stop(list(children.values()))
        stop(backing)


def _report(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {line}", file=sys.stderr, flush=True)
