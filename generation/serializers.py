"""Runs as the API shows and takes them."""

from typing import Any

from rest_framework import serializers

from accounts.storable import INTEGER_COLUMN
from generation.configuration import RunConfiguration
from generation.enums import RunKind
from generation.kinds.fields import KindFields
from generation.kinds.kind import GenerationKind
from generation.kinds.registry import kind_of, shown_kinds
from generation.models import Endpoint, Run


class RunSerializer(serializers.ModelSerializer[Run]):
    system = serializers.CharField(source="system.name", read_only=True)
    endpoint = serializers.CharField(source="endpoint.name", read_only=True)

    class Meta:
        model = Run
        fields = [
            "id",
            "kind",
            "state",
            "system",
            "endpoint",
            "configuration",
            "budget",
            "stop_reason",
            "created_at",
            "started_at",
            "finished_at",
        ]
        read_only_fields = fields


class RunProgressSerializer(serializers.Serializer[Any]):
    total = serializers.IntegerField()
    waiting = serializers.IntegerField()
    running = serializers.IntegerField()
    done = serializers.IntegerField()
    failed = serializers.IntegerField()
    cancelled = serializers.IntegerField()
    produced = serializers.IntegerField(help_text="Attributes, decisions, responses or votes stored.")
    per_minute = serializers.FloatField(allow_null=True)
    seconds_left = serializers.IntegerField(allow_null=True)


class FailureSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a declared field, which DRF takes off the class
    items = serializers.IntegerField()
    example = serializers.CharField()


class RunStatusSerializer(RunSerializer):
    progress = RunProgressSerializer(read_only=True)
    failures = FailureSerializer(many=True, read_only=True, help_text="Why items failed.")

    class Meta(RunSerializer.Meta):
        fields = [*RunSerializer.Meta.fields, "progress", "failures"]
        read_only_fields = fields


class RunEstimateSerializer(serializers.Serializer[Any]):
    items = serializers.IntegerField()
    calls = serializers.IntegerField()
    input_tokens = serializers.IntegerField(help_text="Estimated.")
    output_tokens = serializers.IntegerField(help_text="At most.")
    cost = serializers.DecimalField(
        max_digits=14, decimal_places=6, help_text="At most, in the currency of the endpoint's prices."
    )
    left_out = serializers.ListField(
        child=serializers.CharField(), help_text="What the run will not do, each with its reason."
    )


class NewRun(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=RunKind.choices)
    endpoint = serializers.SlugRelatedField(
        slug_field="name",
        queryset=Endpoint.objects.none(),
        required=False,
        help_text="The name of one of the study's endpoints; the installation's own where it is left out.",
    )
    limit = serializers.IntegerField(
        min_value=1, max_value=INTEGER_COLUMN, required=False, help_text="Subjects, cases or tasks; all where left out."
    )
    budget = serializers.DecimalField(
        max_digits=10, decimal_places=2, min_value=0, required=False, help_text="The run pauses before it is passed."
    )

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """What every run is asked, and then what each kind asks."""
        fields = super().get_fields()
        study = self.context.get("study")
        if study is not None:
            fields["endpoint"].queryset = study.endpoints.all()  # type: ignore[attr-defined]
        for kind in shown_kinds():
            fields |= self._of(kind).get_fields()
        return fields

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        for kind in shown_kinds():
            attrs = self._of(kind).validate(attrs)
        needed = kind_of(attrs["kind"]).fields.needed
        missing = {name: said for name, said in needed.items() if name not in attrs}
        if missing:
            raise serializers.ValidationError(missing)
        return attrs

    @property
    def chosen_kind(self) -> GenerationKind[Any]:
        return kind_of(self.validated_data["kind"])

    def configuration(self) -> RunConfiguration:
        asked = self._of(self.chosen_kind)
        given = {name: value for name, value in self.validated_data.items() if name in asked.fields}
        return asked.configuration(self.context["study"], given)

    def _of(self, kind: GenerationKind[Any]) -> KindFields:
        return kind.fields(context=self.context)
