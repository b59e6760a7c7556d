"""A person's conversations on a page: what is read first comes with it, the rest when the rater opens it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.db.models import Case, F, JSONField, QuerySet, RowRange, Sum, When, Window
from django.utils.translation import gettext as _

from conversations.highlighting import Span
from conversations.models import Conversation
from conversations.reading import (
    AROUND_A_TURN,
    FIRST_BUDGET,
    PORTION_BUDGET,
    Budget,
    ShownTurn,
    TurnPiece,
    pieces_of,
    portions,
    read,
    stands_in,
)
from judgments.rating.material import Rest, Spans

MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class ConversationView:
    id: int
    number: int
    title: str
    is_open: bool
    turn_count: int
    quotes: int  # of this page's evidence
    turns: Sequence[ShownTurn]
    rests: Sequence[Rest]


@dataclass(frozen=True, slots=True)
class ConversationList:
    count: int = 0  # of all that the page gives to read
    shown: Sequence[ConversationView] = field(default_factory=list)
    rest: Rest | None = None
    begins: bool = True  # and does not go on with a list that was too long
    quoted: int = 0  # of all of them, those that hold evidence of this page
    said: str = ""  # to the rater, of what the page does not give to read


def conversations_of(
    given: QuerySet[Conversation], spans: Spans, *, first: Collection[int] = (), after: int = 0, said: str = ""
) -> ConversationList:
    """The conversations ``given`` to read, oldest first, beginning behind the one with the id ``after``.

    Those that are read ``first`` (without any the first of the list) are open, and their turns are sent before any other's.
    """
    room = PORTION_BUDGET if after else FIRST_BUDGET
    found = list(_with_first_bodies(given.filter(pk__gt=after), first, room)[: MOST_LISTED + 1])
    listed, is_cut = found[:MOST_LISTED], len(found) > MOST_LISTED
    before = given.filter(pk__lte=after).count() if after else 0
    texts = _texts_of(listed, spans, first, Budget(room))
    is_whole = not after and not is_cut and not any(rests for _turns, rests in texts.values())
    is_open = {each.pk for each in listed} if is_whole else set(first) or {each.pk for each in listed[:1] if not after}
    shown = [
        ConversationView(
            conversation.pk,
            number,
            conversation.title,
            conversation.pk in is_open,
            conversation.turn_count,
            len(_names(spans.get(conversation.pk, {}))),
            *texts[conversation.pk],
        )
        for number, conversation in enumerate(listed, start=before + 1)
    ]
    rest = _rest_of_list(listed[-1].pk, spans) if is_cut else None
    count = given.count() if is_cut or after else len(listed)
    quoted = sum(1 for of_turns in spans.values() if _names(of_turns))
    return ConversationList(count, shown, rest, begins=not after, quoted=quoted, said=said)


def _with_first_bodies(given: QuerySet[Conversation], first: Collection[int], room: int) -> QuerySet[Conversation]:
    """Lists never read bodies: ``body`` has the turns of those read first, as many as there may be room for, else None."""
    weight = F("character_count") * 2 + F("turn_count") * AROUND_A_TURN
    turn = Case(When(pk__in=first, then=0), default=1)
    until_here = Window(Sum(weight), order_by=[turn.asc(), F("pk").asc()], frame=RowRange(end=0))
    body = Case(When(until_here__lt=F("weight") + room, then=F("turns")), output_field=JSONField(null=True))
    listed = given.defer("turns", "flags").annotate(weight=weight, until_here=until_here).annotate(body=body)
    return listed.order_by("pk")


def _texts_of(
    listed: Sequence[Conversation], spans: Spans, first: Collection[int], budget: Budget
) -> dict[int, tuple[list[ShownTurn], list[Rest]]]:
    """What is shown of each and what comes later, by id: those read first spend of the budget before the others."""
    in_turn = sorted(listed, key=lambda conversation: conversation.pk not in first)
    return {each.pk: _text_of(each, spans.get(each.pk, {}), budget) for each in in_turn}


def _text_of(
    conversation: Conversation, spans: Mapping[int, Sequence[Span]], budget: Budget
) -> tuple[list[ShownTurn], list[Rest]]:
    turns: list[dict[str, str]] | None = conversation.body  # type: ignore[attr-defined]  # annotated
    if turns is None or budget.is_spent:
        query = urlencode({"conversation": conversation.pk})
        return [], [Rest(query, _("Show the conversation"), " ".join(_names(spans)))]
    pieces = pieces_of(turns)
    shown = read(turns, pieces, budget=budget, spans=spans)
    return shown, rests_of(conversation.pk, pieces, len(shown), len(pieces), spans)


def _rest_of_list(last: int, spans: Spans) -> Rest:
    later = [name for pk, of_turns in spans.items() if pk > last for name in _names(of_turns)]
    return Rest(urlencode({"after": last}), _("More conversations"), " ".join(later))


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
