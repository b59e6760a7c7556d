"""Units in disagreement, and the label that an owner or admin gives them."""

import hashlib
import hmac
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.signed_in import user_of
from conversations.markdown import render as render_markdown
from conversations.models import Stage, Study
from conversations.permissions import MANAGE, get_study
from judgments.blinding import as_seen, canonical
from judgments.disclosure import look, sight_of
from judgments.enums import LookWay
from judgments.models import Unit
from judgments.oversight import adjudicating
from judgments.oversight.disagreement import adjudicable, said_of, units_in_disagreement
from judgments.oversight.forms.adjudication import AdjudicationForm
from judgments.rating.left_out import rest_answer
from judgments.rating.page_context import key_legend
from judgments.rating.task_page import ShownPage, build_page

UNITS_PER_PAGE = 25
NO_KEYS = {"flag", "undo"}


@login_required
@require_safe
def unit_list(request: HttpRequest, slug: str) -> HttpResponse:
    study, stages = _seen(request, slug)
    asked = request.GET.get("stage", "")
    stage = next((stage for stage in stages if str(stage.number) == asked), stages[0] if stages else None)
    if stage:
        _look(request, stage)
    page = Paginator(units_in_disagreement(stage), UNITS_PER_PAGE).get_page(request.GET.get("page")) if stage else None
    context = {"study": study, "stages": stages, "stage": stage, "page": page}
    return render(request, "judgments/adjudication/list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def unit(request: HttpRequest, slug: str, unit_id: int) -> HttpResponse:
    """The unit as raters get it. What they said of it is told to who has labelled it, or asks for it first."""
    study, found = _unit(request, slug, unit_id)
    _look(request, found.task.stage)
    side = _personalized_left(request, found)
    page = build_page(_drawn(study, found, side=side), study=study, unit_id=unit_id)
    user = user_of(request)
    if "show" in request.POST:
        adjudicating.look(unit=found, actor=user)
        return redirect("stages:adjudicate", slug, unit_id)
    is_told = adjudicating.has_been_told(unit=found, actor=user)
    given = _given(found, side=side) if is_told else {}
    form = AdjudicationForm(_answer(request, unit_id), choices=page.choices, initial=given)
    if request.method == "POST" and form.is_valid():
        label = form.cleaned_data["label"]
        adjudicating.adjudicate(
            unit=found,
            label=label if side is None else canonical(label, personalized_left=side),
            note=form.cleaned_data["note"],
            actor=user,
            now=timezone.now(),
        )
        messages.success(request, "Your label is kept. The raters' judgments stay as they are.")
        return redirect("stages:adjudicate", slug, unit_id)
    chosen = _number(form["label"].value())
    words = {choice.value: choice.label for choice in page.choices}
    others = units_in_disagreement(found.task.stage)
    guidelines = found.task.stage.guidelines.first()
    context = {
        "study": study,
        "stage": found.task.stage,
        "unit": found,
        "adjudicating": True,
        "page": replace(page, units=[replace(view, label=chosen) for view in page.units]),
        "form": form,
        "decided": getattr(found, "adjudication", None),
        "personalized_left": side,
        "is_told": is_told,
        "said": [(said, words[_as_shown(said.label, side=side)]) for said in said_of(found)] if is_told else [],
        "previous": others.filter(pk__lt=found.pk).order_by("-pk").first(),
        "next": others.filter(pk__gt=found.pk).first(),
        "guidelines": render_markdown(guidelines.text) if guidelines else "",
        "keys": [row for row in key_legend(found.task.stage.number) if row["act"] not in NO_KEYS],
    }
    return render(request, "judgments/adjudication/unit.html", context)


@login_required
@require_safe
def material(request: HttpRequest, slug: str, unit_id: int) -> HttpResponse:
    """What was too long to be sent with the page, once it is opened."""
    study, found = _unit(request, slug, unit_id)
    drawn = _drawn(study, found, side=_personalized_left(request, found))
    return rest_answer(request, drawn, study=study, unit_id=unit_id)


@login_required
@require_POST
def withdraw(request: HttpRequest, slug: str, unit_id: int) -> HttpResponse:
    _study, found = _unit(request, slug, unit_id)
    adjudicating.withdraw_adjudication(unit=found, actor=user_of(request))
    messages.success(request, "Your label is withdrawn. The raters' consensus holds again.")
    return redirect("stages:adjudication", slug)


def _seen(request: HttpRequest, slug: str) -> tuple[Study, list[Stage]]:
    """The study and the stages whose labels this user may see."""
    study = get_study(request.user, slug, *MANAGE)
    sight = sight_of(study=study, user=user_of(request))
    if sight.waits:
        raise PermissionDenied("You rate in this study: its labels wait until it closes.")
    return study, list(study.stages.exclude(number__in=sight.withheld).order_by("number"))


def _look(request: HttpRequest, stage: Stage) -> None:
    """Which units raters disagree about tells of their labels, whether or not the page says who gave which."""
    look(study=stage.study, user=user_of(request), by=LookWay.ADJUDICATION, now=timezone.now(), at=[stage.number])


def _unit(request: HttpRequest, slug: str, unit_id: int) -> tuple[Study, Unit]:
    study, stages = _seen(request, slug)
    return study, get_object_or_404(adjudicable(stages, unit_id))


def _personalized_left(request: HttpRequest, found: Unit) -> bool | None:
    """Drawn for each adjudicator and unit, and the same when they come back."""
    if not found.task.comparison_id:
        return None
    message = f"adjudication:{user_of(request).pk}:{found.pk}".encode()
    return bool(hmac.digest(bytes(found.task.stage.study.key), message, hashlib.sha256)[0] & 1)


def _drawn(study: Study, found: Unit, *, side: bool | None) -> ShownPage:
    """The page as a rater would get it."""
    url = reverse("stages:adjudicate-material", args=[study.slug, found.pk])
    return ShownPage(found.task, found.task.stage, side, f"{url}?")


def _given(found: Unit, *, side: bool | None) -> dict[str, Any]:
    made = getattr(found, "adjudication", None)
    return {"label": _as_shown(made.label, side=side), "note": made.note} if made else {}


def _answer(request: HttpRequest, unit_id: int) -> dict[str, str | None] | None:
    """The form of a rater's page names the label by its unit."""
    posted = request.POST
    return {"label": posted.get(f"unit-{unit_id}"), "note": posted.get("note")} if request.method == "POST" else None


def _as_shown(label: int, *, side: bool | None) -> int:
    return label if side is None else as_seen(label, personalized_left=side)


def _number(value: object) -> int | None:
    return int(str(value)) if str(value).isdecimal() else None
