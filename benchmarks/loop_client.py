"""A rater's browser for benchmarks/rater_loop.py: one kept-alive connection, cookies, and what a page says of itself.

Nothing but asyncio, so that the client takes as little of the machine as it can. Pages are read by their attributes, whether
they come as HTML or inside JSON.
"""

import asyncio
import json
import re
import uuid
import zlib
from dataclasses import dataclass, field
from urllib.parse import urlencode

_ASSIGNMENT = re.compile(rb'data-assignment=\\?"([0-9a-f-]{36})')
_SUBMIT = re.compile(rb'data-submit-url=\\?"([^"\\]+)')
_REVISION = re.compile(rb'data-draft-revision=\\?"(\d+)')
_UNITS = re.compile(rb'data-unit=\\?"(\d+)')
_OUTCOME = re.compile(rb'"outcome": ?"(\w*)"')
_LOCATION = re.compile(r"https?://[^/]+")
ACCEPTED = {b"submitted", b"surplus", b""}  # empty: the overall answer is stored, the page goes on


PATIENCE = 60  # seconds for an answer


class LoopFailed(Exception):
    """An answer that a rater would see as a failure."""


@dataclass(slots=True)
class RawAnswer:
    status: int
    head: bytes
    body: bytes
    sent: int  # bytes of the body as they came

    def header(self, name: bytes) -> list[bytes]:
        lines = (line.partition(b":") for line in self.head.split(b"\r\n")[1:])
        return [value.strip() for found, _colon, value in lines if found.lower() == name]


