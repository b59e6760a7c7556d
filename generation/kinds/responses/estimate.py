"""What it will take to write responses, told before anything is sent."""

from django.db.models import Sum
from django.db.models.functions import Length

from conversations.enums import ResponseKind
from conversations.models import Case, Study
from generation.kinds.responses.configuration import ResponsesConfiguration
from generation.kinds.responses.scope import cases_to_answer
from generation.models import Endpoint
from generation.queries.estimates import CHARACTERS_PER_TOKEN, CostEstimate, priced, system_of

_ATTRIBUTE_TOKENS = 40


def estimate_responses(
    study: Study, endpoint: Endpoint, configuration: ResponsesConfiguration, *, limit: int | None
) -> CostEstimate:
    system = system_of(endpoint)
    ids = {
        kind: set(cases_to_answer(study, system, kind).values_list("pk", flat=True))
        for kind in (ResponseKind.GENERIC, ResponseKind.PERSONALIZED)
    }
    chosen = sorted(set.union(*ids.values()))[:limit]
    calls = sum(len(found & set(chosen)) for found in ids.values())
    cases = Case.objects.filter(pk__in=chosen)
    characters = cases.aggregate(total=Sum(Length("prompt__text"), default=0))["total"]
    personalized = len(ids[ResponseKind.PERSONALIZED] & set(chosen))
    input_tokens = int(2 * characters / CHARACTERS_PER_TOKEN) + 60 * calls
    input_tokens += personalized * configuration.max_given * _ATTRIBUTE_TOKENS
    bare = cases.exclude(subject__attributes__withdrawn_at__isnull=True, subject__attributes__isnull=False)
    return priced(
        endpoint, items=calls, calls=calls, input_tokens=input_tokens, without_attributes=bare.distinct().count()
    )
