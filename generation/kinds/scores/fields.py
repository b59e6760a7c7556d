"""What the API asks of a run that scores relevance."""

from typing import Any, ClassVar

from rest_framework import serializers

from conversations.models import Study
from generation.kinds.fields import KindFields
from generation.kinds.scores.configuration import ScoresConfiguration, ScoringMethod


class ScoresFields(KindFields):
    method = serializers.ChoiceField(
        choices=ScoringMethod.choices, required=False, help_text="scores: by what relevance is scored"
    )
    with_reason = serializers.BooleanField(
        required=False, help_text="scores: read an attribute's reason too, which makes another rater"
    )
    needed: ClassVar = {"method": "Name the method that scores."}

    def configuration(self, study: Study, given: dict[str, Any]) -> ScoresConfiguration:
        return ScoresConfiguration(**given)
