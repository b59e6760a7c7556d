"""Reads for exports and imports: the rows, and who may see which."""

from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.models import User
from conversations.models import Study
from judgments.disclosure import must_wait_as_rater, withheld_stages
from reports.enums import ExportState
from reports.models import Export
from reports.waiting import A_DEAD_WORKER, ANNOUNCED_WITHIN


def may_download(export: Export, user: User) -> bool:
    """Whether everything in the file may be seen by this user now."""
    hidden = set(withheld_stages(export.study, user)) & set(export.stages)
    return not hidden and not must_wait_as_rater(export.study, user)


def exports_of(study: Study) -> QuerySet[Export]:
    return Export.objects.filter(study=study).select_related("study", "requested_by").order_by("-id")


def unfinished_exports(now: datetime) -> QuerySet[Export]:
    """Exports that no living worker is at."""
    unannounced = Q(state=ExportState.PENDING, requested_at__lt=now - ANNOUNCED_WITHIN)
    return Export.objects.filter(unannounced | abandoned(now)).order_by("id")


def abandoned(now: datetime) -> Q:
    return Q(state=ExportState.RUNNING, heartbeat_at__lt=now - A_DEAD_WORKER)
