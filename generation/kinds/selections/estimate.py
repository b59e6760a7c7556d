"""What it will take to ask for selections, told before anything is sent."""

from collections.abc import Sequence

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import Length

from conversations.models import Case, Study
from generation.kinds.selections.configuration import SelectionsConfiguration
from generation.kinds.selections.scope import attributes_per_call, cases_to_ask_about, left_out, offered_attributes
from generation.models import Endpoint
from generation.prompting import estimate_tokens, load
from generation.queries.estimates import CHARACTERS_PER_TOKEN, CostEstimate, priced, system_of

_FORMAT_TOKENS = 80
_TOKENS_OF_A_LINE = 12  # of an attribute, beside its text


def estimate_selections(
    study: Study, endpoint: Endpoint, configuration: SelectionsConfiguration, *, limit: int | None
) -> CostEstimate:
    system = system_of(endpoint)
    cases = cases_to_ask_about(study, system, configuration)[:limit]
    return estimate_of_cases(study, endpoint, configuration, cases, left_out=left_out(study, system, configuration))


def estimate_of_cases(
    study: Study,
    endpoint: Endpoint,
    configuration: SelectionsConfiguration,
    asked: QuerySet[Case],
    *,
    left_out: Sequence[str] = (),
) -> CostEstimate:
    """Of these, whatever was said about them."""
    system = system_of(endpoint)
    cases = list(asked.values_list("subject_id", Length("prompt__text")))
    offered = offered_attributes(study, system, configuration).filter(subject__in={subject for subject, _ in cases})
    sizes = offered.order_by().values_list("subject_id").annotate(count=Count("id"), characters=Sum(Length("text")))
    attributes = {subject: (count, characters) for subject, count, characters in sizes}
    template = load("selection", configuration.templates["selection"])
    overhead = estimate_tokens(template.system) + estimate_tokens(template.user) + _FORMAT_TOKENS
    size = attributes_per_call(endpoint, configuration)
    calls = input_tokens = 0
    for subject, length in cases:
        if subject not in attributes:
            continue  # nothing to choose from: nobody is asked
        count, characters = attributes[subject]
        fixed = overhead + int(length / CHARACTERS_PER_TOKEN)
        lines = int(characters / CHARACTERS_PER_TOKEN) + count * _TOKENS_OF_A_LINE
        room = max(1, endpoint.context_tokens - endpoint.max_tokens - fixed)
        parts = max(-(-count // size), -(-lines // room))
        calls += parts
        input_tokens += parts * fixed + lines
    return priced(
        endpoint,
        items=len(cases),
        calls=calls,
        input_tokens=input_tokens,
        left_out=left_out,
    )
