"""Reads for exports: the rows, and who may see which."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User
from conversations.enums import StageNumber
from conversations.models import ComparisonAttribute, Study
from judgments.enums import Outcome, TaskKind
from judgments.models import Judgment
from judgments.queries.disclosure import must_wait_as_rater, withheld_stages
from raters.enums import RaterKind
from reports.dataset import Dataset
from reports.enums import ExportState
from reports.models import Export
from reports.tables import TABLES
from reports.tables.reading import read_table, snapshot
from reports.tables.study import study_facts

CHUNK = 2000
A_DEAD_WORKER = timedelta(seconds=60)
ANNOUNCED_WITHIN = timedelta(seconds=10)

# PROTOCOL.md, Counting: a human's first answer to a regular page, neither excluded nor surplus nor about oneself.
COUNTED = Q(
    presentation=0,
    excluded_at__isnull=True,
    unit__task__kind=TaskKind.REGULAR,
    rater__kind=RaterKind.HUMAN,
    rater__subject__isnull=True,
) & (Q(assignment__isnull=True) | Q(assignment__outcome=Outcome.SUBMITTED))


def may_download(export: Export, user: User) -> bool:
    """Whether everything in the file may be seen by this user now."""
    hidden = set(withheld_stages(export.study, user)) & set(export.stages)
    return not hidden and not must_wait_as_rater(export.study, user)


def exports_of(study: Study) -> QuerySet[Export]:
    return Export.objects.filter(study=study).select_related("study", "requested_by").order_by("-id")


def all_stages() -> list[int]:
    return [int(number) for number in StageNumber]


def dataset(study: Study, withheld: Sequence[int] = ()) -> Dataset:
    """All a report needs, as of one moment, without the rows of withheld stages."""
    stages = [number for number in all_stages() if number not in withheld]
    with snapshot():
        facts = study_facts(study, withheld)
        return Dataset.of(facts, lambda name, columns: read_table(TABLES[name], study, stages, columns))


def judgments(study: Study, stages: Iterable[int]) -> QuerySet[Judgment]:
    return Judgment.objects.filter(unit__task__stage__study=study, unit__task__stage__number__in=list(stages))


def judgment_records(study: Study, stages: Iterable[int]) -> Iterator[Mapping[str, Any]]:
    """What ``exporting.columns`` needs of each judgment, oldest first, through a cursor on the server."""
    task = "unit__task__"
    subjects = (f"{task}subject__", f"{task}case__subject__", f"{task}comparison__case__subject__")
    prompts = (f"{task}case__prompt__", f"{task}comparison__case__prompt__")
    mentioned = ComparisonAttribute.objects.filter(
        comparison=OuterRef("unit__task__comparison"), attribute=OuterRef("unit__attribute")
    )
    records = (
        judgments(study, stages)
        .annotate(
            stage=F(f"{task}stage__number"),
            task_id=F("unit__task_id"),
            task_kind=F(f"{task}kind"),
            expected_label=F("unit__expected_label"),
            subject_number=_first(subjects, "number"),
            subject_origin=_first(subjects, "origin"),
            prompt_id=_first(prompts, "external_id"),
            prompt_text=_first(prompts, "text"),
            attribute_id=F("unit__attribute_id"),
            attribute_text=F("unit__attribute__text"),
            attribute_system_name=F("unit__attribute__system__name"),
            attribute_system_version=F("unit__attribute__system__version"),
            evidence=F("unit__attribute__evidence"),
            mentioned=Subquery(mentioned.values("mentioned")),
            comparison_id=F(f"{task}comparison_id"),
            response_system_name=F(f"{task}comparison__system__name"),
            response_system_version=F(f"{task}comparison__system__version"),
            generic_response_id=F(f"{task}comparison__generic_id"),
            personalized_response_id=F(f"{task}comparison__personalized_id"),
            rater_kind=F("rater__kind"),
            rater_name=F("rater__name"),
            personalized_left=F("assignment__personalized_left"),
            outcome=F("assignment__outcome"),
            comment=F("assignment__comment"),
            missing_attributes=F("assignment__missing_attributes"),
            active_ms=F("assignment__active_ms"),
            started_at=F("assignment__started_at"),
            page_submitted_at=F("assignment__submitted_at"),
            guidelines_version=F("assignment__guidelines__version"),
            counted=ExpressionWrapper(COUNTED, output_field=BooleanField()),
        )
        .order_by("id")
        .values()
    )
    return records.iterator(chunk_size=CHUNK)


def unfinished_exports(now: datetime) -> QuerySet[Export]:
    """Exports that no living worker is at."""
    unannounced = Q(state=ExportState.PENDING, requested_at__lt=now - ANNOUNCED_WITHIN)
    return Export.objects.filter(unannounced | abandoned(now)).order_by("id")


def abandoned(now: datetime) -> Q:
    return Q(state=ExportState.RUNNING, heartbeat_at__lt=now - A_DEAD_WORKER)


def _first(paths: Iterable[str], field: str) -> Coalesce:
    return Coalesce(*[path + field for path in paths])
