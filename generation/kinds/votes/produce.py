"""A model judges one task in one order: the same units under the same guidelines as the human raters."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, cast

from django.utils import timezone

from conversations.enums import CardBasis, EvidenceState
from conversations.evidence import FOUND_BY_SEARCH, is_found_by_search
from conversations.models import Guidelines
from generation.client import CallFailed
from generation.context_excerpts import Excerpt, Place, Span, excerpt
from generation.context_parts import ContextTurn
from generation.enums import FailureReason
from generation.kinds.votes.configuration import VERSION_WITH_CARD, VotesConfiguration
from generation.kinds.votes.judges import failure_modes_of, guidelines_of, labels_of, units_per_call
from generation.kinds.votes.scope import units_to_judge
from generation.model_messages import (
    ask_for_votes,
    conversations_shown,
    prompt_shown,
    responses_beside_card,
    responses_shown,
)
from generation.models import RunItem
from generation.outputs import ReadVote, parse_votes, votes_schema
from generation.prompting import Messages, PromptTemplate, load, tokens_of
from generation.queries.conversations import conversations_of
from generation.services.calls import Request, context_of, finished_part, make_call, parameters_of
from generation.services.items import finish_item
from judgments.blinding import personalized_left
from judgments.eligibility.live import is_live
from judgments.elsewhere.votes import Showing, Vote, store_votes
from judgments.models import Task, Unit
from judgments.order import pages, shuffled
from judgments.stages import behaviour
from judgments.stages.person_card import Card, card_of
from raters.models import Rater


@dataclass(frozen=True, slots=True)
class VotePage:
    """What one call may be asked about, read at once."""

    item: RunItem
    showing: Showing
    configuration: VotesConfiguration
    template: PromptTemplate
    conversations: dict[int, list[ContextTurn]]  # stage 1, by their number in the prompt
    numbers: dict[int, int]  # of our conversations, by their id
    room: int  # tokens that the messages may take
    card: Card | None = None  # stage 3, where pages show one

    @property
    def task(self) -> Task:
        return self.showing.task

    @property
    def rater(self) -> Rater:
        return self.showing.rater

    @property
    def guidelines(self) -> Guidelines | None:
        return self.showing.guidelines


@dataclass(frozen=True, slots=True)
class Ballot:
    """One call: its units by their ids in the prompt."""

    request: Request
    units: dict[str, Unit]
    shown: Excerpt


def vote_item(item: RunItem) -> bool:
    """Have the item's task judged and store the votes. Raises what ``make_call`` raises."""
    page = _page(item)
    ballots = _ballots(page)
    if not ballots:
        return finish_item(item=item, store=lambda: 0, notes={"judged_before": True}, now=timezone.now())
    votes = [vote for ballot in ballots for vote in _ask(page, ballot)]
    now = timezone.now()
    return finish_item(
        item=item,
        store=lambda: store_votes(showing=page.showing, votes=votes, now=now),
        notes=_notes(page, ballots),
        now=now,
    )


def _page(item: RunItem) -> VotePage:
    configuration = VotesConfiguration.of(item.run.configuration)
    task = Task.objects.select_related(
        "stage__study",
        "subject",
        "case__prompt",
        "comparison__case__prompt",
        "comparison__generic",
        "comparison__personalized",
    ).get(run_items=item)
    if not is_live(task.pk, task.stage):
        raise CallFailed(FailureReason.NOTHING_GIVEN, "What was to be judged has been withdrawn or held back.")
    rater = item.run.rater
    if rater is None:
        raise CallFailed(FailureReason.NOTHING_GIVEN, "The run names no model rater.")
    card = _card(task, configuration)
    found = list(conversations_of(task.subject)) if task.subject else []
    max_tokens = int(parameters_of(item).get("max_tokens", item.run.endpoint.max_tokens))
    return VotePage(
        item=item,
        showing=Showing(
            task=task,
            rater=rater,
            guidelines=guidelines_of(task.stage, configuration),
            started_at=timezone.now(),
            presentation=item.presentation,
            personalized_left=_side(task, rater, item.presentation),
            has_card=card is not None,
        ),
        configuration=configuration,
        template=load(*configuration.template),
        conversations={number: cast("list[ContextTurn]", one.turns) for number, one in enumerate(found, start=1)},
        numbers={one.pk: number for number, one in enumerate(found, start=1)},
        room=context_of(item) - max_tokens,
        card=card,
    )


def _card(task: Task, configuration: VotesConfiguration) -> Card | None:
    """As raters get it now; a run that began before there were cards goes on without."""
    has_place = configuration.template[1] == VERSION_WITH_CARD
    if not has_place or task.comparison is None or not behaviour(task.stage.number).shows_card(task.stage):
        return None
    return card_of(task.comparison.case, task.stage)


def _side(task: Task, rater: Rater, presentation: int) -> bool | None:
    """Drawn for the first order by the study's key, the same at every attempt; the second order is its swap."""
    if not behaviour(task.stage.number).has_sides:
        return None
    first = personalized_left(key=bytes(task.stage.study.key), rater_id=rater.pk, ordinal=task.pk)
    return first if presentation == 0 else not first


def _units(page: VotePage) -> list[Unit]:
    """In the order a human rater would see them: all in all first, then shuffled by the study's key."""
    lacking = units_to_judge(page.rater, page.item.presentation).filter(task=page.task).select_related("attribute")
    by_id = {unit.pk: unit for unit in lacking}
    overall = [unit for unit in by_id.values() if unit.attribute_id is None]
    order = shuffled(
        (pk for pk, unit in by_id.items() if unit.attribute_id is not None),
        key=bytes(page.task.stage.study.key),
        rater_id=page.rater.pk,
        task_id=page.task.pk,
    )
    return [*overall, *(by_id[pk] for pk in order)]


