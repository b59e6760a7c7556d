"""The one place that calls Prolific's API. Every failure leaves it as one of three exceptions.

Their texts repeat nothing that Prolific answers: it may name people. No retries here.
"""

import logging
import math
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx2
from django.conf import settings

from accounts import storable
from accounts.outgoing import CheckedTransport, open_client
from raters.incoming import PROLIFIC_HOST

# Its line for each request has the address, and an address has the id of a submission.
logging.getLogger("httpx2").setLevel(logging.WARNING)

# Ids come from the addresses of those who arrive, and go into a table of payments and into paths: nothing else may.
ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
MOST_AT_ONCE = 200
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
_REFUSALS = {
    400: "Prolific refused it as not possible (HTTP 400): look at the submission's state there.",
    401: "Prolific doesn't know the token (HTTP 401). Enter a new one.",
    402: "Prolific refused it (HTTP 402): look at the balance of the workspace there.",
    403: "Prolific doesn't let this token do that (HTTP 403).",
    404: "Prolific doesn't know this submission or study (HTTP 404).",
}


class Refused(Exception):
    """It was certainly not done: the call was refused, or never reached Prolific."""

    def __init__(self, words: str, *, status: int = 0) -> None:
        super().__init__(words)
        self.status = status


class AskedToWait(Exception):
    """Too many calls: it was not done. ``seconds`` is None where Prolific doesn't say for how long."""

    def __init__(self, seconds: float | None) -> None:
        super().__init__("Prolific asked to wait.")
        self.seconds = seconds


class NoAnswer(Exception):
    """The call was sent, and nobody knows what became of it."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A bonus payment that was set up and not paid. ``amount`` is what all people get together, without fees."""

    bonus_id: str
    amount: Decimal | None


def is_id(text: str | None) -> bool:
    return bool(text and ID.fullmatch(text))


def approve(*, token: str, submissions: Sequence[str]) -> None:
    _call(token, "/api/v1/submissions/bulk-approve/", {"submission_ids": _ids(submissions)})


def screen_out(*, token: str, submission: str, code: str) -> None:
    """By the study's code for that, which must name the researcher as the one who may use it. Twice does it once."""
    (submission_id,) = _ids([submission])
    _call(token, f"/api/v1/submissions/{submission_id}/transition/", {"action": "COMPLETE", "completion_code": code})


def prepare_bonus(*, token: str, platform_study_id: str, amounts: Sequence[tuple[str, Decimal]]) -> Prepared:
    """Pays nothing yet. ``amounts`` by submission, in the currency of Prolific's study."""
    submissions = _ids([submission for submission, _amount in amounts])
    rows = [f"{submission},{amount:.2f}" for submission, (_, amount) in zip(submissions, amounts, strict=True)]
    body = {"study_id": _ids([platform_study_id])[0], "csv_bonuses": "\n".join(rows)}
    answer = _json(_call(token, "/api/v1/submissions/bonus-payments/", body, reads=True))
    bonus_id = answer.get("id")
    if not isinstance(bonus_id, str) or not is_id(bonus_id):
        raise NoAnswer("Prolific's answer can't be understood.")
    return Prepared(bonus_id, _hundredths(answer.get("amount")))


def pay_bonus(*, token: str, bonus_id: str) -> None:
    """Never call this twice for one id: people would be paid twice."""
    (known,) = _ids([bonus_id])
    _call(token, f"/api/v1/bulk-bonus-payments/{known}/pay/", None)


def _ids(texts: Sequence[str]) -> list[str]:
    if not all(is_id(text) for text in texts):
        raise Refused("The id is none of Prolific's.")
    return list(texts)


def _call(token: str, path: str, body: Mapping[str, Any] | None, *, reads: bool = False) -> bytes:
    """What is answered, for who ``reads``: to the others the status says it all, even where the answer breaks off."""
    deadline = time.monotonic() + LONGEST_CALL_SECONDS - _CONNECT_SECONDS
    headers = {"Authorization": f"Token {token}"}
    timeout = httpx2.Timeout(_ANSWER_SECONDS, connect=_CONNECT_SECONDS)
    is_operators = urlsplit(settings.PROLIFIC_API_URL).hostname != PROLIFIC_HOST
    transport = CheckedTransport(may_lie_inside=is_operators)
    try:
        with (
            open_client(transport, base_url=settings.PROLIFIC_API_URL, timeout=timeout) as client,
            client.stream("POST", path, json=body, headers=headers) as response,
        ):
            _check_status(response)
            return _read(response, deadline) if reads else b""
    except _NEVER_SENT as error:
        raise Refused(f"Prolific can't be reached ({type(error).__name__}).") from None
    except (httpx2.HTTPError, httpx2.StreamError) as error:
        raise NoAnswer(f"Prolific didn't answer ({type(error).__name__}).") from None


def _check_status(response: httpx2.Response) -> None:
    status = response.status_code
    if response.is_success:
        return
    if status == httpx2.codes.TOO_MANY_REQUESTS:
        raise AskedToWait(_retry_after(response.headers.get("Retry-After", "")))
    if response.is_server_error or status == httpx2.codes.REQUEST_TIMEOUT:
        raise NoAnswer(f"Prolific failed (HTTP {status}).")
    raise Refused(_REFUSALS.get(status, f"Prolific refused it (HTTP {status})."), status=status)


def _read(response: httpx2.Response, deadline: float) -> bytes:
    received = b""
    for part in response.iter_raw():
        received += part
        if time.monotonic() > deadline or len(received) > _MOST_BYTES:
            raise NoAnswer("Prolific's answer didn't end.")
    return received


def _json(body: bytes) -> Mapping[str, Any]:
    try:
        answer = storable.decode(body)
    except storable.NotStorable:
        answer = None
    if not isinstance(answer, dict):
        raise NoAnswer("Prolific's answer can't be understood.")
    return answer


def _hundredths(cents: object) -> Decimal | None:
    try:
        return None if cents is None else Decimal(str(cents)) / 100
    except InvalidOperation:
        raise NoAnswer("Prolific's answer can't be understood.") from None


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
