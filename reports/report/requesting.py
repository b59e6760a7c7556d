"""Asking for reports: who may see which, and when a worker has to compute a newer one."""

from datetime import datetime, timedelta
from typing import Any

from accounts import jobs
from accounts.models import User
from accounts.refusals import Refusal
from conversations.models import Study
from judgments.disclosure import Sight, look, sight_of
from judgments.enums import LookWay
from reports.dataset.versions import FIGURES_VERSION, PROTOCOL_VERSION
from reports.enums import ReportState
from reports.models import Report
from reports.report.fingerprint import fingerprint
from reports.report.parts import Part

AT_MOST_EVERY = timedelta(seconds=30)  # while judgments keep coming in
RATES = "You rate in this study, so its report has to wait until its stages are closed."

REPORTS = jobs.JobKind(
    Report,
    running=ReportState.RUNNING,
    asked_at="requested_at",
    began_at="started_at",
    given_up=f"The worker died {jobs.MOST_ATTEMPTS} times while it computed this.",
)


class ReportWithheld(Refusal):
    """The user rates in the study, so its results have to wait. The message says so."""


class NoSuchPart(Exception):
    """The study has no such part."""


def find_report(*, study: Study, user: User, part: Part, now: datetime, by: LookWay | None) -> tuple[Report, bool]:
    """The report this user may see, and whether a worker has to be told of it. Its large fields are read when used.

    ``by``: the way in which its figures, if there are any yet, are shown; None where they are not.

    Raises:
        ReportWithheld: who rates can't see results.
        NoSuchPart: or nobody has asked for the whole study yet, which says what parts there are.
    """
    sight = _sight(study, user)
    withheld = sorted(sight.withheld)
    if part.column:
        _check_part(study, part, withheld)
    report, is_new = Report.objects.defer("figures", "drawings").get_or_create(
        study=study,
        part_column=part.column,
        part_value=part.value,
        withheld=withheld,
        defaults={"requested_at": now},
    )
    if by is not None and report.computed_at is not None:
        look(study=study, user=user, by=by, now=now, sight=sight)
    return report, is_new


def newest_verdict(*, study: Study, user: User, now: datetime) -> dict[str, Any] | None:
    """Of the whole study, as far as this user may see it, with the stages that are ``collecting``; None before the first of
    this version.

    Raises ReportWithheld.
    """
    sight = _sight(study, user)
    kept = Report.objects.filter(study=study, part_column="", withheld=sorted(sight.withheld))
    current = kept.filter(
        computed_at__isnull=False,
        figures__protocol_version=PROTOCOL_VERSION,
        figures__figures_version=FIGURES_VERSION,
    )
    found = current.values("figures__verdict", "figures__collecting").first()
    if found is None:
        return None
    look(study=study, user=user, by=LookWay.REPORT, now=now, sight=sight)
    return {**found["figures__verdict"], "collecting": found["figures__collecting"]}


def renew_report(*, report: Report, now: datetime) -> bool:
    """Ask for a newer one if the study has changed since. True if a worker has to be told."""
    recent = report.computed_at is not None and report.computed_at > now - AT_MOST_EVERY
    if report.is_moving or recent or report.fingerprint == fingerprint(report.study):
        return False
    asked = Report.objects.filter(pk=report.pk, state__in=[ReportState.DONE, ReportState.FAILED]).update(
        state=ReportState.PENDING, requested_at=now, attempts=0, failure=""
    )
    report.refresh_from_db(fields=["state", "requested_at"])
    return bool(asked)


def _sight(study: Study, user: User) -> Sight:
    sight = sight_of(study=study, user=user)
    if sight.waits:
        raise ReportWithheld(RATES)
    return sight


def _check_part(study: Study, part: Part, withheld: list[int]) -> None:
    whole = Report.objects.filter(study=study, part_column="", withheld=withheld).only("parts").first()
    known = [] if whole is None else whole.parts
    if not any((each["column"], each["value"]) == (part.column, part.value) for each in known):
        raise NoSuchPart("There is no such part of the study.")
