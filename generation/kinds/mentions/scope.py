"""Given attributes of which a model can say whether the response mentions them, and what asking it will take."""

from django.db.models import QuerySet

from conversations.enums import MentionMethod
from conversations.models import Case, ComparisonAttribute, Study
from generation.enums import ItemState, RunKind
from generation.kinds.mentions.configuration import MentionsConfiguration
from generation.models import Endpoint, RunItem

_TOKENS_OF_AN_ANSWER = 20


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
