"""Exports as the API shows and takes them."""

from typing import Any

from rest_framework import serializers

from reports.enums import ExportFormat
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
    format = serializers.ChoiceField(choices=ExportFormat.choices, default=ExportFormat.JSONL)
