"""Prolific's webhooks: signed, and about the status of a submission where they concern us."""

import base64
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from django.conf import settings

from accounts import storable
from raters.platforms.base import ForgedEvent, Hook, StatusEvent

# The signature's time: a request is signed anew at each try, so an old one was kept by somebody.
SIGNED_WITHIN = timedelta(minutes=30)
STATUS_CHANGED = "submission.status.change"


def read_event(*, secret: str, body: bytes, headers: Mapping[str, str], now: datetime) -> StatusEvent | None:
    """Raises ForgedEvent."""
    _check_signature(secret, body, headers, now)
    told = _status(body)
    if told is None:
        return None
    session_id, status = told
    return StatusEvent(
        event_id=headers.get("X-Event-ID", ""),
        kind=STATUS_CHANGED,
        session_id=session_id,
        status=status,
        sent_at=_moment(headers.get("X-Timestamp", ""), now),
    )


def _check_signature(secret: str, body: bytes, headers: Mapping[str, str], now: datetime) -> None:
    """HMAC-SHA256 in base64 of the timestamp (Unix seconds) followed by the body."""
    timestamp = headers.get("X-Prolific-Request-Timestamp", "")
    digest = hmac.digest(secret.encode(), timestamp.encode() + body, "sha256")
    if not hmac.compare_digest(base64.b64encode(digest), headers.get("X-Prolific-Request-Signature", "").encode()):
        raise ForgedEvent
    try:
        signed_at = datetime.fromtimestamp(float(timestamp), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise ForgedEvent from error
    if abs(now - signed_at) > SIGNED_WITHIN:
        raise ForgedEvent


def _status(body: bytes) -> tuple[str, str] | None:
    """The submission's id and its status, of an event about one."""
    try:
        event = storable.decode(body)
    except storable.NotStorable:
        return None
    if not isinstance(event, dict) or event.get("event_type") != STATUS_CHANGED:
        return None
    session_id, status = event.get("resource_id"), event.get("status")
    if not isinstance(session_id, str) or not isinstance(status, str):
        return None
    return session_id, storable.kept(status).upper().replace("TIMED OUT", "TIMED-OUT")


def _moment(text: str, now: datetime) -> datetime:
    """When the event happened: Unix seconds or ISO 8601; now where Prolific does not say."""
    try:
        return datetime.fromtimestamp(float(text), UTC)
    except (ValueError, OverflowError, OSError):
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return now
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _secret() -> str:
    secret: str = settings.PROLIFIC_WEBHOOK_SECRET
    return secret


HOOK = Hook(secret=_secret, read=read_event, given_back=frozenset({"RETURNED", "TIMED-OUT"}))
