"""The API of batches: upload one, follow it, read its error report, undo it."""

from typing import Any, ClassVar

from django.conf import settings
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.errors import ErrorEnvelope
from accounts.models import Scope
from accounts.paging import OldestFirst
from accounts.signed_in import user_of
from conversations import tasks
from conversations.api.staging import staged_of
from conversations.formats import Format, Options
from conversations.models import Batch, BatchProblem, ConversationVersion
from conversations.permissions import MANAGE, READ, get_study
from conversations.queries import batches as queries
from conversations.serializers import BatchSerializer, NewBatch, ProblemSerializer, VersionChoice, VersionSerializer
from conversations.services import batches as services
from conversations.services import staging, versions


class BatchList(generics.ListAPIView[Batch]):
    """The study's batches, newest first."""

    scopes: ClassVar = {"GET": Scope.STUDY_READ, "POST": Scope.BATCH_WRITE}
    parser_classes = [MultiPartParser]
    serializer_class = BatchSerializer
    queryset = Batch.objects.none()

    def get_queryset(self) -> QuerySet[Batch]:
        return queries.batches_of(get_study(user_of(self.request), self.kwargs["slug"], *READ))

    @extend_schema(request={"multipart/form-data": NewBatch}, responses={202: BatchSerializer, 400: ErrorEnvelope})
    def post(self, request: Request, slug: str) -> Response:
        """Upload a file. A worker imports it; the same content twice changes nothing."""
        study = get_study(user_of(request), slug, *MANAGE)
        wanted = NewBatch(data=request.data)
        wanted.is_valid(raise_exception=True)
        said = dict(wanted.validated_data)
        staged = staged_of(user_of(request), study, said.pop("staged")) if "staged" in said else None
        file: Any = staging.whole_file(staged) if staged else said.pop("file")
        origin = said.pop("origin")
        if file.size > settings.UPLOAD_MAX_BYTES:
            raise serializers.ValidationError({"file": f"At most {settings.UPLOAD_MAX_BYTES} bytes."})
        try:
            found, options = _reading(file, said)
            batch = services.receive(
                study=study,
                file=file,
                filename=file.name,
                origin=origin,
                user=user_of(request),
                format=found,
                options=options,
            )
        except services.BatchRefused as refusal:
            raise serializers.ValidationError({_field_of(refusal): str(refusal)}) from refusal
        finally:
            file.close()
        if staged:
            staging.discard(staged)
        tasks.announce(batch.pk)
        return Response(BatchSerializer(batch).data, status=status.HTTP_202_ACCEPTED)


def _field_of(refusal: services.BatchRefused) -> str:
    """That by which the file would be read, where there is one."""
    return refusal.choice.option if refusal.choice else "file"


def _reading(file: services.Upload, said: dict[str, Any]) -> tuple[Format, Options]:
    named = said.pop("format", None)
    seen = services.examined(file, format=named, encoding=said.get("encoding"), part=said.get("part"))
    return seen.format, services.options_said(format=seen.format, head=seen.head, **said)


class BatchDetail(APIView):
    scopes: ClassVar = {"GET": Scope.STUDY_READ}

    @extend_schema(responses=BatchSerializer)
    def get(self, request: Request, slug: str, batch_id: int) -> Response:
        """How far a batch is: ask until its state is done or failed."""
        study = get_study(user_of(request), slug, *READ)
        return Response(BatchSerializer(get_object_or_404(queries.batches_of(study), pk=batch_id)).data)


class BatchProblems(generics.ListAPIView[BatchProblem]):
    """The error report, in the order of the file."""

    scopes: ClassVar = {"GET": Scope.STUDY_READ}
    pagination_class = OldestFirst
    serializer_class = ProblemSerializer
    queryset = BatchProblem.objects.none()

    def get_queryset(self) -> QuerySet[BatchProblem]:
        study = get_study(user_of(self.request), self.kwargs["slug"], *READ)
        return queries.problems_of(get_object_or_404(queries.batches_of(study), pk=self.kwargs["batch_id"]))


class BatchUndo(APIView):
    scopes: ClassVar = {"POST": Scope.BATCH_WRITE}

    @extend_schema(request=None, responses={200: BatchSerializer, 409: ErrorEnvelope})
    def post(self, request: Request, slug: str, batch_id: int) -> Response:
        """Take out of the study what the batch brought, while nothing of it is judged and nothing rests on it."""
        study = get_study(user_of(request), slug, *MANAGE)
        batch = get_object_or_404(queries.batches_of(study), pk=batch_id)
        services.undo(batch=batch, actor=user_of(request), now=timezone.now())
        batch.refresh_from_db()
        return Response(BatchSerializer(batch).data)


class VersionList(generics.ListAPIView[ConversationVersion]):
    """Conversations that were exported again with other turns and wait for a choice, oldest first."""

    scopes: ClassVar = {"GET": Scope.STUDY_READ}
    pagination_class = OldestFirst
    serializer_class = VersionSerializer
    queryset = ConversationVersion.objects.none()

    def get_queryset(self) -> QuerySet[ConversationVersion]:
        return versions.waiting_versions(get_study(user_of(self.request), self.kwargs["slug"], *READ))


class VersionChoose(APIView):
    scopes: ClassVar = {"POST": Scope.BATCH_WRITE}

    @extend_schema(request=VersionChoice, responses={200: VersionSerializer, 409: ErrorEnvelope})
    def post(self, request: Request, slug: str, version_id: int) -> Response:
        """Take the text that was exported again, or leave it out."""
        study = get_study(user_of(request), slug, *MANAGE)
        wanted = VersionChoice(data=request.data)
        wanted.is_valid(raise_exception=True)
        chosen = versions.choose(
            study=study,
            version_id=version_id,
            take=wanted.validated_data["choice"] == "take",
            actor=user_of(request),
            now=timezone.now(),
        )
        return Response(VersionSerializer(chosen).data)
