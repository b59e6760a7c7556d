"""Raters arrive, read what it is about, agree where they are asked to, and start or resume."""

from dataclasses import replace
from decimal import Decimal
from math import ceil

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.limiting import TooMany, take_by_address, too_many
from accounts.models import User
from conversations.models import ConsentText, Stage
from conversations.queries.material import has_flagged, languages_of
from conversations.queries.wordings import consent_in, guidelines_in
from conversations.rendering import render_once
from raters import queries, sessions
from raters.forms import ArrivalForm
from raters.incoming import AnotherStudy, Incoming, ParameterMissing, read_parameters
from raters.models import Enrolment, EntryLink, Rater
from raters.own_work import own_work
from raters.page_times import times_of_pages
from raters.platforms.base import KeysUnavailable, TokenRefused
from raters.platforms.registry import platform_of
from raters.services import enrolling as services


@never_cache
@require_http_methods(["GET", "POST"])
def arrive(request: HttpRequest, token: str) -> HttpResponse:
    link = queries.entry_link_for(token)
    if not sessions.rater_ids(request) and (refused := _too_often("arrivals", request, link)):
        return refused
    if link is None or link.for_members:
        raise Http404("There is no such link.")
    is_crowd = platform_of(link.platform).is_crowd
    if is_crowd and request.method == "GET" and request.GET:
        return _take_parameters(request, link)
    incoming = sessions.incoming_by(request, link) if is_crowd else None
    if is_crowd and incoming is None:
        return _problem(request, link, "missing", 400)
    return arrive_by(request, link, incoming)


def arrive_by(request: HttpRequest, link: EntryLink, incoming: Incoming | None = None) -> HttpResponse:
    """The page before the start, and the start. ``incoming`` is who the link's platform says has arrived."""
    consent = services.consent_in_force(link.stage.study)
    enrolment = _recognised(request, link, incoming)
    form = _form(request, link, consent, enrolment)
    if request.method == "POST" and form.is_valid():
        return _enrol(request, link, enrolment=enrolment, incoming=incoming, consent=consent, form=form)
    status = 422 if form.errors else 200
    return render(request, "raters/arrive.html", _arrival_context(link, consent, form, enrolment), status=status)


def _form(
    request: HttpRequest, link: EntryLink, consent: ConsentText | None, enrolment: Enrolment | None
) -> ArrivalForm:
    known = {"languages": enrolment.languages, "avoids_flagged": enrolment.avoids_flagged} if enrolment else None
    return ArrivalForm(
        request.POST if request.method == "POST" else None,
        initial=known,
        asks_consent=consent is not None,
        languages=languages_of(link.stage.study),
        has_flagged=has_flagged(link.stage.study),
    )


def _take_parameters(request: HttpRequest, link: EntryLink) -> HttpResponse:
    """Read who comes, and lead to the address without it."""
    try:
        incoming = read_parameters(link, request.GET.dict())
    except ParameterMissing:
        return _problem(request, link, "missing", 400)
    except AnotherStudy:
        return _problem(request, link, "another_study", 400)
    if link.requires_token:
        try:
            platform_of(link.platform).check_token(link, request.GET.dict())
        except TokenRefused:
            return _problem(request, link, "unsigned", 403)
        except KeysUnavailable:  # never let in unchecked: the page asks again by itself
            page = render(request, "raters/wait.html", {"study": link.stage.study}, status=503)
            page["Refresh"] = page["Retry-After"] = "10"
            return page
    sessions.keep_incoming(request, link, replace(incoming, signed=link.requires_token))
    return redirect("arrival:arrive", token=link.token)


def _recognised(request: HttpRequest, link: EntryLink, incoming: Incoming | None) -> Enrolment | None:
    """Who the platform names; only without a platform, who is remembered at this browser."""
    if incoming is None:
        return sessions.current_enrolment(request, link.stage.study)
    return queries.enrolment_from_platform(link=link, person=incoming.person)


