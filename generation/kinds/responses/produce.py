"""Writing one response to a case, and making the comparisons once both kinds exist."""

from typing import Any

from django.utils import timezone

from conversations.enums import ResponseKind
from conversations.models import Arm, Attribute, Case, Response, SilentCase
from conversations.services.comparisons import Given, change_generic, pair_responses, replace_held
from generation.client import CallFailed
from generation.enums import FailureReason
from generation.kinds.responses.configuration import ResponsesConfiguration
from generation.kinds.responses.given import FIRST, given_attributes
from generation.kinds.responses.treatment import arm_of
from generation.models import RunItem
from generation.prompting import as_lines, boundary, load
from generation.services.calls import Made, Request, close_done, make_call
from generation.services.items import finish_item


def respond_item(item: RunItem) -> bool:
    """Produce and store the response of the item. Raises what ``make_call`` raises."""
    configuration = ResponsesConfiguration.of(item.run.configuration)
    case = Case.objects.select_related("prompt").get(pk=item.case_id or 0)
    if item.response_kind == ResponseKind.GENERIC:
        return _generic(item, case, configuration)
    given = _given(item, case, configuration)
    arm = arm_of(item.run.system, configuration)
    return _write(item, case, configuration, given=given, arm=arm) if given else _fall_silent(item, case, arm)


def _generic(item: RunItem, case: Case, configuration: ResponsesConfiguration) -> bool:
    """All arms of the system share it: a run that comes second has nothing to ask."""
    if _written(item, case, arm=None, attempt=configuration.attempt) is not None:
        return finish_item(item=item, store=lambda: 0, notes={"shared": True}, now=timezone.now())
    return _write(item, case, configuration, given=[], arm=None)


def _given(item: RunItem, case: Case, configuration: ResponsesConfiguration) -> list[Attribute]:
    if configuration.rewrites is not None:
        return _given_before(configuration.rewrites)
    given = given_attributes(case, item.run.system, configuration)
    if given is None:
        raise CallFailed(FailureReason.NOTHING_GIVEN, f"Nothing to be given: {FIRST[configuration.policy]}.")
    return given


def _given_before(comparison_id: int) -> list[Attribute]:
    """What is written again is given what it was given before, as far as it is still there: it never falls silent."""
    before = Response.objects.get(comparison_as_personalized=comparison_id).provenance["attributes"]
    known = Attribute.objects.filter(withdrawn_at__isnull=True).in_bulk(before)
    if not known:
        raise CallFailed(FailureReason.NOTHING_GIVEN, "All attributes that it was given have been withdrawn.")
    return [known[pk] for pk in before if pk in known]


def _fall_silent(item: RunItem, case: Case, arm: Arm) -> bool:
    """Nothing was given, so the arm leaves the response as it is: done, without a call."""

    def store() -> int:
        SilentCase.objects.get_or_create(arm=arm, case=case)
        return 0

    return finish_item(item=item, store=store, notes={"given": 0}, now=timezone.now())


def _write(
    item: RunItem, case: Case, configuration: ResponsesConfiguration, *, given: list[Attribute], arm: Arm | None
) -> bool:
    request = _request(case, given, configuration)
    made = make_call(item, request, _text)
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


def _text(answer: str) -> str:
    return answer.replace("\0", "").strip()


def _store(
    item: RunItem, case: Case, made: Made[str], request: Request, *, given: list[Attribute], arm: Arm | None
) -> int:
    """The response, its call and, where the other kind is there already, the comparison. In one transaction."""
    # Both kinds of a case, and those of several arms, may arrive at once: one after the other, so that each sees the others.
    Case.objects.select_for_update().only("pk").get(pk=case.pk)
    endpoint, attempt = item.run.endpoint, int(item.run.configuration.get("attempt", 1))
    close_done(call=made.call, endpoint=endpoint, answer=made.answer, now=timezone.now())
    response = _written(item, case, arm=arm, attempt=attempt)
    created = response is None
    if response is None:
        response = Response.objects.create(
            case=case,
            system_id=item.run.system_id,
            kind=ResponseKind(item.response_kind),
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
    _pair(item, response)
    return int(created)


def _written(item: RunItem, case: Case, *, arm: Arm | None, attempt: int) -> Response | None:
    written = Response.objects.filter(case=case, system_id=item.run.system_id, kind=item.response_kind, arm=arm)
    return written.filter(attempt=attempt).first()


def _provenance(made: Made[str], request: Request, given: list[Attribute]) -> dict[str, Any]:
    return {
        "run_call": made.call.pk,
        "template": request.template.label,
        "parameters": made.call.parameters,
        "attributes": [attribute.pk for attribute in given],
    }


def _pair(item: RunItem, new: Response) -> None:
    """A generic response is paired with those of every arm that wait for it; a newer one takes the older one's place."""
    names = [item.run.endpoint.model, item.run.system.name]
    of_case = Response.objects.filter(case=new.case_id, system=new.system_id)
    generic = of_case.filter(kind=ResponseKind.GENERIC).order_by("attempt").last()
    if generic is None:
        return
    if new == generic and new.attempt > 1:
        change_generic(to=generic, names=names)
    waiting = of_case.filter(kind=ResponseKind.PERSONALIZED, batch=None, comparison_as_personalized=None)
    for personalized in waiting.order_by("pk"):
        comparison = pair_responses(
            generic=generic,
            personalized=personalized,
            attributes=[Given(attribute_id=pk) for pk in personalized.provenance.get("attributes", [])],
            names=names,
        )
        if personalized.attempt > 1:
            replace_held(by=comparison, now=timezone.now())
