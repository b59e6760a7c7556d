"""What the API asks of a run of one kind, beside what it asks of every run."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework import serializers

from conversations.models import Study
from generation.configuration import RunConfiguration


class KindFields(serializers.Serializer[Any]):
    """The fields of all kinds stand side by side in one body: each has a name of its own, and none is required.

    ``validate`` sees the fields of every kind, whichever was chosen.
    """

    needed: ClassVar[Mapping[str, str]] = {}  # fields without which no such run is begun, and what is said then

    def configuration(self, study: Study, given: dict[str, Any]) -> RunConfiguration:
        """What the run is told to do, from those of these fields that were given."""
        raise NotImplementedError
