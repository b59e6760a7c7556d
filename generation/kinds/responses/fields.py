"""What the API asks of a run that writes responses."""

from typing import Any

from rest_framework import serializers

from conversations.enums import Policy
from conversations.models import Study, System
from generation.kinds.fields import KindFields
from generation.kinds.responses.configuration import POLICIES, ResponsesConfiguration


class ResponsesFields(KindFields):
    policy = serializers.ChoiceField(choices=list(POLICIES.items()), required=False, help_text="responses")
    selection_system = serializers.SlugRelatedField(
        slug_field="name",
        queryset=System.objects.none(),
        required=False,
        help_text="responses, policy selection: whose selection",
    )
    max_given = serializers.IntegerField(min_value=1, max_value=100, required=False, help_text="responses")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        study = self.context.get("study")
        if study is not None:
            fields["selection_system"].queryset = study.systems.all()  # type: ignore[attr-defined]
        return fields

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("policy") == Policy.SELECTION and "selection_system" not in attrs:
            raise serializers.ValidationError({"selection_system": "Name the system whose selection is used."})
        return attrs

    def configuration(self, study: Study, given: dict[str, Any]) -> ResponsesConfiguration:
        system = given.pop("selection_system", None)
        return ResponsesConfiguration(**given, selection_system=system.pk if system else None)
