"""The API of runs: ask what one will take, start it, follow it."""

from typing import ClassVar

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.errors import ErrorEnvelope
from accounts.models import Scope
from accounts.signed_in import user_of
from conversations.models import Study
from conversations.permissions import MANAGE, READ, get_study
from generation import tasks
from generation.models import Run
from generation.queries import progress
from generation.serializers import NewRun, RunEstimateSerializer, RunSerializer, RunStatusSerializer
from generation.services.endpoints import ensure_default_endpoint


class RunList(generics.ListAPIView[Run]):
    """The study's runs, newest first."""

    scopes: ClassVar = {"GET": Scope.STUDY_READ, "POST": Scope.STUDY_WRITE}
    serializer_class = RunSerializer
    queryset = Run.objects.none()

    def get_queryset(self) -> QuerySet[Run]:
        study = get_study(user_of(self.request), self.kwargs["slug"], *READ)
        return Run.objects.filter(study=study).select_related("system", "endpoint")

    @extend_schema(request=NewRun, responses={201: RunSerializer, 409: ErrorEnvelope})
    def post(self, request: Request, slug: str) -> Response:
        """Extract attributes, select them, write responses, judge or score a stage, detect mentions: all that is missing."""
        study = get_study(user_of(request), slug, *MANAGE)
        wanted = _wanted(request, study)
        chosen = wanted.validated_data
        run = wanted.chosen_kind.start(
            study=study,
            endpoint=chosen["endpoint"],
            configuration=wanted.configuration(),
            limit=chosen.get("limit"),
            budget=chosen.get("budget"),
            actor=user_of(request),
            now=timezone.now(),
        )
        tasks.announce(run.endpoint_id)
        return Response(RunSerializer(run).data, status=status.HTTP_201_CREATED)


class RunEstimate(APIView):
    scopes: ClassVar = {"POST": Scope.STUDY_READ}

    @extend_schema(request=NewRun, responses=RunEstimateSerializer)
    def post(self, request: Request, slug: str) -> Response:
        """What the run would take, by the body that starts it. Nothing is started or paid."""
        study = get_study(user_of(request), slug, *MANAGE)
        wanted = _wanted(request, study)
        chosen = wanted.validated_data
        estimate = wanted.chosen_kind.estimate(
            study, chosen["endpoint"], wanted.configuration(), limit=chosen.get("limit")
        )
        return Response(RunEstimateSerializer(estimate).data)


def _wanted(request: Request, study: Study) -> NewRun:
    """What was asked for, by the installation's own endpoint where none is named."""
    default = ensure_default_endpoint(study)
    wanted = NewRun(data=request.data, context={"study": study})
    wanted.is_valid(raise_exception=True)
    wanted.validated_data.setdefault("endpoint", default)
    return wanted


class RunDetail(APIView):
    scopes: ClassVar = {"GET": Scope.STUDY_READ}

    @extend_schema(responses=RunStatusSerializer)
    def get(self, request: Request, slug: str, run_id: int) -> Response:
        """How far a run is, and why items failed."""
        study = get_study(user_of(request), slug, *READ)
        run = get_object_or_404(Run.objects.select_related("system", "endpoint"), study=study, pk=run_id)
        figures = {"progress": progress.progress_of(run, now=timezone.now()), "failures": progress.reasons_of(run)}
        for name, value in figures.items():
            setattr(run, name, value)
        return Response(RunStatusSerializer(run).data)
