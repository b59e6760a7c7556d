"""What a run that detects mentions was told to do. Pure."""

from pydantic import Field

from generation.configuration import RunConfiguration


class MentionsConfiguration(RunConfiguration):
    templates: dict[str, int] = Field(default_factory=lambda: {"mentions": 1})
    all_again: bool = False  # also what an uploader or a model has decided
    max_facts: int = Field(default=20, ge=1, le=50)  # in one call
