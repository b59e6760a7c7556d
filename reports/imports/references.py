"""What the staged rows say of each other: everything named exists once, and belongs together."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from reports.imports.problems import MOST_PROBLEMS, DatasetRefused, Problem, excerpt

_KEYS = {
    "subjects": "subject_key",
    "items": "unit_id",
    "comparisons": "comparison_id",
    "raters": "rater_key",
    "judgments": "judgment_id",
    "consensus": "unit_id",
    "blinding_answers": "assignment_id",
}


@dataclass(frozen=True, slots=True)
class _Check:
    """``where`` selects the rows of the table (as ``staged``) that are wrong."""

    table: str
    field: str
    expected: str
    where: str
    joins: str = ""


def _refers(table: str, field: str, target: str, key: str = "") -> _Check:
    key = key or field
    return _Check(
        table,
        field,
        f"one of the table {target}",
        f"staged.{field} IS NOT NULL AND named.{key} IS NULL",
        f"LEFT JOIN staged_{target} named ON named.{key} = staged.{field}",
    )


def _same(table: str, group: str, *fields: str) -> list[_Check]:
    """Rows that name the same thing say the same of it."""
    joins = "JOIN (SELECT {0}, min({1}::text) AS least, max({1}::text) AS most FROM staged_{2} GROUP BY {0}) same USING ({0})"
    return [
        _Check(
            table,
            field,
            f"the same in all rows of one {group}",
            f"same.least <> same.most AND staged.{field}::text <> same.least",
            joins.format(group, field, table),
        )
        for field in fields
    ]


# What comparisons and silent cases say alike; what comparisons say of an arm comes first.
_OF_ARMS = "arm_id, response_system, arm_name, arm_policy, arm_selection_of, arm_hash, file_, row_"
_ARMS = f"(SELECT {_OF_ARMS} FROM staged_comparisons UNION ALL SELECT {_OF_ARMS} FROM staged_silent_cases) named"  # noqa: S608
_PAIRS = "(SELECT case_id, subject_key, prompt_id, file_, row_ FROM staged_comparisons) named"

_CHECKS: Sequence[_Check] = (
    *(
        _refers(table, "subject_key", "subjects")
        for table in ("items", "comparisons", "silent_cases", "selections", "selection_records", "judgments")
    ),
    _refers("comparisons", "borrowed_from", "subjects", "subject_key"),
    *(_refers(table, "unit_id", "items") for table in ("judgments", "consensus")),
    *(_refers(table, "rater_key", "raters") for table in ("judgments", "blinding_answers")),
    *(_refers(table, "comparison_id", "comparisons") for table in ("items", "silent_cases", "blinding_answers")),
    *_same("items", "task_id", "stage", "task_kind", "withdrawn", "subject_key", "case_id", "comparison_id"),
    *_same("items", "case_id", "subject_key", "prompt_id"),
    *_same("items", "prompt_id", "prompt_hash"),
    *_same("items", "attribute_id", "subject_key", "attribute_hash", "attribute_system"),
    *_same("judgments", "assignment_id", "rater_key", "presentation", "shown_left", "outcome", "stage"),
    *_same("judgments", "assignment_id", "guidelines_version"),
    *_same("judgments", "assignment_id", "rules", "pastes", "exits_with_copy"),
    *_same("comparisons", "arm_id", "response_system", "arm_policy", "arm_hash"),
    *_same("comparisons", "case_id", "subject_key", "prompt_id"),
    *(
        _Check(
            "silent_cases",
            field,
            f"the same in all rows of one {group}",
            f"staged.{field} IS DISTINCT FROM other.{field}",
            f"JOIN (SELECT DISTINCT ON ({group}) * FROM {source} ORDER BY {group}, file_, row_) other "  # noqa: S608
            f"USING ({group})",
        )
        for group, source, fields in (
            ("arm_id", _ARMS, ("response_system", "arm_name", "arm_policy", "arm_selection_of", "arm_hash")),
            ("case_id", _PAIRS, ("subject_key", "prompt_id")),
        )
        for field in fields
    ),
    _Check(
        "comparisons",
        "arm_name",
        "the same in all rows of one arm_id",
        "(staged.arm_name, staged.arm_selection_of) IS DISTINCT FROM (same.arm_name, same.arm_selection_of)",
        "JOIN (SELECT DISTINCT ON (arm_id) arm_id, arm_name, arm_selection_of FROM staged_comparisons "
        "ORDER BY arm_id, comparison_id) same USING (arm_id)",
    ),
    _Check(
        "judgments",
        "guidelines_version",
        "a version of the stage in the table guidelines",
        "staged.guidelines_version IS NOT NULL AND named.version IS NULL AND EXISTS (SELECT FROM staged_guidelines)",
        "LEFT JOIN staged_guidelines named ON named.stage = staged.stage AND named.version = staged.guidelines_version",
    ),
    _Check(
        "guidelines",
        "version",
        "each version of a stage once",
        "staged.ctid <> twice.first",
        "JOIN (SELECT stage, version, min(ctid) AS first FROM staged_guidelines GROUP BY stage, version "
        "HAVING count(*) > 1) twice USING (stage, version)",
    ),
    _Check(
        "judgments",
        "stage",
        "the stage of the unit",
        "item.stage <> staged.stage OR item.subject_key <> staged.subject_key",
        "JOIN staged_items item USING (unit_id)",
    ),
    _Check(
        "items",
        "case_id",
        "the case of the comparison",
        "pair.case_id <> staged.case_id OR pair.subject_key <> staged.subject_key",
        "JOIN staged_comparisons pair USING (comparison_id)",
    ),
)


def check_references() -> None:
    """Raises DatasetRefused."""
    problems = [problem for check in (*_uniqueness(), *_CHECKS) for problem in _found(check)]
    if problems:
        raise DatasetRefused(problems[:MOST_PROBLEMS])


def _uniqueness() -> list[_Check]:
    repeated = (
        "JOIN (SELECT {0}, min(ctid) AS first FROM staged_{1} GROUP BY {0} HAVING count(*) > 1) twice USING ({0})"
    )
    return [
        _Check(table, key, "each one once", "staged.ctid <> twice.first", repeated.format(key, table))
        for table, key in _KEYS.items()
    ]


def _found(check: _Check) -> list[Problem]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT staged.file_, staged.row_, staged.{check.field}::text "  # noqa: S608 - of our own words only
            f"FROM staged_{check.table} staged {check.joins} WHERE {check.where} "
            "ORDER BY staged.file_, staged.row_ LIMIT 20"
        )
        return [
            Problem(file, row, check.field, check.expected, excerpt(found)) for file, row, found in cursor.fetchall()
        ]