def _ballots(page: VotePage) -> list[Ballot]:
    named = [(f"u{number}", unit) for number, unit in enumerate(_units(page), start=1)]
    size = units_per_call(page.item.run.endpoint, page.configuration)
    made = [ballot for some in pages(named, size) for ballot in _fitting(page, dict(some))]
    return [replace(ballot, request=replace(ballot.request, part=part)) for part, ballot in enumerate(made)]


def _fitting(page: VotePage, units: dict[str, Unit]) -> list[Ballot]:
    """One call or, where their evidence does not fit into one, several with fewer units."""
    ballot = _ballot(page, units)
    if len(units) == 1 or tokens_of(ballot.request.messages) <= page.room:
        return [ballot]
    names = list(units)
    halves = names[: len(names) // 2], names[len(names) // 2 :]
    return [ballot for half in halves for ballot in _fitting(page, {name: units[name] for name in half})]


def _ballot(page: VotePage, units: dict[str, Unit]) -> Ballot:
    number = page.task.stage.number
    shown = Excerpt([])
    if page.conversations:
        bare = tokens_of(_messages(page, units, shown))
        shown = excerpt(page.conversations, evidence=_places(page, units), tokens=max(0, page.room - bare - 20))
    schema = votes_schema(units=list(units), labels=labels_of(number), modes=failure_modes_of(number))
    messages = _messages(page, units, shown)
    return Ballot(Request(page.template, messages, schema=schema, keeps_answer=True), units, shown)


def _messages(page: VotePage, units: dict[str, Unit], shown: Excerpt) -> Messages:
    number = page.task.stage.number
    return ask_for_votes(
        page.template,
        guidelines=page.guidelines.text if page.guidelines else "",
        units=[_unit_line(page, name, unit) for name, unit in units.items()],
        material=_material(page, shown),
        labels=list(labels_of(number)),
        modes=failure_modes_of(number),
    )


def _material(page: VotePage, shown: Excerpt) -> dict[str, str]:
    task = page.task
    if task.comparison is not None:
        generic, personalized = task.comparison.generic.text, task.comparison.personalized.text
        left, right = (personalized, generic) if page.showing.personalized_left else (generic, personalized)
        return _responses(page, task.comparison.case.prompt.text, left=left, right=right)
    if task.case is not None:
        return prompt_shown(task.case.prompt.text)
    return conversations_shown(shown, any_there=bool(page.conversations))


def _responses(page: VotePage, prompt: str, *, left: str, right: str) -> dict[str, str]:
    if page.configuration.template[1] != VERSION_WITH_CARD:
        return responses_shown(prompt, left=left, right=right)
    known = [attribute.text for attribute in page.card.entries] if page.card else []
    is_checked = page.card is not None and page.card.basis == CardBasis.ACCEPTED
    return responses_beside_card(prompt, left=left, right=right, known=known, is_checked=is_checked)


def _unit_line(page: VotePage, name: str, unit: Unit) -> dict[str, Any]:
    """What a human rater sees of it; never the confidence."""
    if unit.attribute is None:
        return {"id": name}
    is_known = page.card is None or page.card.says(unit.attribute)
    line: dict[str, Any] = {"id": name, "attribute" if is_known else "a_system_believed": unit.attribute.text}
    if behaviour(page.task.stage.number).rests_on_conversations:
        if unit.attribute.reason and page.task.stage.study.show_reason:
            line["reason"] = unit.attribute.reason
        line["evidence"] = [_evidence_line(page, pointer) for pointer in unit.attribute.evidence]
    return line


def _evidence_line(page: VotePage, pointer: dict[str, Any]) -> dict[str, Any]:
    quote = pointer.get("quote") or "(the whole turn)"
    number = page.numbers.get(pointer.get("conversation") or 0)
    if number is None or not EvidenceState(pointer["state"]).is_found:
        return {"quote": quote, "state": str(EvidenceState(pointer["state"]).label)}
    line = {"quote": quote, "conversation": number, "turn": pointer["turn"]}
    return line | {"found_by": FOUND_BY_SEARCH} if is_found_by_search(pointer) else line


def _places(page: VotePage, units: dict[str, Unit]) -> dict[Place, list[Span]]:
    """Where the evidence of these units stands."""
    places: dict[Place, list[Span]] = {}
    for unit in units.values():
        for pointer in unit.attribute.evidence if unit.attribute else ():
            number = page.numbers.get(pointer.get("conversation") or 0)
            if number is not None and EvidenceState(pointer["state"]).is_found:
                span = (pointer.get("start") or 0, pointer.get("end") or 0)
                places.setdefault((number, pointer["turn"]), []).append(span)
    return places


def _ask(page: VotePage, ballot: Ballot) -> Sequence[Vote]:
    number = page.task.stage.number
    read = partial(parse_votes, units=list(ballot.units), labels=labels_of(number), modes=failure_modes_of(number))
    known = finished_part(page.item, ballot.request)
    votes: dict[str, ReadVote] = read(known) if known is not None else make_call(page.item, ballot.request, read).parsed
    return [Vote(ballot.units[name].pk, vote.label, vote.failure_mode) for name, vote in votes.items()]


def _notes(page: VotePage, ballots: Sequence[Ballot]) -> dict[str, object]:
    notes: dict[str, object] = {
        "guidelines": page.guidelines.version if page.guidelines else None,
        "parts": len(ballots),
    }
    if page.conversations:
        notes |= {
            "turns_left_out": max(ballot.shown.turns_left_out for ballot in ballots),
            "conversations_left_out": max(ballot.shown.conversations_left_out for ballot in ballots),
            "cut_characters": max(ballot.shown.cut_characters for ballot in ballots),
        }
    return notes
