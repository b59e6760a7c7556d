"""Calls of a crowd platform's API. Every failure leaves it as one of three exceptions.

Their texts repeat nothing that the platform answers: it may name people. No retries here.
"""

import logging
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2

from accounts import storable
from accounts.outgoing import CheckedTransport, open_client
from judgments.crowd.platforms.base import AskedToWait, CallRefused, NoAnswer

# Its line for each request has the address, and an address has the id of a submission.
logging.getLogger("httpx2").setLevel(logging.WARNING)

LONGEST_CALL_SECONDS = 60.0
_CONNECT_SECONDS = 10.0
_ANSWER_SECONDS = 30.0
_MOST_BYTES = 1024 * 1024
_LONGEST_WAIT_SECONDS = 3600.0
_NEVER_SENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.UnsupportedProtocol,
    httpx2.InvalidURL,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class PlatformService:
    """Where a platform's API is, and how it is asked."""

    called: str  # in words to people
    address: Callable[[], str]
    may_lie_inside: Callable[[str], bool]  # whether the operator set this address, which may be a host of their own
    headers: Callable[[str], Mapping[str, str]]  # with this token
    refusals: Mapping[int, str]  # what a status means there

    def post(self, token: str, path: str, body: Mapping[str, Any] | None) -> None:
        """The status says it all, even where the answer breaks off."""
        self._post(token, path, body, reads=False)

    def ask(self, token: str, path: str, body: Mapping[str, Any] | None) -> Mapping[str, Any]:
        try:
            answer = storable.decode(self._post(token, path, body, reads=True))
        except storable.NotStorable:
            answer = None
        if not isinstance(answer, dict):
            raise self.not_understood()
        return answer

    def not_understood(self) -> NoAnswer:
        return NoAnswer(f"{self.called}'s answer can't be understood.")

    def _post(self, token: str, path: str, body: Mapping[str, Any] | None, *, reads: bool) -> bytes:
        deadline = time.monotonic() + LONGEST_CALL_SECONDS - _CONNECT_SECONDS
        timeout = httpx2.Timeout(_ANSWER_SECONDS, connect=_CONNECT_SECONDS)
        address = self.address()
        transport = CheckedTransport(may_lie_inside=self.may_lie_inside(address))
        try:
            with (
                open_client(transport, base_url=address, timeout=timeout) as client,
                client.stream("POST", path, json=body, headers=dict(self.headers(token))) as response,
            ):
                self._check_status(response)
                return self._read(response, deadline) if reads else b""
        except _NEVER_SENT as error:
            raise CallRefused(f"{self.called} can't be reached ({type(error).__name__}).") from None
        except (httpx2.HTTPError, httpx2.StreamError) as error:
            raise NoAnswer(f"{self.called} didn't answer ({type(error).__name__}).") from None

    def _check_status(self, response: httpx2.Response) -> None:
        status = response.status_code
        if response.is_success:
            return
        if status == httpx2.codes.TOO_MANY_REQUESTS:
            raise AskedToWait(_retry_after(response.headers.get("Retry-After", "")))
        if response.is_server_error or status == httpx2.codes.REQUEST_TIMEOUT:
            raise NoAnswer(f"{self.called} failed (HTTP {status}).")
        raise CallRefused(self.refusals.get(status, f"{self.called} refused it (HTTP {status})."), status=status)

    def _read(self, response: httpx2.Response, deadline: float) -> bytes:
        received = b""
        for part in response.iter_raw():
            received += part
            if time.monotonic() > deadline or len(received) > _MOST_BYTES:
                raise NoAnswer(f"{self.called}'s answer didn't end.")
        return received


def _retry_after(text: str) -> float | None:
    """Seconds or a date, at most an hour."""
    try:
        seconds = float(text)
    except ValueError:
        try:
            at = parsedate_to_datetime(text)
        except ValueError:
            return None
        seconds = (at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return min(max(seconds, 1.0), _LONGEST_WAIT_SECONDS) if math.isfinite(seconds) else None
