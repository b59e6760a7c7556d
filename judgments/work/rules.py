"""Which rules are in force now, for what gives out pages without a claim."""

from datetime import datetime

from django.db import connection

from conversations.hashing import settings_hash
from conversations.models import Guidelines, Stage
from judgments.models import Assignment, RulesInForce
from judgments.stages.rules import facts_of
from judgments.work.rules_statement import IN_FORCE, rules_parameters

_NOW = f"WITH {IN_FORCE.format(is_needed='true')} SELECT id FROM in_force"  # noqa: S608 - of our own words only
# The rater reads the page anew, with the guidelines and all else as they are now.
_SHOWN_AGAIN = f"""
WITH {IN_FORCE.format(is_needed="true")}
UPDATE judgments_assignment SET guidelines_id = (SELECT id FROM guided), rules_id = (SELECT id FROM in_force)
WHERE id = %(assignment)s AND rules_id IS DISTINCT FROM (SELECT id FROM in_force)
"""  # noqa: S608


def take_down_rules(*, stage: Stage, now: datetime) -> int:
    """The id of the rules under which a page would be given out now."""
    with connection.cursor() as cursor:
        cursor.execute(_NOW, {"stage": stage.pk, "now": now, **rules_parameters(stage)})
        found: int = cursor.fetchone()[0]
    return found


def rules_under(*, stage: Stage, guidelines: Guidelines | None, now: datetime) -> RulesInForce:
    """Those with these guidelines, which may be older ones, as a model was told them."""
    facts = facts_of(stage)
    key = {"stage": stage, "guidelines": guidelines, "digest": settings_hash(facts)}
    return RulesInForce.objects.get_or_create(**key, defaults={"facts": facts, "since": now})[0]


def note_shown_again(*, assignment: Assignment, stage: Stage, now: datetime) -> None:
    """An open page that is opened again goes under the rules in force now, because it shows what they say."""
    said = {"stage": stage.pk, "now": now, "assignment": assignment.pk, **rules_parameters(stage)}
    with connection.cursor() as cursor:
        cursor.execute(_SHOWN_AGAIN, said)
