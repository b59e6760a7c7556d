"""Marks the evidence in a turn. Pure: text and spans in, safe HTML out."""

import itertools
from collections.abc import Sequence
from typing import NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


class Span(NamedTuple):
    start: int  # characters from the beginning of the turn
    end: int  # exclusive
    evidence: int  # the number of the quote on the page


def mark_evidence(text: str, spans: Sequence[Span]) -> SafeString:
    """Escape ``text`` and wrap every marked stretch; where quotes overlap, a stretch names all of them."""
    cuts = sorted({0, len(text), *(cut for span in spans for cut in (span.start, span.end) if 0 <= cut <= len(text))})
    pieces = itertools.pairwise(cuts)
    return format_html_join("", "{}", ((_piece(text, start, end, spans),) for start, end in pieces))


def _piece(text: str, start: int, end: int, spans: Sequence[Span]) -> SafeString:
    covering = [str(span.evidence) for span in spans if span.start <= start and end <= span.end]
    if not covering:
        return format_html("{}", text[start:end])
    return format_html('<mark class="evidence" data-evidence="{}">{}</mark>', " ".join(covering), text[start:end])
