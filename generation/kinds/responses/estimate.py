"""What it will take to write responses, told before anything is sent."""

from collections.abc import Collection
from dataclasses import replace

from django.db.models import Sum
from django.db.models.functions import Length

from conversations.models import Case, Study
from generation.kinds.responses.configuration import ResponsesConfiguration
from generation.kinds.responses.scope import responses_to_write
from generation.models import Endpoint
from generation.queries.estimates import CHARACTERS_PER_TOKEN, CostEstimate, priced, system_of

_ATTRIBUTE_TOKENS = 40


def estimate_responses(
    study: Study, endpoint: Endpoint, configuration: ResponsesConfiguration, *, limit: int | None
) -> CostEstimate:
    told = configuration.with_parameters({"model": endpoint.model, **endpoint.parameters})
    wanted = responses_to_write(study, system_of(endpoint), told).first(limit)
    found = estimate_of_cases(endpoint, wanted.generic, wanted.personalized, max_given=configuration.max_given)
    return replace(found, items=found.calls + len(wanted.silent), left_out=wanted.left_out)


def estimate_of_cases(
    endpoint: Endpoint, generic: Collection[int], personalized: Collection[int], *, max_given: int
) -> CostEstimate:
    """Of a response of each kind to these cases, by id."""
    calls = len(generic) + len(personalized)
    input_tokens = sum(_prompt_tokens(ids) for ids in (generic, personalized)) + 60 * calls
    input_tokens += len(personalized) * max_given * _ATTRIBUTE_TOKENS
    return priced(endpoint, items=calls, calls=calls, input_tokens=input_tokens)


def _prompt_tokens(case_ids: Collection[int]) -> int:
    cases = Case.objects.filter(pk__in=case_ids)
    return int(cases.aggregate(total=Sum(Length("prompt__text"), default=0))["total"] / CHARACTERS_PER_TOKEN)
