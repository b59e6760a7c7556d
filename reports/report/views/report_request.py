"""What a request asks of the report, and what its visitor may see of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.utils import timezone

from accounts.signed_in import user_of
from conversations.models import Study
from conversations.permissions import READ, get_study
from judgments.enums import LookWay
from reports.models import Report
from reports.report import requesting
from reports.report.fingerprint import follows_protocol, is_current
from reports.report.parts import NAMES, Part
from reports.report.presenting.document import Document, document
from reports.report.tasks import announce_report
from reports.report.units import UnitText, example_ids, unit_texts


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """``refusal`` says why there is no report for this visitor."""

    study: Study
    part: Part
    now: datetime
    report: Report | None = None
    refusal: str = ""

    @property
    def query(self) -> str:
        return f"?{urlencode({'part': str(self.part)})}" if self.part.column else ""

    @property
    def part_name(self) -> str:
        if self.report is None or not self.part.column:
            return ""
        name = next(
            (each["name"] for each in self.report.parts if _is(each, self.part)),
            self.part.value,
        )
        return f"{NAMES[self.part.column].lower()} {name}"

    @property
    def document(self) -> Document | None:
        """None before the first figures, and where they are of an earlier version."""
        if self.report is None or self.report.figures is None or not is_current(self.report.figures):
            return None
        return document(self.report.figures)

    @property
    def outdated(self) -> dict[str, Any] | None:
        """Nothing where the figures can be shown; else what is said instead, with the verdict of an earlier protocol."""
        if self.report is None or self.report.figures is None or is_current(self.report.figures):
            return None
        if follows_protocol(self.report.figures):
            return {"version": None}
        verdict, version = self.report.figures["verdict"], self.report.figures["study"]["protocol_version"]
        return {"version": version, "word": verdict["word"], "sentence": verdict["sentence"]}

    @property
    def texts(self) -> dict[int, UnitText]:
        if self.report is None or self.report.figures is None or not is_current(self.report.figures):
            return {}
        return unit_texts(self.study, example_ids(self.report.figures))


def report_request(request: HttpRequest, slug: str, *, by: LookWay | None) -> ReportRequest:
    """``by``: the way in which it is looked at; None for a page that leaves figures and drawings, which are large, out.

    Raises Http404 for a study or part that is not there, PermissionDenied for who may not read the study.
    """
    study, now = get_study(request.user, slug, *READ), timezone.now()
    try:
        part = Part.parse(request.GET.get("part", ""))
        report, is_new = requesting.find_report(study=study, user=user_of(request), part=part, now=now, by=by)
    except requesting.ReportWithheld as refusal:
        return ReportRequest(study, Part(), now, refusal=str(refusal))
    except (ValueError, requesting.NoSuchPart) as error:
        raise Http404(str(error)) from error
    if is_new:
        announce_report(report.pk)
    if by is not None:
        report.refresh_from_db(fields=["figures", "drawings"])
    return ReportRequest(study, part, now, report)


def file_request(request: HttpRequest, slug: str) -> tuple[ReportRequest, Report, Document]:
    """The same for a download, which needs figures. Raises Http404 where nothing has been computed yet."""
    found = report_request(request, slug, by=LookWay.REPORT_FILE)
    if found.refusal:
        raise PermissionDenied(found.refusal)
    if found.report is None or found.document is None:
        raise Http404("The report is being computed.")
    return found, found.report, found.document


def _is(option: dict[str, str], part: Part) -> bool:
    return option["column"] == part.column and option["value"] == part.value
