"""What a run that judges a stage was told to do. Pure."""

from typing import Any, Self

from pydantic import Field

from generation.configuration import RunConfiguration

VOTE_TEMPLATE_VERSION = 1
VERSION_WITH_CARD = 2  # of stage 3: it holds the person card


class VotesConfiguration(RunConfiguration):
    """``templates`` names the template of the stage that is voted on, and no other."""

    stage: int = Field(ge=1, le=3)
    guidelines: int | None = None  # the version of the study's guidelines that the prompts carry
    max_units: int = Field(default=20, ge=1, le=50)  # in one call

    @classmethod
    def for_stage(cls, stage: int, **values: Any) -> Self:
        return cls(stage=stage, templates={vote_template(stage): VOTE_TEMPLATE_VERSION}, **values)

    def beside_card(self) -> Self:
        """The same where pages show a person card."""
        return self.model_copy(update={"templates": {vote_template(self.stage): VERSION_WITH_CARD}})

    @property
    def template(self) -> tuple[str, int]:
        name = vote_template(self.stage)
        return name, self.templates[name]


def vote_template(stage: int) -> str:
    return f"vote-stage{stage}"
