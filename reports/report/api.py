"""The API of the report: the figures that the page shows."""

from typing import Any, ClassVar

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.errors import ErrorEnvelope
from accounts.models import Scope
from accounts.signed_in import user_of
from conversations.permissions import READ, get_study
from judgments.enums import LookWay
from reports.models import Report
from reports.report import requesting
from reports.report.parts import Part
from reports.report.tasks import announce_report


class ReportSerializer(serializers.ModelSerializer[Report]):
    parts: Any = serializers.SerializerMethodField()
    figures = serializers.JSONField(read_only=True, allow_null=True)

    class Meta:
        model = Report
        fields = ["state", "withheld", "requested_at", "computed_at", "parts", "figures"]
        read_only_fields = fields

    def get_parts(self, report: Report) -> list[str]:
        """What ``part`` can be."""
        return [str(Part(each["column"], each["value"])) for each in report.parts]


class ReportDetail(APIView):
    scopes: ClassVar = {"GET": Scope.EXPORT_READ}

    @extend_schema(
        parameters=[OpenApiParameter("part", str, description="one of `parts`: the figures of that part alone")],
        responses={200: ReportSerializer, 202: ReportSerializer, 409: ErrorEnvelope},
    )
    def get(self, request: Request, slug: str) -> Response:
        """The newest figures there are, without stages you must not see yet; 202 while the first are computed. Asking also starts a newer report where the study has changed since."""
        study, now = get_study(user_of(request), slug, *READ), timezone.now()
        try:
            part = Part.parse(request.query_params.get("part", ""))
            report, is_new = requesting.find_report(
                study=study, user=user_of(request), part=part, now=now, by=LookWay.API
            )
        except (ValueError, requesting.NoSuchPart) as error:
            raise Http404(str(error)) from error
        if is_new or requesting.renew_report(report=report, now=now):
            announce_report(report.pk)
        code = status.HTTP_202_ACCEPTED if report.figures is None else status.HTTP_200_OK
        return Response(ReportSerializer(report).data, status=code)
