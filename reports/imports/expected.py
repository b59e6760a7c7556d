"""What each value of an exported table must be for it to become a row here again."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from conversations.enums import ControlKind, MentionMethod, Origin, Policy, SelectionPool
from judgments.enums import BlindingGuess, ExclusionReason, FailureMode, Outcome, TaskKind
from raters.enums import Platform, RaterKind

type Row = Mapping[str, Any]

LARGEST_ID = 2**62
LARGEST_COUNT = 2**31 - 1
LARGEST_SMALL = 2**15 - 1


@dataclass(frozen=True, slots=True)
class Rule:
    """``holds`` is asked of values that are not None; None itself is right where the rule is ``optional``."""

    says: str
    holds: Callable[[Any], bool]
    optional: bool = False


def _whole(largest: int, *, least: int = 0, optional: bool = False) -> Rule:
    return Rule(f"a whole number from {least} to {largest}", lambda value: least <= value <= largest, optional)


def _one_of(*values: str, optional: bool = False) -> Rule:
    return Rule(f"one of {', '.join(values)}", lambda value: value in values, optional)


def _text(most: int, *, least: int = 0, optional: bool = False) -> Rule:
    return Rule(f"{least} to {most} characters", lambda value: least <= len(value) <= most, optional)


def _matching(pattern: str, says: str) -> Rule:
    compiled = re.compile(pattern, re.ASCII)
    return Rule(says, lambda value: compiled.fullmatch(value) is not None)


TRUTH = Rule("true or false", lambda _value: True)
ID = _whole(LARGEST_ID, least=1)
OPTIONAL_ID = _whole(LARGEST_ID, least=1, optional=True)
COUNT = _whole(LARGEST_COUNT, optional=True)
SUBJECT = _matching(r"subject-[1-9]\d{0,8}", 'a key like "subject-12"')
KEY = _matching(r"[A-Za-z0-9-]{1,40}", "up to 40 letters, digits and hyphens")
SIDE = _one_of("generic", "personalized", optional=True)
SYSTEM = _text(120, least=1)
OPTIONAL_SYSTEM = _text(120, least=1, optional=True)
OPTIONAL_TEXT = _text(500_000, optional=True)
OPTIONAL_PROMPT = _text(200, least=1, optional=True)
TOPIC = _text(120, optional=True)
FRACTION = Rule("a number from 0 to 1", lambda value: 0 <= value <= 1, optional=True)
FINITE = Rule("a finite number", lambda value: abs(value) < float("inf"), optional=True)
COST = Rule("an amount below 1,000,000", lambda value: 0 <= value < 1_000_000, optional=True)
MOMENT = Rule("a moment from the year 1970 to 9999", lambda value: 1970 <= value.year <= 9998)
OPTIONAL_MOMENT = Rule(MOMENT.says, MOMENT.holds, optional=True)
STAGE = _whole(3, least=1)
UUID = Rule(
    "a UUID",
    lambda value: re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value, re.ASCII) is not None,
    optional=True,
)

_ARM: Mapping[str, Rule] = {
    "arm_id": OPTIONAL_ID,
    "arm_name": _text(120, least=1, optional=True),
    "arm_policy": _one_of(*Policy.values, optional=True),
    "arm_selection_of": OPTIONAL_SYSTEM,
    "arm_settings": OPTIONAL_TEXT,
}


def is_stage(value: object) -> bool:
    """Of a value from JSON, whatever its type."""
    return type(value) is int and STAGE.holds(value)


RULES: Mapping[str, Mapping[str, Rule]] = {
    "subjects": {
        "subject_key": SUBJECT,
        "subject_origin": _one_of(*Origin.values),
        "conversations": _whole(LARGEST_COUNT),
        "stated_conversations": COUNT,
        "withdrawn": TRUTH,
    },
    "items": {
        "unit_id": ID,
        "stage": STAGE,
        "task_id": ID,
        "task_kind": _one_of(*TaskKind.values),
        "withdrawn": TRUTH,
        "subject_key": SUBJECT,
        "batch_id": OPTIONAL_ID,
        "prompt_id": OPTIONAL_PROMPT,
        "prompt_text": OPTIONAL_TEXT,
        "prompt_topic": TOPIC,
        "case_id": OPTIONAL_ID,
        "attribute_id": OPTIONAL_ID,
        "attribute_text": _text(10_000, optional=True),
        "attribute_type": _text(60, optional=True),
        "attribute_reason": OPTIONAL_TEXT,
        "attribute_confidence": FRACTION,
        "attribute_evidence": OPTIONAL_TEXT,
        "attribute_merged_from": OPTIONAL_TEXT,
        "attribute_system": OPTIONAL_SYSTEM,
        "attribute_mentioned": Rule(TRUTH.says, TRUTH.holds, optional=True),
        "attribute_mention_method": _one_of(*MentionMethod.values, optional=True),
        "attribute_mention_model": _text(200, optional=True),
        "comparison_id": OPTIONAL_ID,
        "response_system": OPTIONAL_SYSTEM,
        "expected_label": _whole(5, optional=True),
        "instruction": OPTIONAL_TEXT,
    },
    "comparisons": {
        "comparison_id": ID,
        "case_id": ID,
        "subject_key": SUBJECT,
        "prompt_id": _text(200, least=1),
        "prompt_text": _text(500_000),
        "prompt_topic": TOPIC,
        "response_system": SYSTEM,
        "generic_text": _text(500_000),
        "personalized_text": _text(500_000),
        "generic_tokens": COUNT,
        "personalized_tokens": COUNT,
        "generic_latency_ms": COUNT,
        "personalized_latency_ms": COUNT,
        "generic_cost": COST,
        "personalized_cost": COST,
        "identical": TRUTH,
        "leak_reasons": _text(500_000),
        "released": TRUTH,
        "withdrawn": TRUTH,
        "control": _one_of(*ControlKind.values, optional=True),
        "borrowed_from": Rule(SUBJECT.says, SUBJECT.holds, optional=True),
        "for_controls": Rule(TRUTH.says, TRUTH.holds, optional=True),
        **_ARM,
    },
    "silent_cases": {
        "case_id": ID,
        "subject_key": SUBJECT,
        "prompt_id": _text(200, least=1),
        "prompt_text": OPTIONAL_TEXT,
        "prompt_topic": TOPIC,
        "batch_id": OPTIONAL_ID,
        "response_system": SYSTEM,
        "comparison_id": OPTIONAL_ID,
        "for_controls": TRUTH,
        **_ARM,
    },
    "selections": {
        "system": SYSTEM,
        "case_id": ID,
        "subject_key": SUBJECT,
        "prompt_id": _text(200, least=1),
        "prompt_text": OPTIONAL_TEXT,
        "attribute_id": ID,
        "attribute_text": _text(10_000, optional=True),
        "attribute_system": OPTIONAL_SYSTEM,
        "selected": TRUTH,
        "score": FINITE,
        "pool": _one_of(*SelectionPool.values, optional=True),
    },
    "selection_records": {
        "system": SYSTEM,
        "case_id": ID,
        "subject_key": SUBJECT,
        "prompt_id": _text(200, least=1),
        "prompt_text": OPTIONAL_TEXT,
        "spoken_at": MOMENT,
        "pool": _one_of(*SelectionPool.values, optional=True),
    },
    "raters": {
        "rater_key": KEY,
        "rater_kind": _one_of(*RaterKind.values),
        "rater_name": _text(200, least=1, optional=True),
        "is_subject": TRUTH,
        "languages": OPTIONAL_TEXT,
        "consent_language": _text(10, least=1, optional=True),
        "entry_link": _text(100, least=1, optional=True),
        "platform": _one_of(*Platform.values, optional=True),
    },
    "judgments": {
        "judgment_id": ID,
        "stage": STAGE,
        "unit_id": ID,
        "subject_key": SUBJECT,
        "rater_key": KEY,
        "presentation": _whole(LARGEST_SMALL),
        "answer_recoded": _whole(5),
        "failure_mode": _one_of(*FailureMode.values, optional=True),
        "note": _text(500_000),
        "comment": _text(500_000),
        "missing_attributes": _text(500_000),
        "revision": _whole(LARGEST_COUNT, least=1),
        "shown_left": SIDE,
        "excluded": TRUTH,
        "exclusion_reason": _one_of(*ExclusionReason.values, optional=True),
        "outcome": _one_of(*Outcome.values, optional=True),
        "active_ms": COUNT,
        "wall_ms": _whole(10**12, least=-(10**12), optional=True),
        "started_at": OPTIONAL_MOMENT,
        "submitted_at": MOMENT,
        "assignment_id": UUID,
        "guidelines_version": _whole(LARGEST_COUNT, least=1, optional=True),
        "rules": _whole(LARGEST_COUNT, least=1, optional=True),
        "pastes": COUNT,
        "exits_with_copy": COUNT,
    },
    "consensus": {
        "unit_id": ID,
        "subject_key": SUBJECT,
        "consensus": Rule("a number from 0 to 5", lambda value: 0 <= value <= 5),
        "raters": _whole(LARGEST_COUNT),
        "by_panel": TRUTH,
        "adjudicated": TRUTH,
        "adjudicated_at": OPTIONAL_MOMENT,
        "adjudication_note": OPTIONAL_TEXT,
    },
    "blinding_answers": {
        "assignment_id": Rule(UUID.says, UUID.holds),
        "comparison_id": ID,
        "subject_key": SUBJECT,
        "rater_key": KEY,
        "guess": _one_of(*BlindingGuess.values),
        "sureness": _whole(5, least=1),
        "shown_left": SIDE,
    },
    "guidelines": {
        "stage": STAGE,
        "version": _whole(LARGEST_COUNT, least=1),
        "text": _text(500_000),
        "sha256": _matching(r"[0-9a-f]{64}", "a SHA-256 in hexadecimal"),
        "created_at": MOMENT,
    },
}
# Columns that the first exports did not have.
MAY_LACK = {
    "items": {"instruction", "attribute_merged_from"},
    "judgments": {"rules", "pastes", "exits_with_copy"},
    "raters": {"consent_language", "entry_link", "platform"},
    "comparisons": {"prompt_topic", "control", "borrowed_from", "for_controls", *_ARM},
    "consensus": {"adjudicated_at", "adjudication_note"},
    "selections": {"prompt_text", "attribute_text", "attribute_system", "pool"},
    "selection_records": {"pool"},
}
