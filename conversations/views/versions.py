"""The versions of a text as a list that stays small, however many and long they are."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.safestring import SafeString

from conversations.markdown import render
from conversations.models import ConsentText, Guidelines
from conversations.reading import PAGE_BUDGET, Budget


@dataclass(frozen=True, slots=True)
class ShownVersion:
    row: Guidelines | ConsentText
    html: SafeString | None  # None: it has a page of its own
    is_asked_for: bool


def shown_versions(request: HttpRequest, versions: Iterable[Guidelines | ConsentText]) -> list[ShownVersion]:
    """As many texts as the page has room for, and the one that its address asks for."""
    budget = Budget(PAGE_BUDGET)
    shown = []
    for row in versions:
        is_asked_for = request.GET.get("version") == str(row.version)
        html = render(row.text) if is_asked_for or not budget.is_spent else None
        budget.spend(len(row.text) + len(html or ""))
        shown.append(ShownVersion(row, html, is_asked_for))
    return shown
