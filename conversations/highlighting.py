"""Marks the evidence in a turn. Pure: text and spans in, safe HTML out."""

import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

# Where more quotes overlap, a stretch names those that begin there and so many of the others.
_MOST_NAMED = 10


class Span(NamedTuple):
    start: int  # characters from the beginning of the turn
    end: int  # exclusive
    evidence: str  # the name of the quote on the page


def mark_evidence(text: str, spans: Sequence[Span]) -> SafeString:
    """Escape ``text`` and wrap every marked stretch; where quotes overlap, a stretch names all of them."""
    return format_html_join(
        "", "{}", ((_piece(text[start:end], names),) for start, end, names in _stretches(text, spans))
    )


def _stretches(text: str, spans: Sequence[Span]) -> Iterator[tuple[int, int, list[str]]]:
    inside = [Span(max(0, span.start), min(span.end, len(text)), span.evidence) for span in spans]
    inside = sorted(span for span in inside if span.start < span.end)
    cuts = sorted({0, len(text), *(cut for span in inside for cut in (span.start, span.end))})
    begun: list[Span] = []
    following = 0
    for start, end in itertools.pairwise(cuts):
        begun = [span for span in begun if span.end > start]
        known = begun[:_MOST_NAMED]
        while following < len(inside) and inside[following].start == start:
            known.append(inside[following])
            begun.append(inside[following])
            following += 1
        yield start, end, [span.evidence for span in known]


def _piece(text: str, names: Sequence[str]) -> SafeString:
    if not names:
        return format_html("{}", text)
    return format_html('<mark class="evidence" data-evidence="{}">{}</mark>', " ".join(names), text)
