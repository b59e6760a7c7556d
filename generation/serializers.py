"""Runs as the API shows and takes them."""

from typing import Any

from rest_framework import serializers

from accounts.storable import INTEGER_COLUMN
from conversations.enums import StageNumber
from conversations.models import System
from generation.configuration import (
    ExtractionConfiguration,
    MentionsConfiguration,
    ResponsesConfiguration,
    RunConfiguration,
    ScoresConfiguration,
    VotesConfiguration,
)
from generation.enums import AttributePolicy, RunKind, ScoringMethod
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
    produced = serializers.IntegerField(help_text="Attributes, responses or votes stored.")
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
    without_attributes = serializers.IntegerField(
        help_text="responses: cases whose personalized response will fail, as their subject has no attribute"
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
    confidence_threshold = serializers.FloatField(min_value=0, max_value=1, required=False, help_text="extraction")
    max_attributes = serializers.IntegerField(min_value=1, max_value=200, required=False, help_text="extraction")
    policy = serializers.ChoiceField(choices=AttributePolicy.choices, required=False, help_text="responses")
    selection_system = serializers.SlugRelatedField(
        slug_field="name",
        queryset=System.objects.none(),
        required=False,
        help_text="responses, policy selection: whose selection",
    )
    max_given = serializers.IntegerField(min_value=1, max_value=100, required=False, help_text="responses")
    stage = serializers.ChoiceField(
        choices=StageNumber.choices, required=False, help_text="votes: the stage that is judged"
    )
    method = serializers.ChoiceField(
        choices=ScoringMethod.choices, required=False, help_text="scores: by what relevance is scored"
    )
    with_reason = serializers.BooleanField(
        required=False, help_text="scores: read an attribute's reason too, which makes another rater"
    )
    all_again = serializers.BooleanField(
        required=False, help_text="mentions: ask about those an uploader or a model decided too"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        study = self.context.get("study")
        if study is not None:
            self.fields["endpoint"].queryset = study.endpoints.all()  # type: ignore[attr-defined]
            self.fields["selection_system"].queryset = study.systems.all()  # type: ignore[attr-defined]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("policy") == AttributePolicy.SELECTION and "selection_system" not in attrs:
            raise serializers.ValidationError({"selection_system": "Name the system whose selection is used."})
        if attrs["kind"] == RunKind.VOTES and "stage" not in attrs:
            raise serializers.ValidationError({"stage": "Name the stage that is judged."})
        if attrs["kind"] == RunKind.SCORES and "method" not in attrs:
            raise serializers.ValidationError({"method": "Name the method that scores."})
        return attrs

    def configuration(self) -> RunConfiguration:
        chosen = self.validated_data
        match chosen["kind"]:
            case RunKind.EXTRACTION:
                own = self._chosen("confidence_threshold", "max_attributes")
                return ExtractionConfiguration(**own, seed=self.context["study"].seed)
            case RunKind.VOTES:
                return VotesConfiguration.for_stage(chosen["stage"])
            case RunKind.SCORES:
                return ScoresConfiguration(**self._chosen("method", "with_reason"))
            case RunKind.MENTIONS:
                return MentionsConfiguration(**self._chosen("all_again"))
        own = self._chosen("policy", "max_given")
        if "selection_system" in chosen:
            own["selection_system"] = chosen["selection_system"].pk
        return ResponsesConfiguration(**own)

    def _chosen(self, *names: str) -> dict[str, Any]:
        return {name: self.validated_data[name] for name in names if name in self.validated_data}
