"""Asking for exports, and taking them: who may have what, and who has seen what by it."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.refusals import Refusal
from accounts.services import record
from conversations.enums import StageNumber
from conversations.models import Study
from judgments.disclosure import look
from judgments.enums import LookWay
from reports.enums import FORMATS, ExportKind
from reports.models import Export


class ExportRefused(Refusal):
    """The user may not see what they asked for, or it does not exist in that format. The message says why."""


@transaction.atomic
def request_export(
    *,
    study: Study,
    kind: str = ExportKind.JUDGMENTS,
    file_format: str,
    requested_by: User,
    now: datetime,
    by: LookWay = LookWay.EXPORT,
) -> Export:
    """Put an export in the queue. Stages that the user must not see yet are left out, and named.

    Who asks has looked: so the dataset itself says that it was taken early.
    """
    if file_format not in FORMATS[ExportKind(kind)]:
        possible = ", ".join(FORMATS[ExportKind(kind)])
        raise ExportRefused(f"There is no {kind} export as {file_format}, only as {possible}.")
    at = StageNumber.values if holds_labels(kind) else []
    sight = look(study=study, user=requested_by, by=by, now=now, at=at)
    if sight.waits:
        raise ExportRefused("You rate in this study, so you can export its judgments once its stages are closed.")
    withheld = sorted(sight.withheld)
    stages = [number for number in StageNumber.values if number not in withheld]
    if not stages:
        raise ExportRefused("All stages are open or paused: until they close only the study's owner can export them.")
    export = Export.objects.create(
        study=study,
        kind=kind,
        format=file_format,
        stages=stages,
        withheld=withheld,
        requested_by=requested_by,
        requested_at=now,
    )
    record(
        actor=requested_by,
        action="export.request",
        study_id=study.pk,
        target=export.filename,
        details={"stages": stages, "withheld": withheld},
    )
    return export


def note_download(*, export: Export, actor: User, now: datetime, by: LookWay = LookWay.EXPORT) -> None:
    """Whoever has the file has seen what is in it."""
    look(study=export.study, user=actor, by=by, now=now, at=export.stages if holds_labels(export.kind) else [])
    record(actor=actor, action="export.download", study_id=export.study_id, target=export.filename)


def holds_labels(kind: str) -> bool:
    """Whether anything in an export of this kind comes from what raters said."""
    from reports.dataset.tables import TABLES  # their columns are PyArrow's, which a web process does without

    return kind not in TABLES or TABLES[kind].withheld
