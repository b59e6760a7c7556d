"""Joins and expressions that several tables share."""

from django.db.models import IntegerChoices

from conversations.enums import StageNumber
from judgments.enums import ExtractionLabel, RelevanceLabel

# From a task to what it is about. Left joins on unique keys: PostgreSQL drops those that a query does not use.
TARGET = """
LEFT JOIN conversations_comparison comparison ON comparison.id = task.comparison_id
LEFT JOIN conversations_case case_ ON case_.id = COALESCE(task.case_id, comparison.case_id)
LEFT JOIN conversations_subject subject ON subject.id = COALESCE(task.subject_id, case_.subject_id)
LEFT JOIN conversations_prompt prompt ON prompt.id = case_.prompt_id
LEFT JOIN conversations_attribute attribute ON attribute.id = unit.attribute_id
LEFT JOIN conversations_system attribute_system ON attribute_system.id = attribute.system_id
LEFT JOIN conversations_system response_system ON response_system.id = comparison.system_id
LEFT JOIN conversations_comparisonattribute given
    ON given.comparison_id = task.comparison_id AND given.attribute_id = unit.attribute_id
"""

# The fields of what an attribute rests on.
EVIDENCE = ("conversation", "turn", "quote", "start", "end", "state", "found_by")

SUBJECT_KEY = "'subject-' || subject.number"


def system_name(alias: str) -> str:
    """As ``System.__str__`` writes it; null where there is no system."""
    return f"btrim({alias}.name || ' ' || {alias}.version)"


def label_word(label: str) -> str:
    """The canonical label as a word; at stage 3 the number."""
    return (
        f"CASE stage.number WHEN {StageNumber.EXTRACTION:d} THEN {_word_of(label, ExtractionLabel)} "
        f"WHEN {StageNumber.RELEVANCE:d} THEN {_word_of(label, RelevanceLabel)} ELSE ({label})::text END"
    )


def _word_of(label: str, labels: type[IntegerChoices]) -> str:
    cases = (f"WHEN {value:d} THEN '{value.name.lower()}'" for value in labels)
    return f"CASE {label} {' '.join(cases)} END"
