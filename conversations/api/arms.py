"""The API of arms: what is compared with generic in a study."""

from typing import ClassVar

from django.db.models import QuerySet
from rest_framework import generics

from accounts.models import Scope
from accounts.paging import OldestFirst
from accounts.signed_in import user_of
from conversations.models import Arm
from conversations.permissions import READ, get_study
from conversations.queries import arms as queries
from conversations.serializers import ArmSerializer


class ArmList(generics.ListAPIView[Arm]):
    """The study's arms, as they were made, with the numbers of their comparisons and silent cases."""

    scopes: ClassVar = {"GET": Scope.STUDY_READ}
    serializer_class = ArmSerializer
    pagination_class = OldestFirst
    queryset = Arm.objects.none()

    def get_queryset(self) -> QuerySet[Arm]:
        return queries.arms_of(get_study(user_of(self.request), self.kwargs["slug"], *READ))
