"""Any other platform or panel: whoever makes the link says what its parameters are called."""

from raters.enums import Platform
from raters.platforms.base import ArrivalPlatform

PLATFORM = ArrivalPlatform(
    name=Platform.OTHER,
    short_name="Other",
    address_words="Replace each … by what your platform puts in for that parameter.",
    field_help={
        "person_parameter": "Another platform only. Connect: participantId. SONA: survey_code.",
        "study_parameter": "Another platform only. Connect: projectId. SONA has none.",
        "session_parameter": "Another platform only. Connect: assignmentId. SONA has none.",
        "return_address": "Another platform only. It begins with https://, and {code} in it becomes the code.",
    },
)
