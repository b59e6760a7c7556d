"""Which rater a browser is, study by study. Kept in the session: raters need no account."""

from typing import Any

from django.contrib.auth import SESSION_KEY as SIGNED_IN_KEY
from django.http import HttpRequest

from accounts.models import User
from conversations.models import Study
from raters.incoming import Incoming
from raters.models import Enrolment, EntryLink
from raters.queries import enrolment_of
from raters.services.accounts import note_account

SESSION_KEY = "raters"
INCOMING_KEY = "incoming"
NOTED_KEY = "judges_as"  # which account was noted for which enrolment


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


def note_who_judges(request: HttpRequest, enrolment: Enrolment) -> None:
    """Whoever is signed in here is this rater too. Asks the database once for each rater and account."""
    account_id = request.session.get(SIGNED_IN_KEY)  # all that is known without asking for the account
    if account_id is None or str(request.session.get(NOTED_KEY, {}).get(str(enrolment.pk))) == account_id:
        return
    user = request.user
    if not isinstance(user, User):
        return
    note_account(user=user, enrolments=[enrolment])
    request.session[NOTED_KEY] = request.session.get(NOTED_KEY, {}) | {str(enrolment.pk): user.pk}


def note_sign_in(*, request: HttpRequest, user: User, **_signal: Any) -> None:
    """Django's signal of a sign-in: who has judged here before was this person."""
    known = rater_ids(request)
    found = Enrolment.objects.filter(rater_id__in=known.values(), study_id__in=known)
    note_account(user=user, enrolments=found)
