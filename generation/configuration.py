"""What a run was told to do, as stored with it. Pure values; unknown keys are refused."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field


class RunConfiguration(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    templates: dict[str, int]
    parameters: dict[str, Any] = Field(default_factory=dict)

    def with_parameters(self, parameters: dict[str, Any]) -> Self:
        """Its own parameters win over those of the endpoint that are given here."""
        return self.model_copy(update={"parameters": {**parameters, **self.parameters}})

    def stored(self) -> dict[str, Any]:
        return self.model_dump(mode="json")

    @classmethod
    def of(cls, stored: dict[str, Any]) -> Self:
        return cls.model_validate(stored)
