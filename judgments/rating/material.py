"""What a rating page is about: as much as it may hold, and how the rest is got when the rater opens it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.db.models import Case, F, JSONField, QuerySet, RowRange, Sum, When, Window
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from conversations.as_written import as_written
from conversations.enums import EvidenceState
from conversations.evidence import MOST_POINTERS, is_found_by_search
from conversations.highlighting import Span
from conversations.markdown import LONGEST, note_of_plain_text, plain
from conversations.models import Conversation, Subject
from conversations.reading import (
    AROUND_A_TURN,
    PAGE_BUDGET,
    PORTION_BUDGET,
    Budget,
    ShownTurn,
    TurnPiece,
    cut,
    pieces_of,
    portions,
    read,
    stands_in,
)
from conversations.rendering import rendered_once
from judgments.models import Unit

# The conversations that open with the page; the others open by hand or when their evidence is asked for.
OPEN_CONVERSATIONS = 3
MOST_LISTED = 200
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


@dataclass(frozen=True, slots=True)
class ConversationView:
    number: int
    title: str
    is_open: bool
    turns: Sequence[ShownTurn]
    rests: Sequence[Rest]


@dataclass(frozen=True, slots=True)
class ConversationList:
    count: int = 0  # of all the subject's
    shown: Sequence[ConversationView] = field(default_factory=list)
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


def conversations_of(subject: Subject, spans: Spans, *, after: int = 0) -> ConversationList:
    """The subject's conversations, oldest first, beginning behind the one with the id ``after``."""
    live = subject.conversations.filter(withdrawn_at__isnull=True).order_by("pk")
    room = PORTION_BUDGET if after else PAGE_BUDGET
    found = list(_with_first_bodies(live.filter(pk__gt=after), room)[: MOST_LISTED + 1])
    listed, is_cut = found[:MOST_LISTED], len(found) > MOST_LISTED
    before = live.filter(pk__lte=after).count() if after else 0
    budget = Budget(room)
    shown = [
        _conversation(number, conversation, spans.get(conversation.pk, {}), budget)
        for number, conversation in enumerate(listed, start=before + 1)
    ]
    rest = None
    if is_cut:
        last = listed[-1].pk
        later = [names for pk, of_turns in spans.items() if pk > last for names in _names(of_turns)]
        rest = Rest(urlencode({"after": last}), _("More conversations"), " ".join(later))
    return ConversationList(live.count() if is_cut or after else len(listed), shown, rest)


def _with_first_bodies(conversations: QuerySet[Conversation], room: int) -> QuerySet[Conversation]:
    """Lists never read bodies: ``body`` has the turns of the first, as many as there may be room for, else None."""
    weight = F("character_count") * 2 + F("turn_count") * AROUND_A_TURN
    until_here = Window(Sum(weight), order_by=F("pk").asc(), frame=RowRange(end=0))
    body = Case(When(until_here__lt=F("weight") + room, then=F("turns")), output_field=JSONField(null=True))
    return conversations.defer("turns", "flags").annotate(weight=weight, until_here=until_here).annotate(body=body)


def _conversation(
    number: int,
    conversation: Conversation,
    spans: Mapping[int, Sequence[Span]],
    budget: Budget,
) -> ConversationView:
    turns: list[dict[str, str]] | None = conversation.body  # type: ignore[attr-defined]  # annotated
    if turns is None or budget.is_spent:
        query = urlencode({"conversation": conversation.pk})
        shown, rests = [], [Rest(query, _("Show the conversation"), " ".join(_names(spans)))]
    else:
        pieces = pieces_of(turns)
        shown = read(turns, pieces, budget=budget, spans=spans)
        rests = rests_of(conversation.pk, pieces, len(shown), len(pieces), spans)
    is_open = bool(spans) or number <= OPEN_CONVERSATIONS
    return ConversationView(number, conversation.title, is_open, shown, rests)


def _names(spans: Mapping[int, Sequence[Span]]) -> list[str]:
    return [span.evidence for of_turn in spans.values() for span in of_turn]


def turns_of(
    conversation: Conversation, spans: Spans, *, first: int, last: int | None
) -> tuple[list[ShownTurn], list[Rest]]:
    """Pieces ``first`` to before ``last`` of a conversation, and what is left of them when the budget is spent."""
    pieces = pieces_of(conversation.turns)
    end = len(pieces) if last is None else min(last, len(pieces))
    here = spans.get(conversation.pk, {})
    shown = read(conversation.turns, pieces[first:end], budget=Budget(PORTION_BUDGET), spans=here)
    return shown, rests_of(conversation.pk, pieces, first + len(shown), end, here)


def rests_of(
    conversation: int, pieces: Sequence[TurnPiece], first: int, last: int, spans: Mapping[int, Sequence[Span]]
) -> list[Rest]:
    return [
        Rest(
            urlencode({"conversation": conversation, "from": begin, "to": end}),
            _label(pieces[begin], pieces[end - 1]),
            " ".join(
                span.evidence
                for piece in pieces[begin:end]
                for span in spans.get(piece.turn, ())
                if stands_in(span, piece)
            ),
        )
        for begin, end in portions(pieces, first, last)
    ]


def _label(first: TurnPiece, last: TurnPiece) -> str:
    if first.turn == last.turn:
        return (_("Turn %(turn)s goes on") if first.start else _("Turn %(turn)s")) % {"turn": first.turn + 1}
    return _("Turns %(first)s to %(last)s") % {"first": first.turn + 1, "last": last.turn + 1}
