"""What a run will take before it starts: items, calls, and at most how many tokens and how much money."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum
from django.db.models.functions import Length

from conversations.enums import ResponseKind
from conversations.models import Case, Conversation, Study, System
from generation.configuration import ExtractionConfiguration, ResponsesConfiguration
from generation.models import Endpoint, SystemSetup
from generation.prompting import load
from generation.queries import scope

_CHARACTERS_PER_TOKEN = 3.2
_ATTRIBUTE_TOKENS = 40
_MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class CostEstimate:
    items: int
    calls: int
    input_tokens: int
    output_tokens: int  # at most: every answer as long as it may be
    cost: Decimal  # at most
    without_attributes: int = 0  # cases that have none to be personalized with, whatever the policy


def system_of(endpoint: Endpoint) -> System | None:
    """The system this endpoint is today, if it has produced anything."""
    parameters = {"model": endpoint.model, **endpoint.parameters}
    setup = SystemSetup.objects.filter(endpoint=endpoint, parameters=parameters).select_related("system").first()
    return setup.system if setup else None


def estimate_extraction(
    study: Study, endpoint: Endpoint, configuration: ExtractionConfiguration, *, limit: int | None
) -> CostEstimate:
    template = load("extraction", configuration.templates["extraction"])
    overhead = int((len(template.system) + len(template.user)) / _CHARACTERS_PER_TOKEN)
    room = max(256, endpoint.context_tokens - endpoint.max_tokens - overhead)
    subjects = scope.subjects_to_extract(study, system_of(endpoint)).values_list("pk", flat=True)[:limit]
    sizes = (
        Conversation.objects.filter(subject__in=list(subjects), withdrawn_at__isnull=True)
        .values_list("subject")
        .annotate(characters=Sum("character_count"))
    )
    items = calls = input_tokens = 0
    for _, characters in sizes.iterator():
        tokens = int(characters / _CHARACTERS_PER_TOKEN)
        parts = min(-(-tokens // room) or 1, configuration.max_parts)
        items, calls = items + 1, calls + parts
        input_tokens += min(tokens, parts * room) + parts * overhead
    return priced(endpoint, items=items, calls=calls, input_tokens=input_tokens)


def estimate_responses(
    study: Study, endpoint: Endpoint, configuration: ResponsesConfiguration, *, limit: int | None
) -> CostEstimate:
    system = system_of(endpoint)
    ids = {
        kind: set(scope.cases_to_answer(study, system, kind).values_list("pk", flat=True))
        for kind in (ResponseKind.GENERIC, ResponseKind.PERSONALIZED)
    }
    chosen = sorted(set.union(*ids.values()))[:limit]
    calls = sum(len(found & set(chosen)) for found in ids.values())
    cases = Case.objects.filter(pk__in=chosen)
    characters = cases.aggregate(total=Sum(Length("prompt__text"), default=0))["total"]
    personalized = len(ids[ResponseKind.PERSONALIZED] & set(chosen))
    input_tokens = int(2 * characters / _CHARACTERS_PER_TOKEN) + 60 * calls
    input_tokens += personalized * configuration.max_given * _ATTRIBUTE_TOKENS
    bare = cases.exclude(subject__attributes__withdrawn_at__isnull=True, subject__attributes__isnull=False)
    return priced(
        endpoint, items=calls, calls=calls, input_tokens=input_tokens, without_attributes=bare.distinct().count()
    )


def priced(
    endpoint: Endpoint, *, items: int, calls: int, input_tokens: int, without_attributes: int = 0
) -> CostEstimate:
    output_tokens = calls * endpoint.max_tokens
    cost = (endpoint.input_price * input_tokens + endpoint.output_price * output_tokens) / _MILLION
    return CostEstimate(items, calls, input_tokens, output_tokens, cost, without_attributes)
