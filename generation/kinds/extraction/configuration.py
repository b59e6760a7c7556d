"""What a run that extracts attributes was told to do."""

from typing import Any, Self

from pydantic import Field

from conversations.meaning import EMBEDDER, RULES, THRESHOLD
from generation.configuration import RunConfiguration
from generation.models import Endpoint


class ExtractionConfiguration(RunConfiguration):
    templates: dict[str, int] = Field(default_factory=lambda: {"extraction": 1})
    confidence_threshold: float = Field(default=0.4, ge=0, le=1)
    max_attributes: int = Field(default=12, ge=1, le=200)  # of each subject
    max_parts: int = Field(default=30, ge=1, le=1000)  # calls for each subject; longer histories are sampled
    seed: int = 0
    # By what near-duplicates are merged: an embedder's cosine similarity and the rules beside it; without one by words.
    embedder: str = EMBEDDER
    embedding_endpoint: int | None = None  # whose embeddings; without one those of the installation
    merge_threshold: float | None = Field(default=THRESHOLD, ge=-1, le=1)
    merge_rules: int = RULES

    def embedded_by(self, endpoint: Endpoint | None) -> Self:
        if endpoint is None:
            return self
        told = {"embedder": f"{endpoint.model} of {endpoint.name}", "embedding_endpoint": endpoint.pk}
        return self.model_copy(update=told)

    @classmethod
    def of(cls, stored: dict[str, Any]) -> Self:
        """As it was stored; a run from before statements were compared by meaning goes on by words."""
        return super().of({"embedder": "", "merge_threshold": None, "merge_rules": 0} | stored)
