"""A model says which given attributes the personalized responses to a case mention explicitly.

Uploaded responses are asked about like generated ones. The rule stays the default: what it said is replaced only here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import batched, groupby

from django.utils import timezone

from conversations.enums import MentionMethod
from conversations.models import ComparisonAttribute
from generation.client import CallFailed
from generation.enums import CallState, FailureReason
from generation.kinds.mentions.configuration import MentionsConfiguration
from generation.kinds.mentions.scope import facts_per_call, mentions_to_decide
from generation.model_messages import ask_for_mentions
from generation.models import ModelCall, RunItem
from generation.outputs import parse_votes, votes_schema
from generation.prompting import load
from generation.services.calls import Request, finished_part, make_call
from generation.services.items import finish_item

LABELS = {"yes": 1, "no": 0}


@dataclass(frozen=True, slots=True)
class _Asked:
    """One call: given attributes of one comparison by their ids in the prompt."""

    request: Request
    facts: dict[str, ComparisonAttribute]


def mention_item(item: RunItem) -> bool:
    """Ask about every comparison of the item's case and store what was said. Raises what ``make_call`` raises."""
    configuration = MentionsConfiguration.of(item.run.configuration)
    found = mentions_to_decide(item.run.study, configuration).filter(comparison__case=item.case_id)
    rows = list(found.select_related("attribute", "comparison__personalized"))
    if not rows:
        raise CallFailed(FailureReason.NOTHING_GIVEN, "What was to be asked about has been withdrawn or decided.")
    asked = _asked(item, configuration, rows)
    decided = [row for one in asked for row in _decide(item, one)]
    return finish_item(
        item=item,
        store=lambda: _store(decided),
        notes={"comparisons": len({row.comparison_id for row in rows}), "parts": len(asked)},
        now=timezone.now(),
    )


def _asked(item: RunItem, configuration: MentionsConfiguration, rows: Sequence[ComparisonAttribute]) -> list[_Asked]:
    size = facts_per_call(item.run.endpoint, configuration)
    template = load("mentions", configuration.templates["mentions"])
    asked: list[_Asked] = []
    for _, group in groupby(rows, key=lambda row: row.comparison_id):
        for some in batched(group, size):
            facts = {f"f{number}": row for number, row in enumerate(some, start=1)}
            messages = ask_for_mentions(
                template,
                response=some[0].comparison.personalized.text,
                facts={name: row.attribute.text for name, row in facts.items()},
            )
            schema = votes_schema(units=list(facts), labels=LABELS, modes={})
            asked.append(_Asked(Request(template, messages, len(asked), schema, keeps_answer=True), facts))
    return asked


def _decide(item: RunItem, asked: _Asked) -> list[ComparisonAttribute]:
    read = partial(parse_votes, units=list(asked.facts), labels=LABELS, modes={})
    known = finished_part(item, asked.request)
    said = read(known) if known is not None else make_call(item, asked.request, read).parsed
    model = _model(item, asked.request.part)
    for name, row in asked.facts.items():
        row.mentioned = bool(said[name].label)
        row.mention_method, row.mention_model = MentionMethod.MODEL, model
    return list(asked.facts.values())


def _model(item: RunItem, part: int) -> str:
    """As it called itself in the answer that counts."""
    calls = ModelCall.objects.filter(item=item, part=part, state=CallState.DONE).exclude(model="")
    name = calls.order_by("-pk").values_list("model", flat=True).first()
    return (name or item.run.endpoint.model)[:200]


def _store(rows: list[ComparisonAttribute]) -> int:
    return ComparisonAttribute.objects.bulk_update(rows, ["mentioned", "mention_method", "mention_model"])
