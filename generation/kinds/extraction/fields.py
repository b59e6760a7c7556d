"""What the API asks of a run that extracts attributes."""

from typing import Any

from rest_framework import serializers

from conversations.models import Study
from generation.kinds.extraction.configuration import ExtractionConfiguration
from generation.kinds.fields import KindFields
from generation.models import Endpoint


class ExtractionFields(KindFields):
    confidence_threshold = serializers.FloatField(min_value=0, max_value=1, required=False, help_text="extraction")
    max_attributes = serializers.IntegerField(min_value=1, max_value=200, required=False, help_text="extraction")
    embedding_endpoint = serializers.SlugRelatedField(
        slug_field="name",
        queryset=Endpoint.objects.none(),
        required=False,
        help_text="extraction: by whose embeddings near-duplicates are found; the installation's own model if left out",
    )

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        study = self.context.get("study")
        if study is not None:
            fields["embedding_endpoint"].queryset = study.endpoints.all()  # type: ignore[attr-defined]
        return fields

    def configuration(self, study: Study, given: dict[str, Any]) -> ExtractionConfiguration:
        endpoint = given.pop("embedding_endpoint", None)
        return ExtractionConfiguration(**given, seed=study.seed).embedded_by(endpoint)
