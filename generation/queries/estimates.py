"""What a run will take before it starts: items, calls, and at most how many tokens and how much money."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from conversations.models import System
from generation.models import Endpoint, SystemSetup

CHARACTERS_PER_TOKEN = 3.2
_MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class CostEstimate:
    items: int
    calls: int
    input_tokens: int
    output_tokens: int  # at most: every answer as long as it may be
    cost: Decimal  # at most
    left_out: list[str] = field(default_factory=list)  # what the run will not do, each with its reason, in sentences


def system_of(endpoint: Endpoint) -> System | None:
    """The system this endpoint is today, if it has produced anything."""
    parameters = {"model": endpoint.model, **endpoint.parameters}
    setup = SystemSetup.objects.filter(endpoint=endpoint, parameters=parameters).select_related("system").first()
    return setup.system if setup else None


def priced(
    endpoint: Endpoint,
    *,
    items: int,
    calls: int,
    input_tokens: int,
    left_out: Sequence[str] = (),
) -> CostEstimate:
    output_tokens = calls * endpoint.max_tokens
    cost = (endpoint.input_price * input_tokens + endpoint.output_price * output_tokens) / _MILLION
    return CostEstimate(items, calls, input_tokens, output_tokens, cost, list(left_out))
