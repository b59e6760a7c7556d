"""The rules in force as rows, in SQL: found or made within the statement that gives out a page."""

from typing import Any

from psycopg.types.json import Jsonb

from conversations.hashing import settings_hash
from conversations.models import Stage
from judgments.stages.rules import facts_of

# ``guided``: the guidelines. ``in_force``: the row. Two first pages at once make one, because the second waits for it.
IN_FORCE = """guided AS (
    SELECT id FROM conversations_guidelines WHERE stage_id = %(stage)s ORDER BY version DESC LIMIT 1
), known AS (
    SELECT id FROM judgments_rulesinforce
    WHERE stage_id = %(stage)s AND digest = %(rules_digest)s
        AND guidelines_id IS NOT DISTINCT FROM (SELECT id FROM guided)
), made AS (
    INSERT INTO judgments_rulesinforce (stage_id, guidelines_id, facts, digest, since)
    SELECT %(stage)s, (SELECT id FROM guided), %(rules_facts)s, %(rules_digest)s, %(now)s
    WHERE NOT EXISTS (SELECT FROM known) AND {is_needed}
    ON CONFLICT (stage_id, guidelines_id, digest) DO UPDATE SET digest = EXCLUDED.digest
    RETURNING id
), in_force AS (
    SELECT id FROM known UNION ALL SELECT id FROM made
)"""


def rules_parameters(stage: Stage) -> dict[str, Any]:
    facts = facts_of(stage)
    return {"rules_facts": Jsonb(facts), "rules_digest": settings_hash(facts)}
