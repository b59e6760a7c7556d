"""A name server that says what a test wants, as a hostile one would: another address at each question."""

import socket
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest


class Resolver:
    """``answers`` by name: a list of answers, each a list of addresses; the last one is given from then on."""

    def __init__(self, answers: dict[str, Sequence[Sequence[str]]]) -> None:
        self.answers = answers
        self.asked: Counter[str] = Counter()
        self._real = socket.getaddrinfo

    def __call__(self, host: Any, port: Any, *given: Any, **options: Any) -> list[Any]:
        name = host.decode() if isinstance(host, bytes) else host
        if name not in self.answers:
            return self._real(host, port, *given, **options)
        answers = self.answers[name]
        answer = answers[min(self.asked[name], len(answers) - 1)]
        self.asked[name] += 1
        return [entry for address in answer for entry in self._real(address, port, *given, **options)]


def resolve(monkeypatch: pytest.MonkeyPatch, **answers: Sequence[Sequence[str]]) -> Resolver:
    """Names are given with "_" for ".": ``models_example=[["1.1.1.1"], ["127.0.0.1"]]``."""
    resolver = Resolver({name.replace("_", "."): given for name, given in answers.items()})
    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    return resolver
