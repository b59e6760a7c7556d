"""What it will take to extract attributes, told before anything is sent."""

from dataclasses import replace

from django.db.models import Sum

from conversations.models import Conversation, Study
from generation.kinds.extraction.configuration import ExtractionConfiguration
from generation.kinds.extraction.scope import subjects_to_extract
from generation.models import Endpoint
from generation.prompting import load
from generation.queries.estimates import CHARACTERS_PER_TOKEN, CostEstimate, priced, system_of
from generation.services.calls import price

_STATEMENTS_OF_A_CALL = 10
_TOKENS_OF_A_STATEMENT = 20


def estimate_extraction(
    study: Study, endpoint: Endpoint, configuration: ExtractionConfiguration, *, limit: int | None
) -> CostEstimate:
    template = load("extraction", configuration.templates["extraction"])
    overhead = int((len(template.system) + len(template.user)) / CHARACTERS_PER_TOKEN)
    room = max(256, endpoint.context_tokens - endpoint.max_tokens - overhead)
    subjects = subjects_to_extract(study, system_of(endpoint)).values_list("pk", flat=True)[:limit]
    sizes = (
        Conversation.objects.filter(subject__in=list(subjects), withdrawn_at__isnull=True)
        .values_list("subject")
        .annotate(characters=Sum("character_count"))
    )
    items = calls = input_tokens = 0
    for _, characters in sizes.iterator():
        tokens = int(characters / CHARACTERS_PER_TOKEN)
        parts = min(-(-tokens // room) or 1, configuration.max_parts)
        items, calls = items + 1, calls + parts
        input_tokens += min(tokens, parts * room) + parts * overhead
    found = priced(endpoint, items=items, calls=calls, input_tokens=input_tokens)
    if configuration.embedding_endpoint is None:
        return found
    return _with_embeddings(found, Endpoint.objects.get(study=study, pk=configuration.embedding_endpoint))


def _with_embeddings(found: CostEstimate, embedder: Endpoint) -> CostEstimate:
    """Once for each subject, and at most as many statements as all of its calls may report."""
    tokens = found.calls * _STATEMENTS_OF_A_CALL * _TOKENS_OF_A_STATEMENT
    return replace(
        found,
        calls=found.calls + found.items,
        input_tokens=found.input_tokens + tokens,
        cost=found.cost + price(embedder, tokens, 0),
    )
