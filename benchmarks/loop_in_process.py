"""A rater of benchmarks/rater_loop.py without sockets: the same requests through the whole of Django, in this process.

Before each request the connection goes back to the pool, as in production: what it costs to take one is in. A test keeps its own.
"""

import gzip
import json
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.test import Client

from benchmarks.loop_client import LoopFailed, LoopSheet, body_of, label_of
from conversations.models import Stage
from raters.models import EntryLink

type Served = Any  # an HttpResponse; the stubs of the test client know it by a name of their own


@dataclass(slots=True)
class ProcessRater:
    stage: Stage
    keeps_connection: bool = False
    browser: Client = field(default_factory=lambda: Client(headers={"host": "127.0.0.1", "accept-encoding": "gzip"}))
    sheet: LoopSheet | None = None

    def arrive(self) -> None:
        link = EntryLink.objects.create(stage=self.stage, label="in process")
        self.browser.get(address := f"/r/{link.token}/")
        self.browser.post(address, {"agree": "on"})

    def open(self) -> Served:
        return self._shown(self.get(f"/rate/{self.stage.study.slug}/{self.stage.number}/"))

    def submit(self) -> Served:
        sheet = self.page
        body = body_of(sheet, {unit: label_of(sheet, unit) for unit in sheet.units})
        return self._shown(self.post(sheet.submit_url, body))

    def draft(self, revision: int) -> Served:
        draft = {"answers": [], "missing_attributes": "", "comment": "not sure yet"}
        body = {"revision": self.page.revision + revision, "draft": draft, "active_ms": 900}
        return self.post(self.page.submit_url.replace("submit/", "draft/"), json.dumps(body).encode())

    def set_aside(self, client_id: str) -> Served:
        body = {"act": "cannot_judge", "comment": "", "client_id": client_id}
        return self._shown(self.post(self.page.submit_url.replace("submit/", "set-aside/"), json.dumps(body).encode()))

    def read(self, asked: str) -> Served:
        return self.get(self.page.submit_url.replace("submit/", f"material/?{asked}"))

    def get(self, address: str) -> Served:
        self._give_back()
        return _accepted(address, self.browser.get(address))

    def post(self, address: str, body: bytes) -> Served:
        self._give_back()
        return _accepted(address, self.browser.post(address, body, content_type="application/json"))

    def _give_back(self) -> None:
        if not self.keeps_connection:
            connection.close()

    @property
    def page(self) -> LoopSheet:
        if self.sheet is None:
            raise LoopFailed("There is no page to judge any more.")
        return self.sheet

    def _shown(self, answer: Served) -> Served:
        is_packed = answer.headers.get("Content-Encoding") == "gzip"
        self.sheet = LoopSheet.of(gzip.decompress(answer.content) if is_packed else answer.content)
        return answer


def _accepted(address: str, answer: Served) -> Served:
    if answer.status_code != 200:
        raise LoopFailed(f"{address}: {answer.status_code} {answer.content[:300]!r}")
    return answer
