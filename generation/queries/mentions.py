"""Given attributes of which a model can say whether the response mentions them, and what asking it will take."""

from collections import defaultdict

from django.db.models import QuerySet
from django.db.models.functions import Length

from conversations.enums import MentionMethod
from conversations.models import Case, ComparisonAttribute, Study
from generation.configuration import MentionsConfiguration
from generation.enums import ItemState, RunKind
from generation.models import Endpoint, RunItem
from generation.prompting import estimate_tokens, load
from generation.queries.estimates import CostEstimate, priced

_TOKENS_OF_AN_ANSWER = 20
_CHARACTERS_PER_TOKEN = 3.2
_FACT_TOKENS = 40
_FORMAT_TOKENS = 80


def mentions_to_decide(study: Study, configuration: MentionsConfiguration) -> QuerySet[ComparisonAttribute]:
    """Given attributes of live comparisons; of held ones too, which may be released. Context is never asked about."""
    found = ComparisonAttribute.objects.filter(
        comparison__case__subject__study=study,
        comparison__case__subject__withdrawn_at__isnull=True,
        comparison__case__prompt__withdrawn_at__isnull=True,
        comparison__withdrawn_at__isnull=True,
        attribute__withdrawn_at__isnull=True,
        given=True,
    )
    if not configuration.all_again:
        found = found.filter(mention_method=MentionMethod.RULE)
    return found.order_by("comparison_id", "id")


def cases_to_ask_about(study: Study, configuration: MentionsConfiguration) -> QuerySet[Case]:
    """Cases with such an attribute that no other run is about to ask about."""
    asked = RunItem.objects.filter(
        run__study=study, run__kind=RunKind.MENTIONS, state__in=[ItemState.WAITING, ItemState.RUNNING]
    )
    wanted = mentions_to_decide(study, configuration).order_by().values("comparison__case")
    return Case.objects.filter(pk__in=wanted).exclude(pk__in=asked.values("case")).order_by("id")


def facts_per_call(endpoint: Endpoint, configuration: MentionsConfiguration) -> int:
    """As many as the longest answer has room for."""
    max_tokens = int(configuration.parameters.get("max_tokens", endpoint.max_tokens))
    return max(1, min(configuration.max_facts, max_tokens // _TOKENS_OF_AN_ANSWER))


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
        input_tokens += parts * (overhead + int(response / _CHARACTERS_PER_TOKEN))
        input_tokens += int(sum(lengths) / _CHARACTERS_PER_TOKEN) + len(lengths) * _FACT_TOKENS
    return priced(endpoint, items=len(cases), calls=calls, input_tokens=input_tokens)
