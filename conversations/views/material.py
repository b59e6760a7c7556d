"""Pages on which a study's material is looked through, searched and withdrawn."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from accounts.signed_in import user_of
from conversations.enums import EvidenceState
from conversations.evidence import is_found_by_search
from conversations.models import Attribute, Conversation, Study, Subject
from conversations.permissions import MANAGE, READ, get_study
from conversations.queries import material as queries
from conversations.reading import PAGE_BUDGET, Budget, TurnPiece, pieces_of, portions, read_all
from conversations.services import withdrawal

LARGEST_ID = 2**63 - 1
PART = 120_000  # characters of a conversation on one page
TONES = {
    EvidenceState.EXACT: "done",
    EvidenceState.NORMALISED: "done",
    EvidenceState.TURN: "",
    EvidenceState.ASSISTANT_TURN: "waiting",
    EvidenceState.NOT_FOUND: "failed",
    EvidenceState.OUT_OF_RANGE: "failed",
}


@login_required
@require_safe
def subjects(request: HttpRequest, slug: str) -> HttpResponse:
    study = get_study(request.user, slug, *READ)
    search = searched(request)
    page = asked_part(request, "after", queries.subjects_of(study, search=search))
    return render_list(request, study, "subjects", page, {"search": search})


@login_required
@require_safe
def subject(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    study = get_study(request.user, slug, *READ)
    found = get_object_or_404(Subject.objects.select_related("batch"), study=study, pk=pk)
    conversations = asked_part(request, "after", queries.conversations_of(found))
    attributes = asked_part(request, "attributes_after", queries.attributes_of(study).filter(subject=found))
    context = {
        "study": study,
        "subject": found,
        "conversations": conversations,
        "conversations_first": address_of_first(request, "after"),
        "conversations_next": address_of_next(request, "after", conversations),
        "attributes": with_evidence(attributes.rows),
        "attribute_rows": attributes.rows,
        "attributes_first": address_of_first(request, "attributes_after"),
        "attributes_next": address_of_next(request, "attributes_after", attributes),
        "may_manage": may_manage(request, study),
    }
    return render(request, "conversations/material/subject.html", context)


@login_required
@require_safe
def conversation(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    study = get_study(request.user, slug, *READ)
    found = get_object_or_404(Conversation.objects.select_related("subject"), subject__study=study, pk=pk)
    pieces = pieces_of(found.turns)
    parts = list(portions(pieces, 0, len(pieces), most=PART))
    wanted = number_in(request, "part") or part_with(number_in(request, "turn") or 0, pieces, parts)
    part = Paginator(parts, 1).get_page(wanted)
    first, last = part.object_list[0] if part.object_list else (0, 0)
    context = {
        "study": study,
        "conversation": found,
        "part": part,
        "turns": read_all(found.turns, pieces[first:last], budget=Budget(PAGE_BUDGET)),
        "may_manage": may_manage(request, study),
    }
    return render(request, "conversations/material/conversation.html", context)


@login_required
@require_safe
def attributes(request: HttpRequest, slug: str) -> HttpResponse:
    study = get_study(request.user, slug, *READ)
    search, system, not_found = searched(request), number_in(request, "system"), request.GET.get("not_found") == "1"
    rows = queries.attributes_of(study, search=search, system=system, not_found=not_found)
    page = asked_part(request, "after", rows)
    context = {
        "search": search,
        "system": system,
        "not_found": not_found,
        "attributes": with_evidence(page.rows),
        "systems": queries.systems_of(study),
    }
    return render_list(request, study, "attributes", page, context)


@login_required
@require_safe
def prompts(request: HttpRequest, slug: str) -> HttpResponse:
    study = get_study(request.user, slug, *READ)
    chosen = {"search": searched(request), "topic": request.GET.get("topic", "")}
    page = asked_part(request, "after", queries.prompts_of(study, **chosen))
    return render_list(request, study, "prompts", page, chosen | {"topics": queries.topics_of(study)})


@login_required
@require_POST
def withdraw(request: HttpRequest, slug: str) -> HttpResponse:
    study = get_study(request.user, slug, *MANAGE)
    kind, pk = posted(request)
    try:
        withdrawal.withdraw(study=study, kind=kind, pk=pk, actor=user_of(request), now=timezone.now())
    except withdrawal.NoSuchMaterial as error:
        raise Http404("The study has no such material.") from error
    messages.success(request, f"The {kind} is withdrawn. Nothing is erased: you can restore it.")
    return redirect(way_back(request, study))


@login_required
@require_POST
def restore(request: HttpRequest, slug: str) -> HttpResponse:
    study = get_study(request.user, slug, *MANAGE)
    kind, pk = posted(request)
    try:
        withdrawal.restore(study=study, kind=kind, pk=pk, actor=user_of(request))
    except withdrawal.NoSuchMaterial as error:
        raise Http404("The study has no such material.") from error
    messages.success(request, f"The {kind} is restored.")
    return redirect(way_back(request, study))


def render_list(
    request: HttpRequest, study: Study, name: str, page: queries.ListPart[Any], context: dict[str, Any]
) -> HttpResponse:
    """A list with the addresses of its first and next page."""
    shared = {
        "study": study,
        "page": page,
        "first": address_of_first(request, "after"),
        "next": address_of_next(request, "after", page),
        "may_manage": may_manage(request, study),
    }
    return render(request, f"conversations/material/{name}.html", shared | context)


def asked_part[Row: Model](request: HttpRequest, parameter: str, rows: QuerySet[Row]) -> queries.ListPart[Row]:
    return queries.list_part(rows, after=number_in(request, parameter) or 0)


def address_of_first(request: HttpRequest, parameter: str) -> str:
    """Its address, on a later page; empty on the first itself."""
    return address_with(request, parameter, None) if parameter in request.GET else ""


def address_of_next(request: HttpRequest, parameter: str, page: queries.ListPart[Any]) -> str:
    return address_with(request, parameter, page.next_after) if page.next_after else ""


def address_with(request: HttpRequest, parameter: str, value: int | None) -> str:
    asked = {key: given for key, given in request.GET.items() if key != parameter}
    return "?" + urlencode(asked if value is None else {**asked, parameter: value})


def searched(request: HttpRequest) -> str:
    return request.GET.get("q", "").strip()[: queries.LONGEST_SEARCH]


def number_in(request: HttpRequest, name: str) -> int | None:
    """A number of the address, or None where there is none that could be an id."""
    given = request.GET.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < len(str(LARGEST_ID)) else None


def posted(request: HttpRequest) -> tuple[str, int]:
    given = request.POST.get("id", "")
    if not (given.isascii() and given.isdigit() and len(given) < len(str(LARGEST_ID))):
        raise Http404("The study has no such material.")
    return request.POST.get("kind", ""), int(given)


def way_back(request: HttpRequest, study: Study) -> str:
    """The page the button stood on, if it is one of ours."""
    wanted = request.POST.get("next", "")
    if wanted.startswith("/") and url_has_allowed_host_and_scheme(
        wanted, {request.get_host()}, require_https=request.is_secure()
    ):
        return wanted
    return reverse("conversations:study", args=[study.slug])


def may_manage(request: HttpRequest, study: Study) -> bool:
    return study.memberships.filter(user=user_of(request), role__in=MANAGE).exists()


def part_with(turn: int, pieces: Sequence[TurnPiece], parts: Sequence[tuple[int, int]]) -> int:
    """The number of the part in which a turn begins."""
    for number, (first, last) in enumerate(parts, start=1):
        if pieces[first].turn <= turn <= pieces[last - 1].turn:
            return number
    return 1


def with_evidence(rows: list[Attribute]) -> list[dict[str, Any]]:
    """Attributes, each with its evidence's states as badges, every state once."""
    return [{"attribute": row, "badges": evidence_badges(row.evidence)} for row in rows]


def evidence_badges(evidence: list[dict[str, Any]]) -> list[dict[str, str]]:
    if any(map(is_found_by_search, evidence)):
        return [{"text": "Found by search", "tone": "waiting"}]
    states = dict.fromkeys(EvidenceState(pointer["state"]) for pointer in evidence if "state" in pointer)
    return [{"text": str(state.label), "tone": TONES[state]} for state in states]
