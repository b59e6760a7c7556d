"""The texts that a rating page is about: as much of each as it may hold, and how the rest is got when it is opened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from conversations.as_written import as_written
from conversations.enums import EvidenceState
from conversations.evidence import MOST_POINTERS, is_found_by_search
from conversations.highlighting import Span
from conversations.laid_out import html_of
from conversations.markdown import LONGEST, note_of_plain_text, plain
from conversations.models import Response
from conversations.reading import cut
from conversations.rendering import rendered_once
from judgments.models import Unit

LONGEST_QUOTE = 300

# By conversation and turn: where evidence is marked.
type Spans = Mapping[int, Mapping[int, Sequence[Span]]]


@dataclass(frozen=True, slots=True)
class Quote:
    name: str  # on this page; the same each time
    text: str
    is_found: bool
    state: str
    by_search: bool  # nobody gave it: the program found it


@dataclass(frozen=True, slots=True)
class Rest:
    """What is sent when it is opened: how it is asked for, and the names of the quotes that stand in it."""

    query: str
    label: str
    holds: str = ""


@dataclass(frozen=True, slots=True)
class ShownText:
    """A text, or its beginning."""

    html: SafeString
    rest: Rest | None = None


def written(name: str, text: str, *, most: int, start: int = 0) -> ShownText:
    """A text without markup."""
    end = cut(text, start, most)
    return ShownText(as_written(text[start:end]), _rest_of_text(name, text, end))


def laid_out(name: str, text: str, *, start: int = 0) -> ShownText:
    """Markdown; too long or too intricate it is as it was written, piece by piece."""
    html = rendered_once(text) if len(text) <= LONGEST else None
    if html is not None:
        return ShownText(html)
    end = cut(text, start)
    note = SafeString() if start else note_of_plain_text()
    return ShownText(note + plain(text[start:end]), _rest_of_text(name, text, end))


def laid_out_response(name: str, response: Response) -> ShownText:
    """As ``laid_out``, which lays out the same response only once for everybody."""
    html = html_of(response)
    return laid_out(name, response.text) if html is None else ShownText(html)


def _rest_of_text(name: str, text: str, end: int) -> Rest | None:
    if end == len(text):
        return None
    return Rest(urlencode({"text": name, "start": end}), _("Go on reading"))


def quotes_of(units: Sequence[Unit]) -> dict[int, list[Quote]]:
    return {unit.pk: [_quote(name, evidence) for name, evidence in _named(unit)] for unit in units}


def _named(unit: Unit) -> list[tuple[str, Mapping[str, object]]]:
    evidence = unit.attribute.evidence[:MOST_POINTERS] if unit.attribute else []
    return [(f"{unit.pk}-{number}", pointer) for number, pointer in enumerate(evidence)]


def _quote(name: str, evidence: Mapping[str, object]) -> Quote:
    state = EvidenceState(str(evidence["state"]))
    text = str(evidence.get("quote") or _("The whole turn"))
    end = cut(text, 0, LONGEST_QUOTE)
    return Quote(
        name,
        text if end == len(text) else text[:end] + "…",
        state.is_found,
        str(state.label),
        is_found_by_search(evidence),
    )


def spans_of(units: Sequence[Unit]) -> Spans:
    spans: dict[int, dict[int, list[Span]]] = {}
    for unit in units:
        for name, pointer in _named(unit):
            if EvidenceState(str(pointer["state"])).is_found:
                span = Span(_position(pointer, "start"), _position(pointer, "end"), name)
                of_conversation = spans.setdefault(_position(pointer, "conversation"), {})
                of_conversation.setdefault(_position(pointer, "turn"), []).append(span)
    return spans


def _position(pointer: Mapping[str, object], key: str) -> int:
    value = pointer.get(key)
    return value if isinstance(value, int) else 0
