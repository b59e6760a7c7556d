"""What a run that writes responses was told to do. Pure."""

from typing import Any, Final

from pydantic import Field, model_validator

from conversations.enums import Policy
from generation.configuration import RunConfiguration

# What people choose among, in this order (docs/protocol.md, Terms).
POLICIES: Final = {
    Policy.OWN: "What the system selected itself",
    Policy.ACCEPTED: "What it selects anew among the attributes that people accepted",
    Policy.RELEVANT: "What people accepted and found relevant",
    Policy.SELECTION: "What another system selected",
    Policy.ALL: "All attributes of the subject",
}
DEFAULT_POLICY: Final = Policy.OWN
_ONCE_CALLED: Final = {"consensus": Policy.RELEVANT.value}


class ResponsesConfiguration(RunConfiguration):
    templates: dict[str, int] = Field(default_factory=lambda: {"respond-generic": 1, "respond-personalized": 1})
    policy: Policy = DEFAULT_POLICY
    selection_system: int | None = None  # whose selection, where the policy is ``selection``
    max_given: int = Field(default=10, ge=1, le=100)  # attributes for each response
    attempt: int = Field(default=1, ge=1)  # later ones write a held comparison again
    rewrites: int | None = None  # which one

    @model_validator(mode="before")
    @classmethod
    def _policies_of_before(cls, stored: Any) -> Any:
        """Runs keep the words of their time."""
        if isinstance(stored, dict) and stored.get("policy") in _ONCE_CALLED:
            return {**stored, "policy": _ONCE_CALLED[stored["policy"]]}
        return stored
