"""The arm of a comparison, as several tables show it. They join ``conversations_arm`` as ``arm``."""

from reports.dataset.tables.sources import system_name
from reports.dataset.tables.table import Column, Kind

ARM = """
LEFT JOIN conversations_arm arm ON arm.id = comparison.arm_id
LEFT JOIN conversations_system arm_selecting ON arm_selecting.id = arm.selecting_system_id
"""
_SELECTION_OF = system_name("arm_selecting")
_WORDS = (
    "COALESCE(NULLIF(arm.name, ''), "
    f"CASE WHEN arm.policy = 'selection' THEN 'selection of ' || {_SELECTION_OF} ELSE arm.policy END)"
)

IN_SHORT = (
    Column("arm_id", Kind.INTEGER, "arm.id", "the arm of the comparison (stage 3)"),
    Column("arm", Kind.TEXT, _WORDS, "its name, or the policy where it has none; arms of one word differ in settings"),
)
AT_LENGTH = (
    Column("arm_id", Kind.INTEGER, "arm.id", "the arm: system, policy and settings of the treatment"),
    Column("arm_name", Kind.TEXT, "NULLIF(arm.name, '')", "the uploader's name for it"),
    Column(
        "arm_policy",
        Kind.TEXT,
        "arm.policy",
        "which of its attributes the system was given: own (it selected them), accepted, relevant, "
        "selection (another system selected them), all, or unstated",
    ),
    Column("arm_selection_of", Kind.TEXT, _SELECTION_OF, "that other system"),
    Column("arm_settings", Kind.JSON, "arm.settings", "an object: template version, number of attributes, parameters"),
)
