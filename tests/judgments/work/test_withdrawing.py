"""Tasks follow what they are about."""

from datetime import UTC, datetime

import pytest

from judgments.work.progress import progress_of
from judgments.work.withdrawing import sync_withdrawn
from tests.judgments.raters_at_work import open_for_rating

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_withdrawing_closes_open_slots_and_restoring_brings_them_back():
    study, stage = open_for_rating(1, subjects=2)
    subject = study.subjects.all()[0]
    subject.withdrawn_at = NOW
    subject.save()
    assert sync_withdrawn(stage=stage, now=NOW) == 1
    assert progress_of(stage, now=NOW).total == 3
    subject.withdrawn_at = None
    subject.save()
    assert sync_withdrawn(stage=stage, now=NOW) == 1
    assert progress_of(stage, now=NOW).total == 6


def test_task_is_withdrawn_when_all_its_attributes_are():
    study, stage = open_for_rating(1, subjects=1)
    attribute, *others = study.subjects.get().attributes.all()
    for gone in (attribute, *others):
        gone.withdrawn_at = NOW
        gone.save()
        sync_withdrawn(stage=stage, now=NOW)
    assert progress_of(stage, now=NOW).tasks_withdrawn == 1
