"""What it will take to ask about mentions, told before anything is sent."""

from collections import defaultdict

from django.db.models.functions import Length

from conversations.models import Study
from generation.kinds.mentions.configuration import MentionsConfiguration
from generation.kinds.mentions.scope import cases_to_ask_about, facts_per_call, mentions_to_decide
from generation.models import Endpoint
from generation.prompting import estimate_tokens, load
from generation.queries.estimates import CHARACTERS_PER_TOKEN, CostEstimate, priced

_FACT_TOKENS = 40
_FORMAT_TOKENS = 80


def estimate_mentions(
    study: Study, endpoint: Endpoint, configuration: MentionsConfiguration, *, limit: int | None
) -> CostEstimate:
    cases = list(cases_to_ask_about(study, configuration).values_list("pk", flat=True)[:limit])
    rows = (
        mentions_to_decide(study, configuration)
        .filter(comparison__case__in=cases)
        .values_list("comparison_id", Length("comparison__personalized__text"), Length("attribute__text"))
    )
    facts: dict[tuple[int, int], list[int]] = defaultdict(list)
    for comparison, response, attribute in rows.iterator():
        facts[comparison, response].append(attribute)
    template = load("mentions", configuration.templates["mentions"])
    overhead = estimate_tokens(template.system) + estimate_tokens(template.user) + _FORMAT_TOKENS
    size = facts_per_call(endpoint, configuration)
    calls = input_tokens = 0
    for (_, response), lengths in facts.items():
        parts = -(-len(lengths) // size)
        calls += parts
        input_tokens += parts * (overhead + int(response / CHARACTERS_PER_TOKEN))
        input_tokens += int(sum(lengths) / CHARACTERS_PER_TOKEN) + len(lengths) * _FACT_TOKENS
    return priced(endpoint, items=len(cases), calls=calls, input_tokens=input_tokens)
