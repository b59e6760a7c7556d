"""The API of stages: plan, open, pause, close, and how far they are."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.errors import ErrorEnvelope
from accounts.models import Scope
from accounts.signed_in import user_of
from conversations.enums import Role
from conversations.models import Stage
from conversations.permissions import MANAGE, READ, get_study
from judgments.work import opening
from judgments.work.estimates import estimate_of
from judgments.work.filling import filling_of
from judgments.work.filling_words import in_words
from judgments.work.progress import progress_of
from judgments.work.serializers import (
    EstimateSerializer,
    FillingSerializer,
    ProgressSerializer,
    StageChange,
    StageSerializer,
)
from judgments.work.tasks import announce_material


def stage_of(request: Request, slug: str, number: int, *roles: Role) -> Stage:
    study = get_study(user_of(request), slug, *roles)
    return get_object_or_404(study.stages.select_related("study"), number=number)


class StageList(APIView):
    scopes: ClassVar = {"GET": Scope.STUDY_READ}

    @extend_schema(responses=StageSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """The study's three stages."""
        study = get_study(user_of(request), slug, *READ)
        return Response(StageSerializer(study.stages.all(), many=True).data)


class StageDetail(APIView):
    scopes: ClassVar = {"GET": Scope.STUDY_READ, "PATCH": Scope.STUDY_WRITE}

    @extend_schema(responses=StageSerializer)
    def get(self, request: Request, slug: str, number: int) -> Response:
        """One stage."""
        return Response(StageSerializer(stage_of(request, slug, number, *READ)).data)

    @extend_schema(request=StageChange, responses={200: StageSerializer, 409: ErrorEnvelope})
    def patch(self, request: Request, slug: str, number: int) -> Response:
        """Change how it is rated. k, gating and page size are fixed once it was opened."""
        stage = stage_of(request, slug, number, *MANAGE)
        change = StageChange(stage, data=request.data, partial=True)
        change.is_valid(raise_exception=True)
        changed = opening.update_stage(stage=stage, actor=user_of(request), **change.validated_data)
        return Response(StageSerializer(changed).data)


class StageProgress(APIView):
    scopes: ClassVar = {"GET": Scope.STUDY_READ}

    @extend_schema(responses=ProgressSerializer)
    def get(self, request: Request, slug: str, number: int) -> Response:
        """How far it is, all figures from one moment."""
        return Response(ProgressSerializer(progress_of(stage_of(request, slug, number, *READ))).data)


class StageEstimate(APIView):
    scopes: ClassVar = {"GET": Scope.STUDY_READ}

    @extend_schema(responses=EstimateSerializer)
    def get(self, request: Request, slug: str, number: int) -> Response:
        """What it takes: tasks, judgments, hours and money of everything its gating asks for now."""
        return Response(EstimateSerializer(estimate_of(stage_of(request, slug, number, *READ))).data)


class StageFilling(APIView):
    scopes: ClassVar = {"GET": Scope.STUDY_READ}

    @extend_schema(responses=FillingSerializer)
    def get(self, request: Request, slug: str, number: int) -> Response:
        """Whether there are raters enough: how many it needs and, once it was opened, for whom its ratings wait."""
        found = filling_of(stage_of(request, slug, number, *READ), now=timezone.now())
        return Response(FillingSerializer({"filling": found, "words": in_words(found)}).data)


class StageAct(APIView):
    """One step of a stage. The subclasses name the service."""

    scopes: ClassVar = {"POST": Scope.STUDY_WRITE}
    act: ClassVar[Callable[..., Any]]
    leaves_work: ClassVar[bool] = False  # for the workers

    @extend_schema(request=None, responses={200: StageSerializer, 409: ErrorEnvelope})
    def post(self, request: Request, slug: str, number: int) -> Response:
        stage = stage_of(request, slug, number, *MANAGE)
        type(self).act(stage=stage, actor=user_of(request), now=timezone.now())
        if type(self).leaves_work:
            announce_material()
        return Response(StageSerializer(stage).data)


class StageOpen(StageAct):
    """Open the stage: raters can begin, and a big stage's other tasks are built behind it. Only the owner opens a closed one again."""

    act = staticmethod(opening.open_stage)
    leaves_work = True


class StagePause(StageAct):
    """Give out no tasks and take no answers for a while."""

    act = staticmethod(opening.pause_stage)


class StageClose(StageAct):
    """End the rating of the stage."""

    act = staticmethod(opening.close_stage)
