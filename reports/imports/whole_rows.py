"""What the values of a row must be beside each other, once each is as ``expected``."""

import hashlib

from conversations.enums import Policy
from raters.enums import UPLOADED, RaterKind
from reports.imports.expected import Row

_FROM, _TO = {1: 1, 2: 0, 3: 1}, {1: 3, 2: 1, 3: 5}


def whole_row(table: str, row: Row) -> tuple[str, str, object] | None:
    """What no single value tells: the field, what was expected and what was found. None if all is well."""
    if table == "judgments":
        return _judgment(row)
    if table == "items":
        return _item(row)
    if table == "comparisons":
        return _arm(row) or _control(row)
    if table == "silent_cases":
        return _arm(row) or _silent(row)
    if table == "guidelines" and hashlib.sha256(row["text"].encode()).hexdigest() != row["sha256"]:
        return "sha256", "the SHA-256 of the text", row["sha256"]
    return _rater(row) if table == "raters" else None


def _rater(row: Row) -> tuple[str, str, object] | None:
    """No dataset may speak for a human who rates here."""
    name = row["rater_name"]
    if row["rater_kind"] != RaterKind.HUMAN:
        return ("rater_name", "the name of the model or panel", None) if name is None else None
    if name is None or name.endswith(UPLOADED):
        return None
    return "rater_name", f'none for a human, or one that ends in "{UPLOADED}"', name


def _judgment(row: Row) -> tuple[str, str, object] | None:
    least, most = _FROM[row["stage"]], _TO[row["stage"]]
    if not least <= row["answer_recoded"] <= most:
        return "answer_recoded", f"{least} to {most} at stage {row['stage']}", row["answer_recoded"]
    if row["failure_mode"] is not None and (row["stage"] != 1 or row["answer_recoded"] < 2):
        return "failure_mode", "none but for unsure and reject at stage 1", row["failure_mode"]
    if row["excluded"] != (row["exclusion_reason"] is not None):
        return "exclusion_reason", "a reason where it is excluded, none where not", row["exclusion_reason"]
    if row["assignment_id"] is not None and (row["outcome"] is None or row["started_at"] is None):
        return "outcome", "how the assignment ended, and when it began", row["outcome"]
    return None


def _control(row: Row) -> tuple[str, str, object] | None:
    if row["control"] is not None and row["arm_id"] is not None:
        return "arm_id", "none of a control", row["arm_id"]
    return None


def _silent(row: Row) -> tuple[str, str, object] | None:
    if row["arm_id"] is None and row["comparison_id"] is None:
        return "arm_id", "the arm that is silent", None
    return None


def _arm(row: Row) -> tuple[str, str, object] | None:
    if (row["arm_id"] is None) != (row["arm_policy"] is None) or (row["arm_id"] is None) != (
        row["arm_settings"] is None
    ):
        return "arm_policy", "an arm with its policy and settings, or none of them", row["arm_policy"]
    if (row["arm_policy"] == Policy.SELECTION) != (row["arm_selection_of"] is not None):
        return "arm_selection_of", "the system that selected, where the policy is selection", row["arm_selection_of"]
    return None


def _item(row: Row) -> tuple[str, str, object] | None:
    if row["attribute_id"] is not None and (row["attribute_text"] is None or row["attribute_system"] is None):
        return "attribute_text", "the text and the system of the attribute", row["attribute_text"]
    if row["stage"] > 1 and (row["case_id"] is None or row["prompt_id"] is None or row["prompt_text"] is None):
        return "case_id", "a case and its prompt", row["case_id"]
    if row["stage"] == 3 and row["comparison_id"] is None:
        return "comparison_id", "a comparison", None
    return None
