"""The API of studies, guidelines and the translations of what raters read. Each view makes one call to the service that the pages call."""

from typing import ClassVar

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
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
from conversations.enums import Role
from conversations.models import ConsentText, ConsentTranslation, Guidelines, GuidelinesTranslation, Stage, Study
from conversations.permissions import MANAGE, READ, get_study
from conversations.queries import studies as queries
from conversations.serializers import (
    ConsentTranslationSerializer,
    GuidelinesSerializer,
    NewStudy,
    SettingsChange,
    StudySerializer,
    TranslationSerializer,
)
from conversations.services import guidelines, translating
from conversations.services import studies as services


class StudyList(generics.ListAPIView[Study]):
    """Your studies."""

    scopes: ClassVar = {"GET": Scope.STUDY_READ, "POST": Scope.STUDY_WRITE}
    serializer_class = StudySerializer
    queryset = Study.objects.none()

    def get_queryset(self) -> QuerySet[Study]:
        return queries.studies_of(user_of(self.request))

    @extend_schema(request=NewStudy, responses={201: StudySerializer})
    def post(self, request: Request) -> Response:
        """Create a study with its three stages in draft and the default guidelines. You become its owner."""
        user = user_of(request)
        if not user.is_staff:
            raise PermissionDenied("Your account may not create studies.")
        wanted = NewStudy(data=request.data)
        wanted.is_valid(raise_exception=True)
        study = services.create_study(user=user, **wanted.validated_data)
        shown = StudySerializer(study, context={"request": request})
        return Response(shown.data, status=status.HTTP_201_CREATED)


class StudyDetail(APIView):
    scopes: ClassVar = {"GET": Scope.STUDY_READ, "PATCH": Scope.STUDY_WRITE}

    @extend_schema(responses=StudySerializer)
    def get(self, request: Request, slug: str) -> Response:
        """One study."""
        study = get_study(user_of(request), slug, *READ)
        return Response(StudySerializer(study, context={"request": request}).data)

    @extend_schema(request=SettingsChange, responses={200: StudySerializer, 409: ErrorEnvelope})
    def patch(self, request: Request, slug: str) -> Response:
        """Change its settings; fields that are left out stay as they are."""
        study = get_study(user_of(request), slug, *MANAGE)
        change = SettingsChange(study, data=request.data, partial=True)
        change.is_valid(raise_exception=True)
        services.update_study(study=study, actor=user_of(request), now=timezone.now(), **change.validated_data)
        return Response(StudySerializer(study, context={"request": request}).data)


class GuidelinesList(generics.ListAPIView[Guidelines]):
    """All versions of what raters of a stage are told, newest first."""

    scopes: ClassVar = {"GET": Scope.STUDY_READ, "POST": Scope.STUDY_WRITE}
    serializer_class = GuidelinesSerializer
    queryset = Guidelines.objects.none()

    def get_queryset(self) -> QuerySet[Guidelines]:
        return self._stage(*READ).guidelines.all()

    @extend_schema(request=GuidelinesSerializer, responses={201: GuidelinesSerializer, 409: ErrorEnvelope})
    def post(self, request: Request, slug: str, number: int) -> Response:
        """Add a version, in Markdown. Raters who come from now on see it."""
        stage = self._stage(*MANAGE)
        wanted = GuidelinesSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        made = guidelines.new_version(stage=stage, actor=user_of(request), now=timezone.now(), **wanted.validated_data)
        made.refresh_from_db()
        return Response(GuidelinesSerializer(made).data, status=status.HTTP_201_CREATED)

    def _stage(self, *roles: Role) -> Stage:
        study = get_study(user_of(self.request), self.kwargs["slug"], *roles)
        return get_object_or_404(study.stages, number=self.kwargs["number"])


class GuidelinesTranslations(generics.ListAPIView[GuidelinesTranslation]):
    """The guidelines in force in raters' languages, newest first: the first of a language counts."""

    scopes: ClassVar = {"GET": Scope.STUDY_READ, "POST": Scope.STUDY_WRITE}
    serializer_class = TranslationSerializer
    queryset = GuidelinesTranslation.objects.none()

    def get_queryset(self) -> QuerySet[GuidelinesTranslation]:
        return self._version(*READ).translations.all()

    @extend_schema(request=TranslationSerializer, responses={201: TranslationSerializer})
    def post(self, request: Request, slug: str, number: int) -> Response:
        """Say the version in force in another language. It stays the same version, also while raters judge."""
        version = self._version(*MANAGE)
        wanted = TranslationSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        made = translating.translate_guidelines(guidelines=version, actor=user_of(request), **wanted.validated_data)
        made.refresh_from_db()
        return Response(TranslationSerializer(made).data, status=status.HTTP_201_CREATED)

    def _version(self, *roles: Role) -> Guidelines:
        study = get_study(user_of(self.request), self.kwargs["slug"], *roles)
        versions = Guidelines.objects.filter(stage__study=study, stage__number=self.kwargs["number"])
        version = versions.select_related("stage").order_by("-version").first()
        if version is None:
            raise Http404
        return version


class ConsentTranslations(generics.ListAPIView[ConsentTranslation]):
    """The consent text in force in raters' languages, newest first: the first of a language counts. 404 where none is asked."""

    scopes: ClassVar = {"GET": Scope.STUDY_READ, "POST": Scope.STUDY_WRITE}
    serializer_class = ConsentTranslationSerializer
    queryset = ConsentTranslation.objects.none()

    def get_queryset(self) -> QuerySet[ConsentTranslation]:
        return self._version(*READ).translations.all()

    @extend_schema(request=ConsentTranslationSerializer, responses={201: ConsentTranslationSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Say the version in force in another language. Who agreed to it already is not asked again."""
        version = self._version(*MANAGE)
        wanted = ConsentTranslationSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        made = translating.translate_consent(consent=version, actor=user_of(request), **wanted.validated_data)
        made.refresh_from_db()
        return Response(ConsentTranslationSerializer(made).data, status=status.HTTP_201_CREATED)

    def _version(self, *roles: Role) -> ConsentText:
        study = get_study(user_of(self.request), self.kwargs["slug"], *roles)
        version = study.consent_texts.select_related("study").order_by("-version").first()
        if version is None:
            raise Http404
        return version
