"""What a run that scores relevance was told to do. Pure."""

from typing import Any, Self

from django.db import models
from pydantic import Field

from generation.configuration import RunConfiguration


class ScoringMethod(models.TextChoices):
    """By what the relevance of an attribute to a prompt is scored."""

    BM25 = "bm25", "BM25: the words they share; no endpoint is called"
    EMBEDDING = "embedding", "Embedding similarity, by the endpoint's embeddings"


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
