"""What a rating page left out and its rater has opened, as a piece of HTML."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from conversations.models import Study
from conversations.reading import PIECE
from judgments.models import Unit
from judgments.rating.conversation_list import conversations_of, turns_of
from judgments.rating.conversation_search import search
from judgments.rating.material import laid_out, spans_of, written
from judgments.rating.person_card import CardView, card_view
from judgments.rating.steps import is_overall
from judgments.rating.task_page import ShownPage, given_on, reason_of, said_of, shown_units, texts_of
from judgments.stages.person_card import Card, card_of

_MOST_DIGITS = 18  # of what may be an id


def rest_answer(request: HttpRequest, page: ShownPage, *, study: Study, unit_id: int | None = None) -> HttpResponse:
    """The piece that is asked for, ready to take the place of its button. Raises Http404."""
    asked = request.GET.dict()
    try:
        if "find" in asked:
            return JsonResponse(_found(page, asked["find"], study=study))
        template, context = rest_of_page(page, asked, study=study, unit_id=unit_id)
    except NoSuchRest as error:
        raise Http404("The page has nothing of that name, or no longer.") from error
    return render(request, template, context | {"material_url": page.material_url})


class NoSuchRest(Exception):
    """The page has nothing of that name, or no longer."""


def rest_of_page(
    page: ShownPage, asked: Mapping[str, str], *, study: Study, unit_id: int | None = None
) -> tuple[str, dict[str, Any]]:
    """What a page left out and its rater has opened: the template and what it shows. Raises NoSuchRest."""
    units = shown_units(page, unit_id)
    if "text" in asked:
        return _rest_of_text(page, asked, units, study)
    if "card" in asked:
        return "judgments/parts/card_entries.html", {"card": _rest_of_card(page, _number(asked, "card"))}
    if page.task.subject is None:
        raise NoSuchRest
    spans, given = spans_of(units), given_on(page, study=study).conversations
    if "after" in asked:
        found = conversations_of(given, spans, after=_number(asked, "after"))
        return "judgments/parts/conversations.html", {"conversations": found}
    wanted = given.filter(pk=_number(asked, "conversation")).first()
    if wanted is None:
        raise NoSuchRest
    first, last = _number(asked, "from", 0), _number(asked, "to") if "to" in asked else None
    turns, rests = turns_of(wanted, spans, first=first, last=last)
    return "judgments/parts/turns.html", {"turns": turns, "rests": rests, "first": first}


def _found(page: ShownPage, words: str, *, study: Study) -> dict[str, Any]:
    if page.task.subject is None:
        raise NoSuchRest
    return asdict(search(given_on(page, study=study).conversations, words))


def _rest_of_text(
    page: ShownPage, asked: Mapping[str, str], units: Sequence[Unit], study: Study
) -> tuple[str, dict[str, Any]]:
    name, start = asked["text"], _number(asked, "start")
    if name in {"left", "right"}:
        texts, show = texts_of(page), laid_out
    else:
        texts = texts_of(page) | {f"text-{unit.pk}": said_of(unit) for unit in units if not is_overall(unit)}
        texts |= {f"reason-{unit.pk}": reason_of(unit, study) for unit in units}
        texts |= _texts_of_card(page) if name.startswith("card-") else {}
        show = partial(written, most=PIECE)
    if not 0 < start < len(texts.get(name, "")):
        raise NoSuchRest
    return "judgments/parts/text.html", {"text": show(name, texts[name], start=start)}


def _card(page: ShownPage) -> Card:
    if page.case_of_card is None:
        raise NoSuchRest
    return card_of(page.case_of_card, page.stage)


def _texts_of_card(page: ShownPage) -> dict[str, str]:
    return {f"card-{place}": entry.text for place, entry in enumerate(_card(page).entries)}


def _rest_of_card(page: ShownPage, start: int) -> CardView:
    card = _card(page)
    if not 0 < start < len(card.entries):
        raise NoSuchRest
    return card_view(card, start=start)


def _number(asked: Mapping[str, str], name: str, default: int | None = None) -> int:
    given = asked.get(name, "")
    if given.isascii() and given.isdigit() and len(given) <= _MOST_DIGITS:
        return int(given)
    if default is None or given:
        raise NoSuchRest
    return default
