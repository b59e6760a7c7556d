"""Reads for exports and imports: the rows, and who may see which."""

from django.db.models import QuerySet

from accounts import jobs
from accounts.models import User
from conversations.models import Study
from judgments.disclosure import sight_of
from reports.enums import ExportState
from reports.models import Export

EXPORTS = jobs.JobKind(
    Export,
    running=ExportState.RUNNING,
    asked_at="requested_at",
    began_at="started_at",
    ended_at="finished_at",
    given_up=f"The worker died {jobs.MOST_ATTEMPTS} times while it wrote this.",
)


def may_download(export: Export, user: User) -> bool:
    """Whether everything in the file may be seen by this user now."""
    sight = sight_of(study=export.study, user=user)
    return not sight.waits and not sight.withheld & set(export.stages)


def exports_of(study: Study) -> QuerySet[Export]:
    return Export.objects.filter(study=study).select_related("study", "requested_by").order_by("-id")
