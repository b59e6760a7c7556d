"""Exports as the API shows and takes them."""

from typing import Any

from rest_framework import serializers

from reports.enums import FORMATS, ExportFormat, ExportKind
from reports.models import Export


class ExportSerializer(serializers.ModelSerializer[Export]):
    filename = serializers.CharField(read_only=True)

    class Meta:
        model = Export
        fields = [
            "id",
            "kind",
            "format",
            "state",
            "stages",
            "withheld",
            "filename",
            "rows",
            "size",
            "sha256",
            "failure",
            "requested_at",
            "started_at",
            "finished_at",
        ]
        read_only_fields = fields


class NewExport(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=ExportKind.choices, default=ExportKind.JUDGMENTS)
    format = serializers.ChoiceField(choices=ExportFormat.choices, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        possible = FORMATS[ExportKind(attrs["kind"])]
        chosen = attrs.setdefault("format", possible[0])
        if chosen not in possible:
            raise serializers.ValidationError({"format": f"{attrs['kind']} is written as {', '.join(possible)}."})
        return attrs
