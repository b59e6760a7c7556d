"""The API of runs: start one, follow it."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.errors import Conflict, ErrorEnvelope
from accounts.models import Scope
from accounts.requests import user_of
from conversations.permissions import MANAGE, READ, get_study
from generation import tasks
from generation.enums import RunKind
from generation.models import Run
from generation.queries import progress
from generation.serializers import NewRun, RunSerializer, RunStatusSerializer
from generation.services import runs
from generation.services.endpoints import ensure_default_endpoint

STARTS: dict[str, Callable[..., Run]] = {
    RunKind.EXTRACTION: runs.start_extraction,
    RunKind.RESPONSES: runs.start_responses,
    RunKind.VOTES: runs.start_votes,
}


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
        """Extract attributes, write responses, or judge a stage: everything that has none of this system yet."""
        study = get_study(user_of(request), slug, *MANAGE)
        default = ensure_default_endpoint(study)
        wanted = NewRun(data=request.data, context={"study": study})
        wanted.is_valid(raise_exception=True)
        chosen: dict[str, Any] = wanted.validated_data
        try:
            run = STARTS[chosen["kind"]](
                study=study,
                endpoint=chosen.get("endpoint", default),
                configuration=wanted.configuration(),
                limit=chosen.get("limit"),
                budget=chosen.get("budget"),
                actor=user_of(request),
                now=timezone.now(),
            )
        except runs.NothingToDo as nothing:
            raise Conflict(
                "There is nothing to produce: all of it exists, or there is nothing to work from."
            ) from nothing
        tasks.announce(run.endpoint_id)
        return Response(RunSerializer(run).data, status=status.HTTP_201_CREATED)


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
