"""Reads for exports and imports: the rows, and who may see which."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from accounts.models import User
from conversations.enums import Role, StageNumber
from conversations.models import Study
from judgments.queries.disclosure import must_wait_as_rater, withheld_stages
from reports.dataset import Dataset
from reports.enums import ExportState, ImportState
from reports.models import DatasetImport, Export
from reports.tables import TABLES
from reports.tables.reading import read_table, snapshot
from reports.tables.study import study_facts

READ = (Role.OWNER, Role.ADMIN, Role.ANALYST)
A_DEAD_WORKER = timedelta(seconds=60)
ANNOUNCED_WITHIN = timedelta(seconds=10)


def may_download(export: Export, user: User) -> bool:
    """Whether everything in the file may be seen by this user now."""
    hidden = set(withheld_stages(export.study, user)) & set(export.stages)
    return not hidden and not must_wait_as_rater(export.study, user)


def exports_of(study: Study) -> QuerySet[Export]:
    return Export.objects.filter(study=study).select_related("study", "requested_by").order_by("-id")


def other_studies(study: Study, user: User) -> QuerySet[Study]:
    """Those whose reports this user may put beside the study's."""
    readable = Study.objects.filter(memberships__user=user, memberships__role__in=READ, deleted_at__isnull=True)
    return readable.exclude(pk=study.pk).order_by("-id")


def all_stages() -> list[int]:
    return [int(number) for number in StageNumber]


def dataset(study: Study, withheld: Sequence[int] = ()) -> Dataset:
    """All a report needs, as of one moment, without the rows of withheld stages."""
    stages = [number for number in all_stages() if number not in withheld]
    with snapshot():
        facts = study_facts(study, withheld)
        return Dataset.of(facts, lambda name, columns: read_table(TABLES[name], study, stages, columns))


def unfinished_exports(now: datetime) -> QuerySet[Export]:
    """Exports that no living worker is at."""
    unannounced = Q(state=ExportState.PENDING, requested_at__lt=now - ANNOUNCED_WITHIN)
    return Export.objects.filter(unannounced | abandoned(now)).order_by("id")


def abandoned(now: datetime) -> Q:
    return Q(state=ExportState.RUNNING, heartbeat_at__lt=now - A_DEAD_WORKER)


def imports_of(user: User) -> QuerySet[DatasetImport]:
    """Datasets this user uploaded: nobody else sees them before they are studies."""
    return DatasetImport.objects.filter(uploaded_by=user).select_related("study").order_by("-id")


def waiting_imports(now: datetime) -> QuerySet[DatasetImport]:
    """Those that no worker has said a word about lately. Whether one is at it all the same, a lock decides."""
    unannounced = Q(state=ImportState.PENDING, uploaded_at__lt=now - ANNOUNCED_WITHIN)
    silent = Q(state=ImportState.RUNNING, heartbeat_at__lt=now - A_DEAD_WORKER)
    return DatasetImport.objects.filter(unannounced | silent).order_by("id")
