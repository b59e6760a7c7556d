"""The rules in force come along with a dataset, numbered as they were."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import connection

from conversations.hashing import settings_hash
from conversations.models import Guidelines, Study
from judgments.models import RulesInForce
from reports.dataset.ruling import RulesFacts
from reports.imports.expected import is_stage
from reports.imports.problems import refusal

MOST_RULES = 1_000  # of one study
LONGEST_FACTS = 4_000  # characters, as JSON


def check_rules(rules: Sequence[RulesFacts]) -> None:
    """Raises DatasetRefused for what no export writes."""
    numbers: Counter[int] = Counter()
    for each in rules:
        said: dict[str, object] = asdict(each)  # as it came, whatever its types
        if not is_stage(said["stage"]):
            raise refusal("study.json", "a stage", "something else", field="rules")
        numbers[each.stage] += 1
        if type(said["number"]) is not int or said["number"] != numbers[each.stage]:
            raise refusal("study.json", "rules numbered from 1 in each stage", str(said["number"]), field="rules")
        if not isinstance(said["facts"], dict) or len(json.dumps(said["facts"])) > LONGEST_FACTS or _odd(said):
            raise refusal("study.json", "rules as an export writes them", "others", field="rules")
    if len(rules) > MOST_RULES:
        raise refusal("study.json", f"{MOST_RULES} rules at most", str(len(rules)), field="rules")


def keep_rules(study: Study, rules: Sequence[RulesFacts]) -> None:
    """With a table ``new_rules`` from stage and number to the row. Raises DatasetRefused for what is named and not there."""
    RulesInForce.objects.filter(stage__study=study).delete()  # of a stage that was opened here with nothing to judge
    stages = {stage.number: stage for stage in study.stages.all()}
    versions = {(each.stage.number, each.version): each for each in _guidelines(study)}
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE new_rules (stage bigint, number bigint, id bigint) ON COMMIT DROP")
        for each in rules:
            version = each.guidelines_version
            if version is not None and (each.stage, version) not in versions:
                raise refusal("study.json", "a version of the guidelines that is there", str(version), field="rules")
            made = RulesInForce.objects.create(
                stage=stages[each.stage],
                guidelines=versions[each.stage, version] if version is not None else None,
                facts=each.facts,
                digest=settings_hash(each.facts),
                since=datetime.fromisoformat(each.since),
            )
            cursor.execute("INSERT INTO new_rules VALUES (%s, %s, %s)", [each.stage, each.number, made.pk])
        cursor.execute(
            "SELECT staged.file_, staged.rules FROM staged_judgments staged "
            "LEFT JOIN new_rules ON new_rules.stage = staged.stage AND new_rules.number = staged.rules "
            "WHERE staged.rules IS NOT NULL AND new_rules.id IS NULL LIMIT 1"
        )
        if unknown := cursor.fetchone():
            raise refusal(unknown[0], "one of the rules in study.json", str(unknown[1]), field="rules")


def _guidelines(study: Study) -> Sequence[Guidelines]:
    return list(Guidelines.objects.filter(stage__study=study).select_related("stage"))


def _odd(said: dict[str, object]) -> bool:
    version, since = said["guidelines_version"], said["since"]
    try:
        is_moment = isinstance(since, str) and datetime.fromisoformat(since).tzinfo is not None
    except ValueError:
        return True
    return not is_moment or not (version is None or type(version) is int)
