"""What the API asks of a run that extracts attributes."""

from typing import Any

from rest_framework import serializers

from conversations.models import Study
from generation.kinds.extraction.configuration import ExtractionConfiguration
from generation.kinds.fields import KindFields


class ExtractionFields(KindFields):
    confidence_threshold = serializers.FloatField(min_value=0, max_value=1, required=False, help_text="extraction")
    max_attributes = serializers.IntegerField(min_value=1, max_value=200, required=False, help_text="extraction")

    def configuration(self, study: Study, given: dict[str, Any]) -> ExtractionConfiguration:
        return ExtractionConfiguration(**given, seed=study.seed)
