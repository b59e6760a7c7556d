"""What a run that asks for selections was told to do. Pure."""

from django.db import models
from pydantic import Field

from conversations.enums import SelectionPool
from generation.configuration import RunConfiguration


class AttributesOf(models.TextChoices):
    """Whose attributes of the subject a system chooses from."""

    OWN = "own", "Its own: what this system extracted"
    STUDY = "study", "All of the study: whoever extracted or uploaded them"


class SelectionsConfiguration(RunConfiguration):
    templates: dict[str, int] = Field(default_factory=lambda: {"selection": 1})
    pool: SelectionPool = SelectionPool.ALL
    attributes_of: AttributesOf = AttributesOf.OWN
    seed: int = Field(default=0, ge=0)  # of the order in which they are shown
