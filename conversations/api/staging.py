"""The API of files that come in pieces: begin one, send its pieces, ask how far it is. A batch then names it instead of holding it."""

from collections.abc import Mapping
from typing import IO, Any, ClassVar
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.errors import ErrorEnvelope
from accounts.models import Scope, User
from accounts.signed_in import user_of
from conversations.models import StagedUpload, Study
from conversations.permissions import MANAGE, get_study
from conversations.serializers import NewStagedUpload, StagedUploadSerializer
from conversations.services import staging


class PieceParser(BaseParser):
    """Raw bytes, of which no more are read than a piece may have."""

    media_type = "application/octet-stream"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Mapping[str, bytes]:
        return {"piece": stream.read(staging.PIECE_BYTES + 1)}


class StagedUploadList(APIView):
    scopes: ClassVar = {"POST": Scope.BATCH_WRITE}

    @extend_schema(request=NewStagedUpload, responses={201: StagedUploadSerializer, 409: ErrorEnvelope})
    def post(self, request: Request, slug: str) -> Response:
        """Begin a file, or go on with one of the same name, size and mark: the answer says how much of it is here."""
        study = get_study(user_of(request), slug, *MANAGE)
        wanted = NewStagedUpload(data=request.data)
        wanted.is_valid(raise_exception=True)
        staged = staging.begin(study=study, user=user_of(request), now=timezone.now(), **wanted.validated_data)
        return Response(StagedUploadSerializer(staged).data, status=status.HTTP_201_CREATED)


class StagedUploadDetail(APIView):
    scopes: ClassVar = {"GET": Scope.BATCH_WRITE, "PUT": Scope.BATCH_WRITE}
    parser_classes = [PieceParser]

    @extend_schema(responses=StagedUploadSerializer)
    def get(self, request: Request, slug: str, staged_key: UUID) -> Response:
        """How much of the file is here."""
        study = get_study(user_of(request), slug, *MANAGE)
        return Response(StagedUploadSerializer(staged_of(user_of(request), study, staged_key)).data)

    @extend_schema(
        parameters=[OpenApiParameter("offset", int, required=True, description="The byte at which the piece begins.")],
        request={"application/octet-stream": OpenApiTypes.BINARY},
        responses={200: StagedUploadSerializer, 409: ErrorEnvelope},
    )
    def put(self, request: Request, slug: str, staged_key: UUID) -> Response:
        """The next piece. One that is here already changes nothing; after a refusal ask how far the file is."""
        study = get_study(user_of(request), slug, *MANAGE)
        staged = staged_of(user_of(request), study, staged_key)
        offset = serializers.IntegerField(min_value=0).run_validation(request.query_params.get("offset"))
        sent = request.data  # where nothing was sent, no parser was asked
        piece = sent.get("piece") if isinstance(sent, dict) else None
        if not isinstance(piece, bytes) or len(piece) > staging.PIECE_BYTES:
            raise serializers.ValidationError(f"A piece has 1 to {staging.PIECE_BYTES} bytes.")
        staged = staging.append(staged=staged, offset=offset, piece=piece, now=timezone.now())
        return Response(StagedUploadSerializer(staged).data)


def staged_of(user: User, study: Study, key: UUID) -> StagedUpload:
    """The user's own."""
    return get_object_or_404(StagedUpload, study=study, uploaded_by=user, key=key)
