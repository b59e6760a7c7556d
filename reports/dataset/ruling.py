"""The rules in force under which pages of a stage were given out, numbered as they came."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from conversations.models import Study
from judgments.models import RulesInForce


@dataclass(frozen=True, slots=True)
class RulesFacts:
    """``number``: as in judgments.rules, from 1 in each stage. ``facts``: as judgments.stages.rules has them."""

    stage: int
    number: int
    guidelines_version: int | None
    facts: dict[str, Any]
    since: str


def rules_of(study: Study) -> list[RulesFacts]:
    found = RulesInForce.objects.filter(stage__study=study).select_related("stage", "guidelines")
    numbers: Counter[int] = Counter()
    rules = []
    for each in found.order_by("stage__number", "id"):
        numbers[each.stage.number] += 1
        rules.append(
            RulesFacts(
                each.stage.number,
                numbers[each.stage.number],
                each.guidelines.version if each.guidelines else None,
                each.facts,
                each.since.astimezone(UTC).replace(microsecond=0).isoformat(),
            )
        )
    return rules
