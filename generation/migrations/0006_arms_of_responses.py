"""Personalized responses from before there were arms get the arm that can be known of them.

A run's response has the policy, the number of attributes and the parameters of its run; where the run is gone, the
template and the parameters that the response itself kept. Of uploaded ones nothing is known: one arm for each system.
"""

import hashlib
import json

from django.db import migrations

ROWS_AT_ONCE = 5_000
POLICIES = {"all": "all", "consensus": "relevant", "selection": "selection"}

_RESPONSES = """
SELECT response.id, response.system_id, response.provenance, run.configuration
FROM conversations_response response
LEFT JOIN generation_modelcall call ON call.id = (response.provenance ->> 'run_call')::bigint
LEFT JOIN generation_runitem item ON item.id = call.item_id
LEFT JOIN generation_run run ON run.id = item.run_id
WHERE response.id > %s AND response.id <= %s AND response.kind = 'personalized' AND response.arm_id IS NULL
ORDER BY response.id
"""
_OF_RESPONSES = "UPDATE conversations_response SET arm_id = %s WHERE id = ANY(%s)"
_OF_COMPARISONS = """
UPDATE conversations_comparison SET arm_id = %s WHERE personalized_id = ANY(%s) AND arm_id IS NULL
"""


def arms_of_responses(apps, schema_editor):
    """Some rows at a time, each in a transaction of its own, so that nothing waits for long."""
    arms = {}
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(max(id), 0) FROM conversations_response")
        (last,) = cursor.fetchone()
        systems = set(apps.get_model("conversations", "System").objects.values_list("id", flat=True))
        for start in range(0, last, ROWS_AT_ONCE):
            cursor.execute(_RESPONSES, [start, start + ROWS_AT_ONCE])
            of_arms = {}
            for response, system, provenance, configuration in cursor.fetchall():
                known = _known(system, _json(provenance), _json(configuration), systems)
                of_arms.setdefault(_arm(apps, arms, system, *known), []).append(response)
            for arm, responses in of_arms.items():
                cursor.execute(_OF_RESPONSES, [arm, responses])
                cursor.execute(_OF_COMPARISONS, [arm, responses])


def _json(value):
    return json.loads(value) if isinstance(value, str) else value


def _known(system, provenance, configuration, systems):
    """Policy, whose selection was given, and settings."""
    if not provenance.get("template"):
        return "unstated", None, {}
    settings = {"template": provenance["template"], "parameters": provenance.get("parameters", {})}
    if configuration is None:
        return "unstated", None, settings
    settings |= {"attributes": configuration["max_given"], "parameters": configuration["parameters"]}
    policy, selecting = POLICIES[configuration["policy"]], configuration.get("selection_system")
    if policy != "selection":
        return policy, None, settings
    if selecting == system:
        return "own", None, settings
    return ("selection", selecting, settings) if selecting in systems else ("unstated", None, settings)


def _arm(apps, arms, system, policy, selecting, settings):
    key = (system, policy, selecting, _settings_hash(settings))
    if key not in arms:
        arm, _ = apps.get_model("conversations", "Arm").objects.get_or_create(
            system_id=system,
            name="",
            policy=policy,
            selecting_system_id=selecting,
            settings_hash=key[-1],
            defaults={"settings": settings},
        )
        arms[key] = arm.pk
    return arms[key]


def _settings_hash(settings):
    """As ``conversations.hashing`` had it when this was written."""
    return hashlib.sha256(json.dumps(_plain(settings), sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _plain(value):
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("conversations", "0008_arms"),
        ("generation", "0005_announced_items"),
    ]

    operations = [
        migrations.RunPython(arms_of_responses, migrations.RunPython.noop),
    ]
