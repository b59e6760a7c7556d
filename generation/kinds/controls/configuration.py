"""What a run that makes controls was told to do. Pure."""

from typing import Any, Self

from pydantic import Field

from generation.configuration import RunConfiguration

PERSONAL_NEEDS_ENDPOINT = (
    "A response for another subject is written by the endpoint that writes the generic ones: it can't be compared with "
    "generic responses of another system."
)


class ControlsConfiguration(RunConfiguration):
    templates: dict[str, int] = Field(default_factory=lambda: {"respond-generic": 1, "respond-personalized": 1})
    generic_of: int | None = None  # the system whose generic responses are taken; None: the endpoint writes them
    personal: bool = False  # also with a response that was written for another subject
    max_given: int = Field(default=10, ge=1, le=100)  # attributes of the other subject

    @property
    def calls_endpoint(self) -> bool:
        return self.generic_of is None

    def with_parameters(self, parameters: dict[str, Any]) -> Self:
        return super().with_parameters(parameters) if self.calls_endpoint else self
