"""What the API asks of a run that makes controls."""

from typing import Any

from rest_framework import serializers

from conversations.models import Study
from generation.kinds.controls.configuration import PERSONAL_NEEDS_ENDPOINT, ControlsConfiguration
from generation.kinds.controls.scope import systems_with_generics
from generation.kinds.fields import KindFields


class ControlsFields(KindFields):
    generic_of = serializers.IntegerField(
        required=False,
        min_value=1,
        help_text="controls: id of the system whose generic responses are taken; without it the endpoint writes them",
    )
    personal = serializers.BooleanField(
        required=False, help_text="controls: also with a response that was written for another subject"
    )

    def configuration(self, study: Study, given: dict[str, Any]) -> ControlsConfiguration:
        source = given.get("generic_of")
        if source is not None and not systems_with_generics(study).filter(pk=source).exists():
            raise serializers.ValidationError({"generic_of": "No system of this study with generic responses."})
        if source is not None and given.get("personal"):
            raise serializers.ValidationError({"personal": PERSONAL_NEEDS_ENDPOINT})
        return ControlsConfiguration(**given)
