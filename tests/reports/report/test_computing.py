"""A report is computed by one worker, which says meanwhile that it lives."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import jobs
from reports.models import Report
from reports.report import computing
from reports.report.requesting import REPORTS
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_worker_says_that_it_lives_while_it_computes(monkeypatch):
    monkeypatch.setattr(jobs, "BEAT_EVERY", timedelta(milliseconds=1))
    long_ago = timezone.now() - timedelta(hours=1)
    report = Report.objects.create(study=factories.study(), requested_at=long_ago)
    computed = computing.compute_report(report_id=report.pk, now=long_ago)
    assert computed is not None
    report.refresh_from_db()
    assert (report.state, report.started_at) == ("done", long_ago)
    assert report.heartbeat_at is not None
    assert report.heartbeat_at > long_ago + timedelta(minutes=59)


def test_a_worker_that_lost_its_report_leaves_the_newer_one(monkeypatch):
    now = timezone.now()
    report = Report.objects.create(study=factories.study(), requested_at=now)
    late = jobs.claim(REPORTS, report.pk, now=now)
    assert late is not None
    assert computing.compute_report(report_id=report.pk, now=now + timedelta(seconds=61)) is not None
    computed_at = Report.objects.get().computed_at
    with pytest.raises(jobs.Superseded):
        computing._compute(late)
    assert Report.objects.get().computed_at == computed_at
