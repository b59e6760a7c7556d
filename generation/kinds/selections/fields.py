"""What the API asks of a run that asks for selections."""

from typing import Any

from rest_framework import serializers

from conversations.enums import SelectionPool
from conversations.models import Study
from generation.kinds.fields import KindFields
from generation.kinds.selections.configuration import AttributesOf, SelectionsConfiguration


class SelectionsFields(KindFields):
    pool = serializers.ChoiceField(
        choices=SelectionPool.choices, required=False, help_text="selections: which of them it may choose"
    )
    attributes_of = serializers.ChoiceField(
        choices=AttributesOf.choices, required=False, help_text="selections: whose attributes; its own where left out"
    )

    def configuration(self, study: Study, given: dict[str, Any]) -> SelectionsConfiguration:
        return SelectionsConfiguration(**given, seed=study.seed)
