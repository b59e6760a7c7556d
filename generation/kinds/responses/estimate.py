"""What it will take to write responses, told before anything is sent."""

from collections.abc import Collection

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
    calls = len(wanted.generic) + len(wanted.personalized)
    input_tokens = sum(_prompt_tokens(ids) for ids in (wanted.generic, wanted.personalized)) + 60 * calls
    input_tokens += len(wanted.personalized) * configuration.max_given * _ATTRIBUTE_TOKENS
    return priced(
        endpoint,
        items=calls + len(wanted.silent),
        calls=calls,
        input_tokens=input_tokens,
        left_out=wanted.left_out,
    )


def _prompt_tokens(case_ids: Collection[int]) -> int:
    cases = Case.objects.filter(pk__in=case_ids)
    return int(cases.aggregate(total=Sum(Length("prompt__text"), default=0))["total"] / CHARACTERS_PER_TOKEN)
