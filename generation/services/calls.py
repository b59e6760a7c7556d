"""One model call: recorded before it is made, made without a database connection, closed with what it cost."""

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from generation.client import CallFailed, ModelAnswer, complete
from generation.enums import CallState, FailureReason, RunState
from generation.models import Endpoint, ModelCall, Run, RunItem
from generation.outputs import InvalidOutput
from generation.prompting import Messages, PromptTemplate, tokens_of
from generation.services.items import keep_leased

# A call whose turn under the rate limit comes within this time is waited for, a later one is given back.
_LONGEST_TURN = timedelta(seconds=15)
_MILLION = Decimal(1_000_000)
_LESS_CONTEXT = 0.7
_TAKEN = ("state", "finished_at", "model", "latency_ms", "input_tokens", "output_tokens", "cost")


class Postponed(Exception):
    """The call may not be made now: the rate limit or the budget is used up."""

    def __init__(self, until: datetime) -> None:
        super().__init__("postponed")
        self.until = until


@dataclass(frozen=True, slots=True)
class Request:
    template: PromptTemplate
    messages: Messages
    part: int = 0
    schema: dict[str, Any] | None = None
    keeps_answer: bool = False  # one of several calls for an item: its answer is stored at once


@dataclass(frozen=True, slots=True)
class Made[Parsed]:
    call: ModelCall
    answer: ModelAnswer
    parsed: Parsed


def make_call[Parsed](item: RunItem, request: Request, parse: Callable[[str], Parsed]) -> Made[Parsed]:
    """Make one call for an item that is ours.

    Raises:
        CallFailed: with the kind of failure; the call is closed as failed.
        Postponed: nothing was called; the item is to be given back.
    """
    endpoint = item.run.endpoint
    parameters = parameters_of(item)
    _refuse_too_long(endpoint, request, parameters)
    call, turn = _open(item, request, parameters)
    connection.close()
    time.sleep(max(0.0, (turn - timezone.now()).total_seconds()))
    try:
        answer = complete(endpoint, messages=request.messages, parameters=parameters, schema=request.schema)
        parsed = _parsed(answer, parse)
    except CallFailed as failure:
        close_failed(call=call, endpoint=endpoint, failure=failure, now=timezone.now())
        raise
    if request.keeps_answer:
        close_done(call=call, endpoint=endpoint, answer=answer, now=timezone.now(), keep=True)
    return Made(call, answer, parsed)


def finished_part(item: RunItem, request: Request) -> str | None:
    """The answer an earlier attempt already got to this very request."""
    digest = request_hash(item, request)
    found = ModelCall.objects.filter(item=item, part=request.part, state=CallState.DONE, request_hash=digest).first()
    return found.answer if found else None


def close_done(*, call: ModelCall, endpoint: Endpoint, answer: ModelAnswer, now: datetime, keep: bool = False) -> None:
    call.state, call.finished_at = CallState.DONE, now
    _take(call, endpoint, answer)
    call.answer = answer.text.replace("\0", "") if keep else ""
    call.save(update_fields=[*_TAKEN, "answer"])


def close_failed(*, call: ModelCall, endpoint: Endpoint, failure: CallFailed, now: datetime) -> None:
    call.state, call.finished_at = CallState.FAILED, now
    call.reason_code, call.error, call.cost = failure.reason, str(failure), Decimal(0)
    if failure.answer is not None:
        _take(call, endpoint, failure.answer)
    call.save(update_fields=[*_TAKEN, "reason_code", "error"])


