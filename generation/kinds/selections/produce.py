"""Asking a system which attributes it would use for one case, and storing that it spoke."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from django.utils import timezone

from conversations.models import Attribute, Case, Selection, SelectionRecord
from generation.enums import CallState
from generation.kinds.selections.configuration import SelectionsConfiguration
from generation.kinds.selections.scope import attributes_per_call, offered_attributes
from generation.model_messages import ask_for_selection
from generation.models import ModelCall, RunItem
from generation.outputs import parse_selection, selection_schema
from generation.prompting import load, tokens_of
from generation.services.calls import Request, context_of, finished_part, make_call, parameters_of
from generation.services.items import finish_item
from judgments.order import mixed, pages


@dataclass(frozen=True, slots=True)
class _Choice:
    """One call: attributes by their ids in the prompt."""

    request: Request
    attributes: dict[int, Attribute]


def select_item(item: RunItem) -> bool:
    """Ask about the item's case and store the answer, an empty one too. Raises what ``make_call`` raises."""
    configuration = SelectionsConfiguration.of(item.run.configuration)
    case = Case.objects.select_related("prompt").get(pk=item.case_id or 0)
    offered = _offered(item, case, configuration)
    choices = _choices(item, case, configuration, offered)
    chosen = {pk for choice in choices for pk in _ask(item, choice)}
    return finish_item(
        item=item,
        store=lambda: _store(item, configuration, offered, chosen),
        notes={"offered": len(offered), "selected": len(chosen), "parts": len(choices)},
        now=timezone.now(),
    )


def _offered(item: RunItem, case: Case, configuration: SelectionsConfiguration) -> list[Attribute]:
    """In an order of the case's own, the same at every attempt: a model may like what it reads first."""
    found = offered_attributes(item.run.study, item.run.system, configuration).filter(subject=case.subject_id)
    by_id = {attribute.pk: attribute for attribute in found}
    return [by_id[pk] for pk in mixed(list(by_id), seed=configuration.seed, target_id=case.pk)]


def _choices(
    item: RunItem, case: Case, configuration: SelectionsConfiguration, offered: Sequence[Attribute]
) -> list[_Choice]:
    """One call wherever they fit into one. In several, each is asked by itself what of it is used."""
    max_tokens = int(parameters_of(item).get("max_tokens", item.run.endpoint.max_tokens))
    room = context_of(item) - max_tokens
    size = attributes_per_call(item.run.endpoint, configuration)
    made = [
        choice
        for some in pages(offered, size)
        for choice in _fitting(case.prompt.text, configuration, list(some), room)
    ]
    return [replace(one, request=replace(one.request, part=part)) for part, one in enumerate(made)]


def _fitting(
    prompt: str, configuration: SelectionsConfiguration, attributes: list[Attribute], room: int
) -> list[_Choice]:
    """A prompt is never cut: one that does not fit beside a single attribute fails as too long."""
    choice = _choice(prompt, configuration, attributes)
    if len(attributes) == 1 or tokens_of(choice.request.messages) <= room:
        return [choice]
    return [
        one
        for half in pages(attributes, -(-len(attributes) // 2))
        for one in _fitting(prompt, configuration, list(half), room)
    ]


def _choice(prompt: str, configuration: SelectionsConfiguration, attributes: Sequence[Attribute]) -> _Choice:
    named = dict(enumerate(attributes, start=1))
    template = load("selection", configuration.templates["selection"])
    texts = {number: attribute.text for number, attribute in named.items()}
    messages = ask_for_selection(template, prompt=prompt, attributes=texts)
    schema = selection_schema(ids=list(named))
    return _Choice(Request(template, messages, schema=schema, keeps_answer=True), named)


def _ask(item: RunItem, choice: _Choice) -> set[int]:
    """The ids of the attributes that are used."""
    read = partial(parse_selection, ids=choice.attributes)
    known = finished_part(item, choice.request)
    numbers = read(known) if known is not None else make_call(item, choice.request, read).parsed
    return {choice.attributes[number].pk for number in numbers}


def _store(
    item: RunItem, configuration: SelectionsConfiguration, offered: Sequence[Attribute], chosen: set[int]
) -> int:
    """How many attributes were decided on, an answer without any counting as one. 0 where the system spoke before."""
    key = {"system_id": item.run.system_id, "case_id": item.case_id, "pool": configuration.pool}
    provenance = _provenance(item, configuration, len(offered))
    _record, created = SelectionRecord.objects.get_or_create(**key, defaults={"provenance": provenance})
    if not created:
        return 0
    rows = [Selection(**key, attribute=attribute, selected=attribute.pk in chosen) for attribute in offered]
    return len(Selection.objects.bulk_create(rows)) or 1


def _provenance(item: RunItem, configuration: SelectionsConfiguration, offered: int) -> dict[str, Any]:
    calls = ModelCall.objects.filter(item=item, state=CallState.DONE).order_by("pk")
    return {
        "run": item.run_id,
        "run_calls": list(calls.values_list("pk", flat=True)),
        "templates": configuration.templates,
        "parameters": configuration.parameters,
        "attributes_of": configuration.attributes_of,
        "offered": offered,
    }
