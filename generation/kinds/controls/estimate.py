"""What it will take to make controls, told before any case is set aside or anything is sent."""

from decimal import Decimal

from django.db.models import Sum
from django.db.models.functions import Length

from conversations.models import Case, Study
from generation.kinds.controls.configuration import ControlsConfiguration
from generation.kinds.controls.scope import source_of, why_nothing, work_of
from generation.models import Endpoint
from generation.queries.estimates import CHARACTERS_PER_TOKEN, CostEstimate, priced

_ATTRIBUTE_TOKENS = 40
_TEMPLATE_TOKENS = 60


def estimate_controls(
    study: Study, endpoint: Endpoint, configuration: ControlsConfiguration, *, limit: int | None
) -> CostEstimate:
    work = work_of(study, source_of(study, endpoint, configuration), configuration, limit=limit)
    items = len(work.cases) + len(work.lacking_generic)
    left_out = [] if items else [why_nothing(study)]
    if not configuration.calls_endpoint:
        return CostEstimate(items, 0, 0, 0, Decimal(0), left_out)
    personal = work.cases if configuration.personal else []
    calls = len(work.lacking_generic) + len(personal)
    characters = _characters(work.lacking_generic) + _characters(personal)
    input_tokens = int(characters / CHARACTERS_PER_TOKEN) + _TEMPLATE_TOKENS * calls
    input_tokens += len(personal) * configuration.max_given * _ATTRIBUTE_TOKENS
    return priced(endpoint, items=items, calls=calls, input_tokens=input_tokens, left_out=left_out)


def _characters(cases: list[int]) -> int:
    """Of their prompts."""
    total: int = Case.objects.filter(pk__in=cases).aggregate(total=Sum(Length("prompt__text"), default=0))["total"]
    return total
