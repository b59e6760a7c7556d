"""What a run was told to do, as stored with it. Pure values; unknown keys are refused."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

from generation.enums import AttributePolicy, ScoringMethod


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


class ExtractionConfiguration(RunConfiguration):
    templates: dict[str, int] = Field(default_factory=lambda: {"extraction": 1})
    confidence_threshold: float = Field(default=0.4, ge=0, le=1)
    max_attributes: int = Field(default=12, ge=1, le=200)  # of each subject
    max_parts: int = Field(default=30, ge=1, le=1000)  # calls for each subject; longer histories are sampled
    seed: int = 0


class ResponsesConfiguration(RunConfiguration):
    templates: dict[str, int] = Field(default_factory=lambda: {"respond-generic": 1, "respond-personalized": 1})
    policy: AttributePolicy = AttributePolicy.ALL
    selection_system: int | None = None  # whose selection, where the policy is ``selection``
    max_given: int = Field(default=10, ge=1, le=100)  # attributes for each response
    attempt: int = Field(default=1, ge=1)  # later ones write a held comparison again


class VotesConfiguration(RunConfiguration):
    """``templates`` names the template of the stage that is voted on, and no other."""

    stage: int = Field(ge=1, le=3)
    guidelines: int | None = None  # the version of the study's guidelines that the prompts carry
    max_units: int = Field(default=20, ge=1, le=50)  # in one call

    @classmethod
    def for_stage(cls, stage: int, **values: Any) -> Self:
        return cls(stage=stage, templates={vote_template(stage): VOTE_TEMPLATE_VERSION}, **values)

    @property
    def template(self) -> tuple[str, int]:
        name = vote_template(self.stage)
        return name, self.templates[name]


class ScoresConfiguration(RunConfiguration):
    """How relevance is scored. No prompt template has a part in it."""

    templates: dict[str, int] = Field(default_factory=dict)
    method: ScoringMethod
    with_reason: bool = False  # whether an attribute's reason is read with its text

    @property
    def calls_endpoint(self) -> bool:
        return self.method == ScoringMethod.EMBEDDING

    def with_parameters(self, parameters: dict[str, Any]) -> Self:
        """Embeddings have a model and nothing else of a completion; BM25 has not even that."""
        used = {"model": parameters["model"]} if self.calls_endpoint else {}
        return super().with_parameters(used)


class MentionsConfiguration(RunConfiguration):
    templates: dict[str, int] = Field(default_factory=lambda: {"mentions": 1})
    all_again: bool = False  # also what an uploader or a model has decided
    max_facts: int = Field(default=20, ge=1, le=50)  # in one call


VOTE_TEMPLATE_VERSION = 1


def vote_template(stage: int) -> str:
    return f"vote-stage{stage}"
