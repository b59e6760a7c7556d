"""What a run that extracts attributes was told to do. Pure."""

from pydantic import Field

from generation.configuration import RunConfiguration


class ExtractionConfiguration(RunConfiguration):
    templates: dict[str, int] = Field(default_factory=lambda: {"extraction": 1})
    confidence_threshold: float = Field(default=0.4, ge=0, le=1)
    max_attributes: int = Field(default=12, ge=1, le=200)  # of each subject
    max_parts: int = Field(default=30, ge=1, le=1000)  # calls for each subject; longer histories are sampled
    seed: int = 0
