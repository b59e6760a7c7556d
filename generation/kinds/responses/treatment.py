"""The arm that a run's configuration makes of a system: all that changes the treatment."""

from typing import Any

from conversations.enums import Policy
from conversations.models import Arm, System
from conversations.services.arms import ensure_arm
from generation.kinds.responses.configuration import ResponsesConfiguration
from generation.prompting import load


def treatment(configuration: ResponsesConfiguration) -> dict[str, Any]:
    """What ``ensure_arm`` and ``find_arm`` are told."""
    selecting = configuration.selection_system if configuration.policy == Policy.SELECTION else None
    template = load("respond-personalized", configuration.templates["respond-personalized"])
    return {
        "policy": configuration.policy,
        "selecting_system": System.objects.get(pk=selecting) if selecting else None,
        "settings": {
            "template": template.label,
            "attributes": configuration.max_given,
            "parameters": configuration.parameters,
        },
    }


def arm_of(system: System, configuration: ResponsesConfiguration) -> Arm:
    """A response that is written again, with another seed, stays in the arm of the one before."""
    if configuration.rewrites is not None:
        return Arm.objects.get(comparisons=configuration.rewrites)
    return ensure_arm(system=system, **treatment(configuration))
