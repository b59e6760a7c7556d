"""What the API asks of a run that judges a stage."""

from typing import Any, ClassVar

from rest_framework import serializers

from conversations.enums import StageNumber
from conversations.models import Study
from generation.kinds.fields import KindFields
from generation.kinds.votes.configuration import VotesConfiguration


class VotesFields(KindFields):
    stage = serializers.ChoiceField(
        choices=StageNumber.choices, required=False, help_text="votes: the stage that is judged"
    )
    needed: ClassVar = {"stage": "Name the stage that is judged."}

    def configuration(self, study: Study, given: dict[str, Any]) -> VotesConfiguration:
        return VotesConfiguration.for_stage(given["stage"])
