"""The pieces of a rating page as HTML, for the request that brings the next task.

Of pages of one shape only the texts, names and numbers differ. So a page that nothing was answered on yet is rendered by the
templates once for its shape, with a mark in the place of each of them, and filled in ever after: the same bytes, in a tenth
of the time (``tests/judgments/rating/test_page_parts.py`` compares the two). All other pages are rendered as they are.
"""

import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from judgments.rating.material import ShownText
from judgments.rating.person_card import CardView
from judgments.rating.task_page import TaskPage, UnitView

# By the id of the element that a piece goes into.
_TEMPLATES = {
    "task-progress": "judgments/parts/progress.html",
    "task": "judgments/parts/task.html",
    "rating-bar": "judgments/parts/bar.html",
}
_KNOWN = {"study", "stage", "page", "progress", "previous"}  # a context with more has more to say
_NUMBERS = ("done", "total", "at", "minutes_left")  # of the progress
MOST_SHAPES = 500

type Parts = dict[str, str]
type Context = Mapping[str, Any]
# Takes a value out of the context; what it gives stands in its place.
type Take = Callable[[Any], Any]


def parts(context: Context) -> Parts:
    """The pieces of the page that change from task to task, by the id of the element they go into."""
    page: TaskPage | None = context["page"]
    if settings.DEBUG or page is None or context.keys() != _KNOWN or not _is_untouched(page):
        return rendered(context)
    shape = _shape_of(context, page)
    if shape not in _shapes:
        if len(_shapes) >= MOST_SHAPES:
            _shapes.clear()
        _shapes[shape] = _Shape.of(context)
    return _shapes[shape].filled(context)


def rendered(context: Context) -> Parts:
    """By the templates."""
    return {name: render_to_string(template, dict(context)) for name, template in _TEMPLATES.items()}


@dataclass(frozen=True, slots=True)
class _Shape:
    """Of each piece what stands between the values, and which of them stand there."""

    pieces: Mapping[str, tuple[Sequence[str], Sequence[int]]]

    @classmethod
    def of(cls, context: Context) -> "_Shape":
        marks: list[str] = []

        def mark(value: Any) -> str:
            marks.append(str(uuid.uuid4()))  # an address takes it, and no text of a page can hold it
            return SafeString(marks[-1]) if isinstance(value, SafeString) else marks[-1]

        pieces = rendered(_without_values(context, mark))
        numbers = {each: number for number, each in enumerate(marks)}
        anywhere = re.compile("|".join(marks))
        found = {
            name: (anywhere.split(html), [numbers[each] for each in anywhere.findall(html)])
            for name, html in pieces.items()
        }
        return cls(found)

    def filled(self, context: Context) -> Parts:
        values: list[str] = []
        _without_values(context, lambda value: values.append(conditional_escape(value)))
        return {
            name: _woven(between, [values[place] for place in places])
            for name, (between, places) in self.pieces.items()
        }


_shapes: dict[tuple[object, ...], _Shape] = {}


def _woven(between: Sequence[str], values: Sequence[str]) -> str:
    pieces = [""] * (2 * len(values) + 1)
    pieces[::2], pieces[1::2] = between, values
    return "".join(pieces)


def _is_untouched(page: TaskPage) -> bool:
    """Nothing was answered on it, and nothing but entries of the card is left out of it."""
    texts = [page.prompt, page.left, page.right, *(page.card.entries if page.card else ())]
    texts += [text for unit in page.units for text in (unit.said, unit.reason)]
    return (
        bool(page.assignment_id and page.prompt)
        and not (page.revising or page.comment or page.missing_attributes or page.failure_modes)
        and not any(unit.label is not None or unit.note or unit.failure_mode or unit.quotes for unit in page.units)
        and not any(text.rest for text in texts if text)
    )


def _shape_of(context: Context, page: TaskPage) -> tuple[object, ...]:
    """All that templates ask before they write anything: pages that agree in it differ in their values only."""
    card = page.card
    return (
        context["study"].slug,
        context["stage"].number,
        get_language(),
        tuple((name, bool(value) if name in _NUMBERS else value) for name, value in context["progress"].items()),
        context["previous"] is None,
        page.flagged,
        page.asks_first,
        page.goes_on,
        page.first_answer and (page.first_answer.label, bool(page.first_answer.note)),
        card and (card.is_checked, len(card.entries), bool(card.rest)),
        page.left is None,
        tuple((unit.is_overall, unit.is_known, unit.reason is None) for unit in page.units),
    )


def _without_values(context: Context, take: Take) -> dict[str, Any]:
    """The context with every value of a page of its shape taken out, in one order."""
    page: TaskPage = context["page"]
    progress = context["progress"]
    first = page.first_answer
    previous = context["previous"]
    return {
        **context,
        "previous": previous and take(previous),
        "progress": progress | {name: take(progress[name]) for name in _NUMBERS if progress[name]},
        "page": replace(
            page,
            assignment_id=take(page.assignment_id),
            active_ms=take(page.active_ms),
            draft_revision=take(page.draft_revision),
            begun_ms=take(page.begun_ms),
            material_url=take(page.material_url),
            first_answer=replace(first, note=take(first.note)) if first and first.note else first,
            prompt=_text(page.prompt, take),
            left=_text(page.left, take),
            right=_text(page.right, take),
            card=page.card and _card(page.card, take),
            units=[_unit(unit, take) for unit in page.units],
        ),
    }


def _text(text: ShownText | None, take: Take) -> ShownText | None:
    return text and ShownText(take(text.html))


def _card(card: CardView, take: Take) -> CardView:
    entries = [ShownText(take(entry.html)) for entry in card.entries]
    rest = card.rest and replace(card.rest, query=take(card.rest.query), label=take(card.rest.label))
    return replace(card, entries=entries, rest=rest)


def _unit(unit: UnitView, take: Take) -> UnitView:
    said, reason = ShownText(take(unit.said.html)), _text(unit.reason, take)
    return replace(unit, id=take(unit.id), said=said, reason=reason, text=take(unit.text))
