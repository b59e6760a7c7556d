"""A case gets its generic response, if it has none; then the controls that the rules make of it.

Controls are made of several cases: an item that makes some waits until the run's generic responses are written, or failed.
"""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from django.utils import timezone

from conversations.enums import ControlKind, ResponseKind
from conversations.models import Case, Response, Subject
from conversations.services.controls import ControlSides, store_control
from generation.client import CallFailed
from generation.enums import FailureReason, ItemState
from generation.kinds.controls import rules
from generation.kinds.controls.configuration import ControlsConfiguration
from generation.kinds.controls.scope import answers, kinds_of, lender_of, lent_attributes
from generation.models import RunItem
from generation.prompting import as_lines, boundary, load
from generation.services.calls import Made, Postponed, Request, close_done, make_call
from generation.services.items import finish_item

_UNTIL_WRITTEN = timedelta(seconds=3)


def control_item(item: RunItem) -> bool:
    """Raises what ``make_call`` raises."""
    configuration = ControlsConfiguration.of(item.run.configuration)
    case = Case.objects.select_related("prompt", "subject__study").get(pk=item.case_id or 0)
    if item.response_kind == ResponseKind.GENERIC:
        return _write_generic(item, case, configuration)
    return _make_controls(item, case, configuration)


def _write_generic(item: RunItem, case: Case, configuration: ControlsConfiguration) -> bool:
    template = load("respond-generic", configuration.templates["respond-generic"])
    made = make_call(item, Request(template, template.messages(prompt=case.prompt.text)), _text)
    return finish_item(item=item, store=lambda: _store_generic(item, case, made), notes={}, now=timezone.now())


def _text(answer: str) -> str:
    return answer.replace("\0", "").strip()


def _store_generic(item: RunItem, case: Case, made: Made[str]) -> int:
    """The same as a run of responses would store, which then finds it."""
    Case.objects.select_for_update().only("pk").get(pk=case.pk)
    endpoint = item.run.endpoint
    close_done(call=made.call, endpoint=endpoint, answer=made.answer, now=timezone.now())
    _, created = Response.objects.get_or_create(
        case=case,
        system=item.run.system,
        kind=ResponseKind.GENERIC,
        attempt=1,
        defaults={
            "text": made.parsed,
            "model": (made.answer.model or endpoint.model)[:120],
            "provenance": {
                "run_call": made.call.pk,
                "template": made.call.template,
                "parameters": made.call.parameters,
                "attributes": [],
            },
            "input_tokens": made.answer.input_tokens,
            "output_tokens": made.answer.output_tokens,
            "latency_ms": made.answer.latency_ms,
            "cost": made.call.cost,
        },
    )
    return int(created)


def _make_controls(item: RunItem, case: Case, configuration: ControlsConfiguration) -> bool:
    _wait_for_generics(item)
    written = answers(case.subject.study, item.run.system)
    own = written.get(case.pk)
    if own is None:
        raise CallFailed(
            FailureReason.NOTHING_GIVEN, "The case has no generic response of this system to make them of."
        )
    sides = _by_rules(own, list(written.values()), seed=case.subject.study.seed)
    lender = lender_of(case) if configuration.personal else None
    call = None
    if lender is not None:
        call = _write_for(lender, item, case, configuration)
        sides.append(
            ControlSides(
                ControlKind.PERSONAL, right=own.text, wrong=call.parsed, borrowed_from=lender, made_of=_of(call)
            )
        )
    return finish_item(
        item=item,
        store=partial(_store_controls, item, case, sides, call),
        notes={"made": [one.kind.value for one in sides]},
        now=timezone.now(),
    )


def _wait_for_generics(item: RunItem) -> None:
    others = RunItem.objects.filter(
        run=item.run_id, response_kind=ResponseKind.GENERIC, state__in=[ItemState.WAITING, ItemState.RUNNING]
    )
    if others.exists():
        raise Postponed(timezone.now() + _UNTIL_WRITTEN)


def _by_rules(own: rules.AnsweredPrompt, written: list[rules.AnsweredPrompt], *, seed: int) -> list[ControlSides]:
    others = [one for one in written if one.key != own.key]
    made = {
        ControlKind.OBVIOUS: rules.obvious(own, others, seed=seed),
        ControlKind.DAMAGED: rules.damaged(own, seed=seed),
    }
    return [
        ControlSides(kind, right=own.text, wrong=wrong.text, made_of={"rule": wrong.rule})
        for kind, wrong in made.items()
        if wrong is not None
    ]


def _write_for(lender: Subject, item: RunItem, case: Case, configuration: ControlsConfiguration) -> Made[str]:
    template = load("respond-personalized", configuration.templates["respond-personalized"])
    given = lent_attributes(lender, configuration.max_given)
    lines = as_lines([{"attribute": attribute.text} for attribute in given])
    line = boundary(lines, case.prompt.text)
    return make_call(
        item,
        Request(template, template.messages(attributes=lines, prompt=case.prompt.text, boundary=line)),
        _text,
    )


def _of(made: Made[str]) -> dict[str, Any]:
    return {"rule": "written for another subject", "run_call": made.call.pk, "template": made.call.template}


def _store_controls(item: RunItem, case: Case, sides: Sequence[ControlSides], call: Made[str] | None) -> int:
    """Each kind once, whatever other runs make at the same time."""
    Case.objects.select_for_update().only("pk").get(pk=case.pk)
    if call is not None:
        close_done(call=call.call, endpoint=item.run.endpoint, answer=call.answer, now=timezone.now())
    there = kinds_of(case)
    new = [one for one in sides if one.kind not in there]
    for one in new:
        names = [item.run.system.name, item.run.endpoint.model]
        store_control(case=case, system=item.run.system, sides=one, names=names)
    return len(new)
