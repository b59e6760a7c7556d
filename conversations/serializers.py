"""Studies, batches and guidelines as the API shows and takes them."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from rest_framework import serializers

from accounts.storable_requests import StorableJSONField
from conversations.enums import Origin, WhileCollecting
from conversations.formats import ENCODINGS, Format, SubjectPolicy
from conversations.models import (
    Arm,
    Batch,
    BatchProblem,
    ConsentTranslation,
    ConversationVersion,
    EvidenceSearch,
    Guidelines,
    GuidelinesTranslation,
    StagedUpload,
    Study,
    Translation,
)
from conversations.services import guidelines, staging


class StudySerializer(serializers.ModelSerializer[Study]):
    role = serializers.SerializerMethodField(help_text="Yours in this study.")

    class Meta:
        model = Study
        fields = [
            "slug",
            "title",
            "description",
            "state",
            "role",
            "seed",
            "margin",
            "show_reason",
            "several_comparisons_per_case",
            "pay_per_hour",
            "currency",
            "platform_fee",
            "contact",
            "created_at",
            "closed_at",
        ]
        read_only_fields = fields

    def get_role(self, study: Study) -> str:
        annotated: str | None = getattr(study, "role", None)
        if annotated is not None:
            return annotated
        return study.memberships.values_list("role", flat=True).get(user=self.context["request"].user)


class StudyChange(serializers.ModelSerializer[Study]):
    """What may be written. Everything else about a study has a service of its own."""

    class Meta:
        model = Study
        fields = [
            "title",
            "description",
            "margin",
            "show_reason",
            "several_comparisons_per_case",
            "pay_per_hour",
            "currency",
            "platform_fee",
            "contact",
        ]
        extra_kwargs = {"margin": {"min_value": Decimal("0.01")}}


GOING = "Asked where a stage whose rules change is open or paused: go on, told apart, or close it first."


class SettingsChange(StudyChange):
    going = serializers.ChoiceField(choices=WhileCollecting.choices, required=False, help_text=GOING)

    class Meta(StudyChange.Meta):
        fields = [*StudyChange.Meta.fields, "going"]


class NewStudy(StudyChange):
    slug = serializers.SlugField(
        max_length=60, required=False, allow_blank=True, help_text="Made from the title where it is left out."
    )
    k = serializers.IntegerField(min_value=1, max_value=50, default=3, help_text="Ratings per task, at every stage.")

    class Meta(StudyChange.Meta):
        fields = ["slug", *StudyChange.Meta.fields, "k"]


class EvidenceSearchSerializer(serializers.ModelSerializer[EvidenceSearch]):
    """What was looked for, after the import, for attributes that came without evidence, and what decided."""

    class Meta:
        model = EvidenceSearch
        fields = ["state", "embedder", "threshold", "searched", "found", "failure", "finished_at"]
        read_only_fields = fields


class BatchSerializer(serializers.ModelSerializer[Batch]):
    evidence_search = EvidenceSearchSerializer(read_only=True, default=None, help_text="Null: none was needed.")

    class Meta:
        model = Batch
        fields = [
            "id",
            "filename",
            "size",
            "sha256",
            "format",
            "origin",
            "state",
            "counts",
            "bytes_read",
            "failure",
            "passed_over",
            "evidence_search",
            "uploaded_at",
            "started_at",
            "finished_at",
        ]
        read_only_fields = fields


class NewBatch(serializers.Serializer[Batch]):
    """A file and how to read it. What is left out is as the file's format proposes."""

    file = serializers.FileField(max_length=1000, required=False)
    staged = serializers.UUIDField(
        required=False, help_text="Instead of the file: the key of one that was sent in pieces before."
    )
    origin = serializers.ChoiceField(choices=Origin.choices, help_text="Of the conversations; shown in every report.")
    format = serializers.ChoiceField(
        choices=[one.value for one in Format], required=False, help_text="Recognised by the content if left out."
    )
    subject_policy = serializers.ChoiceField(
        choices=[one.value for one in SubjectPolicy], required=False, help_text="What one subject is."
    )
    subject_field = serializers.CharField(max_length=200, required=False)
    file_subject = serializers.CharField(max_length=200, required=False)
    system = serializers.CharField(max_length=120, required=False)
    encoding = serializers.ChoiceField(
        choices=[name for name in ENCODINGS if name], required=False, help_text="Of a text that is not UTF-8."
    )
    part = serializers.CharField(
        max_length=300, required=False, help_text="Which sheet of a workbook, list of an object or file of an archive."
    )
    columns = StorableJSONField(required=False, help_text='Of a CSV file: {"content": "text", ...}.')

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("file" in attrs) == ("staged" in attrs):
            raise serializers.ValidationError({"file": "Either the file, or the key of a staged one."})
        return attrs

    def validate_columns(self, columns: object) -> dict[str, str]:
        if not isinstance(columns, dict) or not all(isinstance(name, str) for name in columns.values()):
            raise serializers.ValidationError("An object of strings: our name of a field and the file's column.")
        return columns