class Connection(asyncio.Protocol):
    """One request at a time."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.waiting: asyncio.Future[RawAnswer] | None = None
        self.received = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - of a socket it is one
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.received += data
        if (at := self.received.find(b"\r\n\r\n")) < 0 or self.waiting is None:
            return
        answer = RawAnswer(int(self.received[9:12]), bytes(self.received[:at]), b"", 0)
        length = int((answer.header(b"content-length") or [b"0"])[0])
        if len(self.received) < at + 4 + length:
            return
        body = bytes(self.received[at + 4 :])
        self.received.clear()
        answer.sent = length
        answer.body = zlib.decompress(body, 31) if answer.header(b"content-encoding") == [b"gzip"] else body
        self.waiting.set_result(answer)

    def connection_lost(self, exception: Exception | None) -> None:
        self.transport = None
        if self.waiting and not self.waiting.done():
            self.waiting.set_exception(ConnectionResetError("the server closed the connection"))

    async def ask(self, request: bytes) -> RawAnswer:
        if self.transport is None or self.transport.is_closing():
            raise ConnectionResetError
        self.waiting = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await asyncio.wait_for(self.waiting, PATIENCE)


@dataclass(frozen=True, slots=True)
class LoopSheet:
    """What a page asks. ``units``: 0 is the overall unit of a page with a person card."""

    assignment: str
    submit_url: str
    revision: int
    units: list[int]

    @classmethod
    def of(cls, page: bytes) -> "LoopSheet | None":
        """None where there is nothing to judge."""
        if (found := _ASSIGNMENT.search(page)) is None:
            return None
        submit, revision = _SUBMIT.search(page), _REVISION.search(page)
        if submit is None or revision is None:
            raise LoopFailed("The page of a task does not say where its answers go.")
        units = [int(unit) for unit in _UNITS.findall(page)]
        return cls(found[1].decode(), submit[1].decode(), int(revision[1]), units)


@dataclass(slots=True)
class LoopRater:
    name: str
    port: int
    token: str  # of the entry link
    rating: str = ""
    sheet: LoopSheet | None = None
    last: dict[str, bytes] = field(default_factory=dict)  # by method, the body that came last
    given: dict[tuple[str, int], int] = field(default_factory=dict)  # acknowledged labels by assignment and unit
    sent: int = 0  # bytes of the last answer's body as they came
    reconnects: int = 0
    _cookies: dict[str, str] = field(default_factory=dict)
    _connection: Connection | None = None

    async def arrive(self) -> None:
        """Agrees and is led to the rating page, which is not opened yet."""
        address = f"/r/{self.token}/"
        met = await self._ask("GET", address)
        if met.status != 200 or "csrftoken" not in self._cookies:
            raise LoopFailed(f"{address}: {met.status} {met.head!r} {met.body[:300]!r}")
        asked = urlencode({"csrfmiddlewaretoken": self._cookies["csrftoken"], "agree": "on"}).encode()
        answer = await self._ask("POST", address, asked, "application/x-www-form-urlencoded")
        self.rating = _LOCATION.sub("", (answer.header(b"location") or [b""])[0].decode())
        if answer.status != 302 or not self.rating.startswith("/rate/"):
            raise LoopFailed(f"{self.name} was not let in: {answer.status}")

    async def open(self) -> None:
        answer = await self._ask("GET", self.rating)
        if answer.status != 200:
            raise LoopFailed(f"{self.rating}: {answer.status}")
        self.last["GET"], self.sent, self.sheet = answer.body, answer.sent, LoopSheet.of(answer.body)

    async def judge(self) -> None:
        """One page with all its steps; at its end the next one is there, or ``sheet`` is None."""
        while self.sheet is not None:
            if await self._submit(self.sheet):
                return

    async def _submit(self, sheet: LoopSheet) -> bool:
        """Whether the page is done: with an overall answer only, its other units come next."""
        labels = {unit: label_of(sheet, unit) for unit in sheet.units}
        answer = await self._ask("POST", sheet.submit_url, body_of(sheet, labels), "application/json")
        outcome = _OUTCOME.search(answer.body)
        if answer.status != 200 or outcome is None or outcome[1] not in ACCEPTED:
            raise LoopFailed(f"{sheet.submit_url}: {answer.status} {answer.body[:200]!r}")
        self.given |= {(sheet.assignment, unit): label for unit, label in labels.items()}
        self.sent, self.sheet = answer.sent, LoopSheet.of(answer.body)
        if outcome[1]:
            self.last["POST"] = answer.body
        return bool(outcome[1])

    async def _ask(self, method: str, address: str, body: bytes = b"", kind: str = "") -> RawAnswer:
        """As a browser: what meets a connection that the server has just closed is sent again, once."""
        request = self._request(method, address, body, kind)
        try:
            answer = await (await self._connected()).ask(request)
        except ConnectionResetError:
            self.reconnects += self._connection is not None
            self._connection = None
            answer = await (await self._connected()).ask(request)
        for cookie in answer.header(b"set-cookie"):
            name, _equals, value = cookie.decode().split(";", 1)[0].partition("=")
            self._cookies[name] = value
        return answer

    def _request(self, method: str, address: str, body: bytes, kind: str) -> bytes:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        origin = f"http://127.0.0.1:{self.port}"
        head = f"{method} {address} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nAccept-Encoding: gzip\r\nCookie: {cookies}\r\n"
        if method == "POST":
            head += f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\nOrigin: {origin}\r\nReferer: {origin}/\r\n"
            head += f"X-CSRFToken: {self._cookies.get('csrftoken', '')}\r\nAccept: application/json\r\n"
        return head.encode() + b"\r\n" + body

    async def _connected(self) -> Connection:
        if self._connection is None or self._connection.transport is None:
            loop = asyncio.get_running_loop()
            _transport, self._connection = await loop.create_connection(Connection, "127.0.0.1", self.port)
        return self._connection

    def close(self) -> None:
        if self._connection and self._connection.transport:
            self._connection.transport.close()
        self._connection = None


def label_of(sheet: LoopSheet, unit: int) -> int:
    """From page and unit, so that what is exported can be told right from wrong. As it is chosen on the page."""
    drawn = int(sheet.assignment[:8], 16) + unit
    stage = sheet.submit_url.split("/")[3]
    return {"1": 1 + drawn % 3, "2": drawn % 2, "3": 1 + drawn % 5}[stage]


def body_of(sheet: LoopSheet, labels: dict[int, int]) -> bytes:
    """As static/js/rating sends it."""
    given = [{"unit": unit, "label": label, "failure_mode": "", "note": ""} for unit, label in labels.items()]
    body = {
        "answers": given,
        "missing_attributes": "",
        "comment": "",
        "active_ms": 9000,
        "signs": {"pastes": 0, "exits_with_copy": 0},
        "revision": sheet.revision,
        "client_id": str(uuid.uuid4()),
    }
    return json.dumps(body).encode()