def _enrol(
    request: HttpRequest,
    link: EntryLink,
    *,
    enrolment: Enrolment | None,
    incoming: Incoming | None,
    consent: ConsentText | None,
    form: ArrivalForm,
) -> HttpResponse:
    user = request.user if isinstance(request.user, User) else None
    if enrolment is None and user is None and (refused := _too_often("enrolments", request, link)):
        return refused
    rater = None if incoming else _known_rater(enrolment, user)
    try:
        enrolment = services.enrol(
            link=link,
            rater=rater,
            consent=consent,
            now=timezone.now(),
            language=get_language() or "",
            user=user,
            incoming=incoming,
            declared=services.Declared(
                form.cleaned_data.get("languages", ()), form.cleaned_data.get("avoids_flagged", False)
            ),
        )
    except services.LinkClosed:
        return render(request, "raters/closed.html", {"study": link.stage.study}, status=410)
    except services.HasWithdrawn:
        return _problem(request, link, "withdrew", 410)
    except services.InAnotherPanel:
        return _problem(request, link, "other_panel", 403)
    except services.SessionOfAnother:
        return _problem(request, link, "session_of_another", 403)
    sessions.remember(request, enrolment)
    return redirect("judgments:rate", slug=link.stage.study.slug, number=link.stage.number)


def _too_often(name: str, request: HttpRequest, link: EntryLink | None) -> HttpResponse | None:
    """Counted for the address, in each link by itself: who was given a link of their own is not held up by others."""
    try:
        take_by_address(name, request, place=str(link.pk) if link else "")
    except TooMany as error:
        return too_many(request, error)
    return None


def _problem(request: HttpRequest, link: EntryLink, problem: str, status: int) -> HttpResponse:
    return render(request, "raters/problem.html", {"study": link.stage.study, "problem": problem}, status=status)


def _known_rater(enrolment: Enrolment | None, user: User | None) -> Rater | None:
    """One person is one rater: who is at this browser already, else who is signed in."""
    if enrolment is not None:
        return enrolment.rater
    return queries.rater_of_user(user_id=user.pk) if user is not None else None


def _arrival_context(
    link: EntryLink, consent: ConsentText | None, form: ArrivalForm, enrolment: Enrolment | None
) -> dict[str, object]:
    language = get_language() or ""
    guidelines = guidelines_in(link.stage, language)
    stage, study = link.stage, link.stage.study
    times = times_of_pages(stage)
    practice = 0 if enrolment else times.practice
    minutes = ceil(times.seconds * ((stage.tasks_per_visit or 1) + (practice if stage.tasks_per_visit else 0)) / 60)
    return {
        "link": link,
        "study": study,
        "stage": stage,
        "enrolment": enrolment,
        "figures": own_work(enrolment=enrolment, stage=stage) if enrolment else (),
        "consent": render_once(consent_in(consent, language).text) if consent else None,
        "guidelines": render_once(guidelines.text) if guidelines else "",
        "form": form,
        "times": times,
        "practice": practice,
        "minutes": minutes,
        "pay_of_arrival": (study.pay_per_hour * minutes / 60).quantize(Decimal("0.01"))
        if stage.tasks_per_visit
        else None,
    }


@never_cache
@require_safe
def resume(request: HttpRequest, token: str) -> HttpResponse:
    """The same rater on another device: the secret link they were given signs this browser in."""
    if not sessions.rater_ids(request) and (refused := _too_often("arrivals", request, None)):
        return refused
    enrolment = (
        Enrolment.objects.select_related("study").filter(resume_token=token, study__deleted_at__isnull=True).first()
    )
    if enrolment is None:
        raise Http404("There is no such link.")
    sessions.remember(request, enrolment)
    stage: Stage | None = queries.stages_open_to(enrolment).last()
    if stage is None:
        raise Http404("This rater was let into no stage.")
    return redirect("judgments:rate", slug=enrolment.study.slug, number=stage.number)