def parameters_of(item: RunItem) -> dict[str, Any]:
    """The run's, and after a failure another seed; after an answer that was cut off twice the room as well."""
    parameters = dict(item.run.configuration["parameters"])
    if not item.attempts:
        return parameters
    if "seed" in parameters:
        parameters["seed"] += item.attempts
    if item.reason_code == FailureReason.TRUNCATED and "max_tokens" in parameters:
        parameters["max_tokens"] = min(parameters["max_tokens"] * 2, item.run.endpoint.context_tokens // 2)
    return parameters


def context_of(item: RunItem) -> int:
    """The tokens that fit. Less after the endpoint found a request too long: it counts otherwise than our estimate."""
    context = item.run.endpoint.context_tokens
    return int(context * _LESS_CONTEXT**item.attempts) if item.reason_code == FailureReason.TOO_LONG else context


def _refuse_too_long(endpoint: Endpoint, request: Request, parameters: dict[str, Any]) -> None:
    needed = tokens_of(request.messages) + int(parameters.get("max_tokens", endpoint.max_tokens))
    if needed > endpoint.context_tokens:
        raise CallFailed(
            FailureReason.TOO_LONG,
            f"About {needed} tokens with the answer; the endpoint's context holds {endpoint.context_tokens}.",
        )


def _open(item: RunItem, request: Request, parameters: dict[str, Any]) -> tuple[ModelCall, datetime]:
    endpoint = item.run.endpoint
    most = price(endpoint, tokens_of(request.messages), int(parameters.get("max_tokens", endpoint.max_tokens)))
    digest = request_hash(item, request)
    return open_call(item, Opening(request.template.label, request.part, digest, parameters, most))


@dataclass(frozen=True, slots=True)
class Opening:
    """A call that is about to be made, and the most it can cost."""

    template: str
    part: int
    request_hash: str
    parameters: dict[str, Any]
    most: Decimal


def open_call(item: RunItem, opening: Opening, endpoint: Endpoint | None = None) -> tuple[ModelCall, datetime]:
    """Write the call down before it is made, with the most it can cost; and its turn under the rate limit.

    It goes to the run's endpoint, unless another is named.
    """
    now, run = timezone.now(), item.run
    endpoint = endpoint or run.endpoint
    if run.budget is None and not endpoint.requests_per_minute:
        return _written(item, opening, now=now, turn=now), now
    with transaction.atomic():
        locked = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
        _keep_budget(run, opening.most, now)
        turn = _take_turn(locked, now)
        return _written(item, opening, now=now, turn=turn), turn


def _written(item: RunItem, opening: Opening, *, now: datetime, turn: datetime) -> ModelCall:
    keep_leased(item=item, begins=turn)
    return ModelCall.objects.create(
        item=item,
        attempt=item.attempts + 1,
        part=opening.part,
        repeat_of=_interrupted(item, opening.part),
        template=opening.template,
        parameters=opening.parameters,
        request_hash=opening.request_hash,
        cost=opening.most,
        started_at=now,
    )


def _take_turn(endpoint: Endpoint, now: datetime) -> datetime:
    if not endpoint.requests_per_minute:
        return now
    turn = max(now, endpoint.next_call_at)
    if turn - now > _LONGEST_TURN:
        raise Postponed(turn - _LONGEST_TURN / 2)
    pause = timedelta(seconds=60 / endpoint.requests_per_minute)
    Endpoint.objects.filter(pk=endpoint.pk).update(next_call_at=turn + pause)
    return turn


def _keep_budget(run: Run, most: Decimal, now: datetime) -> None:
    """Stop before the budget is passed, whatever the calls in flight will cost."""
    # What others opened before us is in it: they had the endpoint's turn, and gave it back after that was committed.
    spent = Run.objects.values_list("spent", flat=True).get(pk=run.pk)
    if run.budget is not None and spent + most > run.budget:
        raise BudgetUsedUp(now)


class BudgetUsedUp(Postponed):
    """The next call could pass the budget: the run is to be paused."""


def pause_for_budget(run: Run) -> None:
    Run.objects.filter(pk=run.pk, state=RunState.RUNNING).update(
        state=RunState.PAUSED, stop_reason="The next call could pass the budget. Raise it to go on."
    )


def _interrupted(item: RunItem, part: int) -> ModelCall | None:
    if not item.attempts:
        return None
    return ModelCall.objects.filter(item=item, part=part, state=CallState.INTERRUPTED).order_by("-pk").first()


def price(endpoint: Endpoint, input_tokens: int, output_tokens: int) -> Decimal:
    return (endpoint.input_price * input_tokens + endpoint.output_price * output_tokens) / _MILLION


def request_hash(item: RunItem, request: Request) -> str:
    """What was asked, the same for every attempt: messages, schema and the parameters the run was given."""
    asked = [request.messages, request.schema, item.run.configuration["parameters"]]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def _parsed[Parsed](answer: ModelAnswer, parse: Callable[[str], Parsed]) -> Parsed:
    try:
        return parse(answer.text)
    except InvalidOutput as error:
        raise CallFailed(FailureReason.INVALID_OUTPUT, str(error), answer=answer) from error


def _take(call: ModelCall, endpoint: Endpoint, answer: ModelAnswer) -> None:
    call.model, call.latency_ms = answer.model, answer.latency_ms
    call.input_tokens, call.output_tokens = answer.input_tokens, answer.output_tokens
    call.cost = price(endpoint, answer.input_tokens or 0, answer.output_tokens or 0)
