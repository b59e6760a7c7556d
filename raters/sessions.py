"""Which rater a browser is, study by study. Kept in the session: raters need no account."""

from django.http import HttpRequest

from conversations.models import Study
from raters.incoming import Incoming
from raters.models import Enrolment, EntryLink
from raters.queries import enrolment_of

SESSION_KEY = "raters"
INCOMING_KEY = "incoming"


def remember(request: HttpRequest, enrolment: Enrolment) -> None:
    raters = request.session.get(SESSION_KEY, {})
    raters[str(enrolment.study_id)] = enrolment.rater_id
    request.session[SESSION_KEY] = raters


def rater_ids(request: HttpRequest) -> dict[str, int]:
    """Who this browser is, by study."""
    known: dict[str, int] = request.session.get(SESSION_KEY, {})
    return known


def current_enrolment(request: HttpRequest, study: Study) -> Enrolment | None:
    """The enrolment of the rater at this browser, or None for a stranger."""
    rater_id = rater_ids(request).get(str(study.pk))
    return enrolment_of(study=study, rater_id=rater_id) if rater_id is not None else None


def keep_incoming(request: HttpRequest, link: EntryLink, incoming: Incoming) -> None:
    """Who comes is kept on the server, so that it can leave the address bar."""
    known = request.session.get(INCOMING_KEY, {})
    known[str(link.pk)] = [incoming.person, incoming.session, incoming.signed]
    request.session[INCOMING_KEY] = known


def incoming_by(request: HttpRequest, link: EntryLink) -> Incoming | None:
    kept = request.session.get(INCOMING_KEY, {}).get(str(link.pk))
    return Incoming(*kept) if kept else None
