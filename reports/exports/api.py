"""The API of exports: ask for one, follow it, fetch it."""

from typing import ClassVar

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.errors import ErrorEnvelope
from accounts.models import Scope
from accounts.signed_in import user_of
from conversations.permissions import READ, get_study
from judgments.enums import LookWay
from reports.enums import ExportState
from reports.exports import reads, requesting
from reports.exports.downloads import attachment
from reports.exports.serializers import ExportSerializer, NewExport
from reports.exports.tasks import announce_export
from reports.models import Export


class ExportList(generics.ListAPIView[Export]):
    """The study's exports, newest first."""

    scopes: ClassVar = {"GET": Scope.EXPORT_READ, "POST": Scope.EXPORT_READ}
    serializer_class = ExportSerializer
    queryset = Export.objects.none()

    def get_queryset(self) -> QuerySet[Export]:
        return reads.exports_of(get_study(user_of(self.request), self.kwargs["slug"], *READ))

    @extend_schema(request=NewExport, responses={202: ExportSerializer, 409: ErrorEnvelope})
    def post(self, request: Request, slug: str) -> Response:
        """Ask for a study's judgments, another of its tables or the whole dataset, as they are now. A worker writes the file; stages you must not see yet are left out."""
        study = get_study(user_of(request), slug, *READ)
        wanted = NewExport(data=request.data)
        wanted.is_valid(raise_exception=True)
        export = requesting.request_export(
            study=study,
            kind=wanted.validated_data["kind"],
            file_format=wanted.validated_data["format"],
            requested_by=user_of(request),
            now=timezone.now(),
            by=LookWay.API,
        )
        announce_export(export.pk)
        return Response(ExportSerializer(export).data, status=status.HTTP_202_ACCEPTED)


class ExportDetail(APIView):
    scopes: ClassVar = {"GET": Scope.EXPORT_READ}

    @extend_schema(responses=ExportSerializer)
    def get(self, request: Request, slug: str, export_id: int) -> Response:
        """How far an export is: ask until its state is done or failed."""
        study = get_study(user_of(request), slug, *READ)
        return Response(ExportSerializer(get_object_or_404(reads.exports_of(study), pk=export_id)).data)


class ExportDownload(APIView):
    scopes: ClassVar = {"GET": Scope.EXPORT_READ}

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY, 403: ErrorEnvelope})
    def get(self, request: Request, slug: str, export_id: int) -> HttpResponseBase:
        """The file of an export that is done. A download that broke off goes on with a Range header."""
        study = get_study(user_of(request), slug, *READ)
        export = get_object_or_404(reads.exports_of(study), pk=export_id, state=ExportState.DONE)
        if not reads.may_download(export, user_of(request)):
            raise PermissionDenied("This export holds labels of a stage that is still open.")
        requesting.note_download(export=export, actor=user_of(request), now=timezone.now(), by=LookWay.API)
        return attachment(export, request)
