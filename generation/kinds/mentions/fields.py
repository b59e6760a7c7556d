"""What the API asks of a run that detects mentions."""

from typing import Any

from rest_framework import serializers

from conversations.models import Study
from generation.kinds.fields import KindFields
from generation.kinds.mentions.configuration import MentionsConfiguration


class MentionsFields(KindFields):
    all_again = serializers.BooleanField(
        required=False, help_text="mentions: ask about those an uploader or a model decided too"
    )

    def configuration(self, study: Study, given: dict[str, Any]) -> MentionsConfiguration:
        return MentionsConfiguration(**given)
