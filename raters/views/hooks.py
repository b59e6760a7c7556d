"""Where crowd platforms tell us how their submissions stand. The signature is the only sign-in."""

from datetime import UTC, datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts import storable
from raters.services import events

LONGEST_ID = 100


@csrf_exempt
@require_POST
def prolific(request: HttpRequest) -> HttpResponse:
    """Answers 200 to what was taken, now or before, and to what is not for us; 403 to what Prolific did not sign."""
    if not settings.PROLIFIC_WEBHOOK_SECRET:
        raise Http404("No webhooks are taken here.")
    now = timezone.now()
    headers = request.headers
    try:
        events.check_signature(
            secret=settings.PROLIFIC_WEBHOOK_SECRET,
            body=request.body,
            timestamp=headers.get("X-Prolific-Request-Timestamp", ""),
            signature=headers.get("X-Prolific-Request-Signature", ""),
            now=now,
        )
    except events.ForgedEvent:
        return HttpResponse("The signature does not fit.", status=403, content_type="text/plain")
    told = _status(request.body)
    event_id = headers.get("X-Event-ID", "")
    if told is None or not 0 < len(event_id) <= LONGEST_ID:
        return HttpResponse("Nothing for us.", content_type="text/plain")
    session_id, status = told
    events.take_status(
        event_id=event_id,
        session_id=session_id,
        status=status,
        sent_at=_moment(headers.get("X-Timestamp", ""), now),
        now=now,
    )
    return HttpResponse("Taken.", content_type="text/plain")


def _status(body: bytes) -> tuple[str, str] | None:
    """The submission's id and its status, of an event about one."""
    try:
        event = storable.decode(body)
    except storable.NotStorable:
        return None
    if not isinstance(event, dict) or event.get("event_type") != events.STATUS_CHANGED:
        return None
    session_id, status = event.get("resource_id"), event.get("status")
    if not isinstance(session_id, str) or not isinstance(status, str):
        return None
    return storable.kept(session_id)[:200], storable.kept(status).upper().replace("TIMED OUT", "TIMED-OUT")[:40]


def _moment(text: str, now: datetime) -> datetime:
    """When the event happened: Unix seconds or ISO 8601; now where the platform does not say."""
    try:
        return datetime.fromtimestamp(float(text), UTC)
    except (ValueError, OverflowError, OSError):
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return now
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
