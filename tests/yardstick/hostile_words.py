"""Odd words, and who asks with them: nothing that is sent may end in an error of ours."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client

from tests.yardstick.authorisation_matrix import MATRIX
from tests.yardstick.authorisation_world import World

NUL = "a\0b"
DIGITS = "9" * 4400
LONG = "x" * (1 << 20)


class Asking:
    """Asks as whom the route lets in, undoes what came of it, and keeps what was answered with 5xx."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.failed: list[str] = []
        self.asked = 0
        self._clients: dict[str, Client] = {}

    def __call__(self, name: str, method: str, url: str, body: bytes = b"", content_type: str = "", **more: Any) -> Any:
        visitor = "rater" if name.startswith("judgments:") else "owner"
        if visitor not in self._clients:
            self._clients[visitor] = self.world.client(visitor)
        client = self._clients[visitor]
        session = _session(client)
        with transaction.atomic():
            sent = {"content_type": content_type or "application/json", **more}
            response = client.generic(method, url, body, **sent)
            if response.streaming:
                b"".join(response)
            transaction.set_rollback(True)
        if _session(client) != session:
            del self._clients[visitor]  # signed out, or in anew: the next asks as before
        self.asked += 1
        assert response.status_code != 429, "a limit would answer in place of what is asked"
        if response.status_code >= 500:
            why = repr(exc_info[1]) if (exc_info := getattr(response, "exc_info", None)) else ""
            said = re.sub(rb"csrfmiddlewaretoken=\w+&?", b"", body)
            self.failed.append(f"{method} {name}: {_shown(url)} {_shown(str(more or said))} {_shown(why)}")
        return response

    def must_all_be_answered(self, *, at_least: int) -> None:
        if self.failed:
            pytest.fail("\n".join(self.failed), pytrace=False)
        assert self.asked >= at_least


def _session(client: Client) -> str:
    return client.cookies[settings.SESSION_COOKIE_NAME].value if settings.SESSION_COOKIE_NAME in client.cookies else ""


def _shown(text: str) -> str:
    return text if len(text) < 120 else f"{text[:60]}...{text[-40:]}"


def addresses(ask: Asking, *methods: str) -> Iterator[tuple[str, str, str]]:
    for name in sorted(MATRIX):
        for method in MATRIX[name]:
            if (not methods or method in methods) and (name, method) != ("generation:endpoint-test", "POST"):
                yield name, method, ask.world.url(name)
