"""Writing one response to a case, and making the comparison once both kinds exist."""

from typing import Any

from django.utils import timezone

from conversations.enums import COMPARED_KINDS, ResponseKind
from conversations.models import Arm, Attribute, Case, Response, System
from conversations.services.arms import ensure_arm
from conversations.services.comparisons import Given, pair_responses, replace_held
from generation.client import CallFailed
from generation.enums import FailureReason
from generation.kinds.responses.configuration import ARM_POLICIES, AttributePolicy, ResponsesConfiguration
from generation.kinds.responses.scope import given_attributes
from generation.models import RunItem
from generation.prompting import as_lines, boundary, load
from generation.services.calls import Made, Request, close_done, make_call
from generation.services.items import finish_item


def respond_item(item: RunItem) -> bool:
    """Produce and store the response of the item. Raises what ``make_call`` raises."""
    configuration = ResponsesConfiguration.of(item.run.configuration)
    case = Case.objects.select_related("prompt").get(pk=item.case_id or 0)
    given: list[Attribute] = []
    if item.response_kind == ResponseKind.PERSONALIZED:
        given = given_attributes(case, configuration)
        if not given:
            raise CallFailed(
                FailureReason.NOTHING_GIVEN, f"No attribute to give: {configuration.policy.label.lower()}."
            )
    request = _request(case, given, configuration)
    made = make_call(item, request, _text)
    arm = _arm(item, request, configuration) if given else None
    return finish_item(
        item=item,
        store=lambda: _store(item, case, made, request, given=given, arm=arm),
        notes={"given": len(given)},
        now=timezone.now(),
    )


def _request(case: Case, given: list[Attribute], configuration: ResponsesConfiguration) -> Request:
    if not given:
        generic = load("respond-generic", configuration.templates["respond-generic"])
        return Request(generic, generic.messages(prompt=case.prompt.text))
    template = load("respond-personalized", configuration.templates["respond-personalized"])
    lines = as_lines([{"attribute": attribute.text} for attribute in given])
    line = boundary(lines, case.prompt.text)
    return Request(template, template.messages(attributes=lines, prompt=case.prompt.text, boundary=line))


def _arm(item: RunItem, request: Request, configuration: ResponsesConfiguration) -> Arm:
    """What the run makes of a system: an attempt that had to be asked in another way is the same treatment."""
    selecting = configuration.selection_system if configuration.policy == AttributePolicy.SELECTION else None
    return ensure_arm(
        system=item.run.system,
        policy=ARM_POLICIES[configuration.policy],
        selecting_system=System.objects.get(pk=selecting) if selecting else None,
        settings={
            "template": request.template.label,
            "attributes": configuration.max_given,
            "parameters": configuration.parameters,
        },
    )


def _text(answer: str) -> str:
    return answer.replace("\0", "").strip()


def _store(
    item: RunItem, case: Case, made: Made[str], request: Request, *, given: list[Attribute], arm: Arm | None
) -> int:
    """The response, its call and, where the other kind is there already, the comparison. In one transaction."""
    # Both kinds of a case may arrive at once: one after the other, so that the second sees the first.
    Case.objects.select_for_update().only("pk").get(pk=case.pk)
    endpoint, kind = item.run.endpoint, ResponseKind(item.response_kind)
    attempt = int(item.run.configuration.get("attempt", 1))
    close_done(call=made.call, endpoint=endpoint, answer=made.answer, now=timezone.now())
    written = Response.objects.filter(case=case, system_id=item.run.system_id, attempt=attempt)
    there = {one.kind: one for one in written}
    created = kind not in there
    if created:
        there[kind] = Response.objects.create(
            case=case,
            system_id=item.run.system_id,
            kind=kind,
            arm=arm,
            attempt=attempt,
            text=made.parsed,
            model=(made.answer.model or endpoint.model)[:120],
            provenance=_provenance(made, request, given),
            input_tokens=made.answer.input_tokens,
            output_tokens=made.answer.output_tokens,
            latency_ms=made.answer.latency_ms,
            cost=made.call.cost,
        )
    if there.keys() >= set(COMPARED_KINDS):
        _pair(item, generic=there[ResponseKind.GENERIC], personalized=there[ResponseKind.PERSONALIZED])
    return int(created)


def _provenance(made: Made[str], request: Request, given: list[Attribute]) -> dict[str, Any]:
    return {
        "run_call": made.call.pk,
        "template": request.template.label,
        "parameters": made.call.parameters,
        "attributes": [attribute.pk for attribute in given],
    }


def _pair(item: RunItem, *, generic: Response, personalized: Response) -> None:
    comparison = pair_responses(
        generic=generic,
        personalized=personalized,
        attributes=[Given(attribute_id=pk) for pk in personalized.provenance.get("attributes", [])],
        names=[item.run.endpoint.model, item.run.system.name],
    )
    if personalized.attempt > 1:
        replace_held(by=comparison, now=timezone.now())
