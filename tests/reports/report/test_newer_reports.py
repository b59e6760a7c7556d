"""Reports are computed once, kept, and again when the study has changed."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import jobs
from conversations.models import Study
from judgments.models import Judgment
from reports.dataset.reads import dataset_of
from reports.enums import ReportState
from reports.models import Report
from reports.report import computing, requesting
from tests.judgments.rated import NOW
from tests.reports.report.shown import _report, _study, address, member

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def study() -> Study:
    return _study()


@pytest.fixture
def report() -> Report:
    return _report()


def test_a_newer_report_is_computed_when_the_study_has_changed_and_offered_not_forced(report):
    study = report.study
    owner, seen = member(study), {"seen": report.computed_at.isoformat()}
    long_ago = timezone.now() - requesting.AT_MOST_EVERY * 2
    Report.objects.update(computed_at=long_ago)
    seen = {"seen": long_ago.isoformat()}
    owner.get(address(study, "state/"), seen)
    assert Report.objects.get().state == ReportState.DONE  # nothing has changed
    judgment = Judgment.objects.filter(unit__task__stage__study=study, stage_number=1).first()
    Judgment.objects.filter(pk=judgment.pk).update(label=2, revision=judgment.revision + 1)
    assert "A newer one is being computed" in owner.get(address(study, "state/"), seen).content.decode()
    assert b'id="verdict"' in owner.get(address(study)).content  # the old figures stay
    computing.compute_report(report_id=report.pk, now=timezone.now())
    state = owner.get(address(study, "state/"), seen)
    assert "A newer report is ready" in state.content.decode()
    assert "HX-Refresh" not in state.headers


def test_a_report_of_an_earlier_protocol_says_so_and_is_computed_anew(report):
    study = report.study
    old = {name: value for name, value in report.figures.items() if name != "protocol_version"}
    old["study"]["protocol_version"] = "1"
    old["verdict"] = {"word": "no meaningful difference", "sentence": "People find them no better and no worse."}
    Report.objects.update(figures=old, fingerprint="of another version", computed_at=timezone.now() - timedelta(days=1))
    owner = member(study)
    page = owner.get(address(study)).content.decode()
    assert "This report is of an earlier protocol" in page
    assert "no meaningful difference. People find them no better and no worse." in page
    assert 'id="verdict"' not in page
    assert "no meaningful difference" not in owner.get(address(study, "card/")).content.decode()
    for rest in ("html/", "pdf/", "charts/effect.csv"):
        assert owner.get(address(study, rest)).status_code == 404
    owner.get(address(study, "state/"), {"seen": "long ago"})
    assert computing.compute_report(report_id=report.pk, now=timezone.now()) is not None
    assert 'id="verdict"' in owner.get(address(study)).content.decode()


def test_figures_of_an_earlier_form_are_never_shown_and_computed_anew(report):
    study = report.study
    old = {name: value for name, value in report.figures.items() if name not in {"figures_version", "plan"}}
    old["verdict"] = {"word": "better"}
    Report.objects.update(figures=old, fingerprint="of another version", computed_at=timezone.now() - timedelta(days=1))
    owner = member(study)
    page = owner.get(address(study))
    assert page.status_code == 200
    assert "This report is of an earlier Yardstick" in page.content.decode()
    assert owner.get(address(study, "html/")).status_code == 404
    assert owner.get(address(study, "card/")).status_code == 200
    owner.get(address(study, "state/"), {"seen": "long ago"})
    assert computing.compute_report(report_id=report.pk, now=timezone.now()) is not None
    assert 'id="verdict"' in owner.get(address(study)).content.decode()


def test_two_workers_do_not_compute_the_same_report(study):
    report = Report.objects.create(study=study, requested_at=NOW)
    now = timezone.now()
    assert computing.compute_report(report_id=report.pk, now=now) is not None
    assert computing.compute_report(report_id=report.pk, now=now) is None


def test_a_report_whose_worker_died_is_found_and_given_up_in_the_end(study):
    report = Report.objects.create(study=study, requested_at=NOW, state="running", started_at=NOW, attempts=1)
    assert list(jobs.unattended(requesting.REPORTS, timezone.now())) == [report]
    Report.objects.update(attempts=jobs.MOST_ATTEMPTS)
    assert jobs.abandon(requesting.REPORTS, now=timezone.now()) == 1
    assert b"could not be computed" in member(study).get(address(study)).content


def test_kept_figures_are_those_of_the_dataset_to_the_last_digit(report):
    from reports.report.figures.report import report_figures  # noqa: PLC0415 - what the page must equal

    kept = report.figures
    fresh = json.loads(json.dumps(report_figures(dataset_of(report.study))))
    assert {**fresh, "scope": {"column": None, "value": None}} == kept
