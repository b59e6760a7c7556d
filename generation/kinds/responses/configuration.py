"""What a run that writes responses was told to do. Pure."""

from typing import Final

from django.db import models
from pydantic import Field

from conversations.enums import Policy
from generation.configuration import RunConfiguration


class AttributePolicy(models.TextChoices):
    """Which attributes a personalized response is given."""

    ALL = "all", "All attributes of the subject"
    CONSENSUS = "consensus", "What the humans found relevant at stage 2"
    SELECTION = "selection", "A system's own selection"


# What docs/protocol.md calls them. A system that is given its own selection is under ``own``.
ARM_POLICIES: Final = {
    AttributePolicy.ALL: Policy.ALL,
    AttributePolicy.CONSENSUS: Policy.RELEVANT,
    AttributePolicy.SELECTION: Policy.SELECTION,
}


class ResponsesConfiguration(RunConfiguration):
    templates: dict[str, int] = Field(default_factory=lambda: {"respond-generic": 1, "respond-personalized": 1})
    policy: AttributePolicy = AttributePolicy.ALL
    selection_system: int | None = None  # whose selection, where the policy is ``selection``
    max_given: int = Field(default=10, ge=1, le=100)  # attributes for each response
    attempt: int = Field(default=1, ge=1)  # later ones write a held comparison again
