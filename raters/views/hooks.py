"""Where crowd platforms tell us how their submissions stand. The signature is the only sign-in."""

from dataclasses import replace

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts import storable
from raters.platforms.base import ForgedEvent, StatusEvent
from raters.platforms.registry import platform_of
from raters.services import events

LONGEST_ID = 100
LONGEST_SESSION = 200
LONGEST_STATUS = 40


@csrf_exempt
@require_POST
def take(request: HttpRequest, platform: str) -> HttpResponse:
    """Answers 200 to what was taken, now or before, and to what is not for us; 403 to what was not signed."""
    hook = platform_of(platform).hook
    secret = hook.secret() if hook else ""
    if hook is None or not secret:
        raise Http404("No webhooks are taken here.")
    now = timezone.now()
    try:
        event = hook.read(secret=secret, body=request.body, headers=request.headers, now=now)
    except ForgedEvent:
        return HttpResponse("The signature does not fit.", status=403, content_type="text/plain")
    if event is None or not 0 < len(event.event_id) <= LONGEST_ID:
        return HttpResponse("Nothing for us.", content_type="text/plain")
    gives_back = event.status in hook.given_back
    events.take_status(platform=platform, event=_kept(event), gives_back=gives_back, now=now)
    return HttpResponse("Taken.", content_type="text/plain")


def _kept(event: StatusEvent) -> StatusEvent:
    """As much of the platform's words as the tables hold."""
    return replace(
        event,
        session_id=storable.kept(event.session_id)[:LONGEST_SESSION],
        status=storable.kept(event.status)[:LONGEST_STATUS],
    )
