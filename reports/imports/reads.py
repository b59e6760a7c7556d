"""Reads of uploaded datasets."""

from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.models import User
from reports.enums import ImportState
from reports.models import DatasetImport
from reports.waiting import A_DEAD_WORKER, ANNOUNCED_WITHIN


def imports_of(user: User) -> QuerySet[DatasetImport]:
    """Datasets this user uploaded: nobody else sees them before they are studies."""
    return DatasetImport.objects.filter(uploaded_by=user).select_related("study").order_by("-id")


def waiting_imports(now: datetime) -> QuerySet[DatasetImport]:
    """Those that no worker has said a word about lately. Whether one is at it all the same, a lock decides."""
    unannounced = Q(state=ImportState.PENDING, uploaded_at__lt=now - ANNOUNCED_WITHIN)
    silent = Q(state=ImportState.RUNNING, heartbeat_at__lt=now - A_DEAD_WORKER)
    return DatasetImport.objects.filter(unannounced | silent).order_by("id")