class NewStagedUpload(serializers.Serializer[StagedUpload]):
    """A file that comes in pieces."""

    filename = serializers.CharField(max_length=1000)
    size = serializers.IntegerField(min_value=1, help_text="Bytes of the whole file.")
    mark = serializers.CharField(
        max_length=200,
        required=False,
        default="",
        help_text="What tells the file from others of its name and size, a hash of it for example: with the same mark it goes on.",
    )


class StagedUploadSerializer(serializers.ModelSerializer[StagedUpload]):
    """How far it is: ``received`` is where the next piece begins."""

    piece = serializers.SerializerMethodField(help_text="Bytes that a piece may have.")

    class Meta:
        model = StagedUpload
        fields = ["key", "filename", "size", "received", "piece"]
        read_only_fields = fields

    def get_piece(self, _staged: StagedUpload) -> int:
        return staging.PIECE_BYTES


class ProblemSerializer(serializers.ModelSerializer[BatchProblem]):
    class Meta:
        model = BatchProblem
        fields = ["file", "line", "field", "expected", "found", "kept"]
        read_only_fields = fields


class ArmSerializer(serializers.ModelSerializer[Arm]):
    system = serializers.CharField(source="system_name", read_only=True)
    selection_of = serializers.CharField(
        source="selecting_system.name", allow_null=True, read_only=True, help_text="Whose, with the policy selection."
    )
    comparisons = serializers.IntegerField(source="comparisons_count", read_only=True)
    silent_cases = serializers.IntegerField(
        source="silent_count", read_only=True, help_text="Beside comparisons of two texts that are identical."
    )

    class Meta:
        model = Arm
        fields = ["id", "system", "name", "policy", "selection_of", "settings", "comparisons", "silent_cases"]
        read_only_fields = fields


class GuidelinesSerializer(serializers.ModelSerializer[Guidelines]):
    going = serializers.ChoiceField(choices=WhileCollecting.choices, required=False, write_only=True, help_text=GOING)

    class Meta:
        model = Guidelines
        fields = ["version", "text", "created_at", "going"]
        read_only_fields = ["version", "created_at"]
        extra_kwargs = {"text": {"max_length": guidelines.LONGEST}}


class _TranslationFields[T: Translation](serializers.Serializer[T]):
    language = serializers.ChoiceField(choices=settings.LANGUAGES)
    text = serializers.CharField(
        max_length=guidelines.LONGEST,
        allow_blank=True,
        help_text="Markdown; empty: raters of this language read the original.",
    )
    created_at = serializers.DateTimeField(read_only=True)


class TranslationSerializer(_TranslationFields[GuidelinesTranslation]):
    """What raters are told, in another language."""


class ConsentTranslationSerializer(_TranslationFields[ConsentTranslation]):
    """What raters agree to, in another language."""


class VersionSerializer(serializers.ModelSerializer[ConversationVersion]):
    """Another text of a stored conversation."""

    subject = serializers.IntegerField(source="conversation.subject.number", read_only=True)
    external_id = serializers.CharField(source="conversation.external_id", read_only=True)
    stored_turns = serializers.IntegerField(source="conversation.turn_count", read_only=True)

    class Meta:
        model = ConversationVersion
        fields = [
            "id",
            "conversation",
            "subject",
            "external_id",
            "state",
            "batch",
            "stored_turns",
            "turn_count",
            "turns",
        ]
        read_only_fields = fields


class VersionChoice(serializers.Serializer[ConversationVersion]):
    choice = serializers.ChoiceField(choices=["take", "leave"])
