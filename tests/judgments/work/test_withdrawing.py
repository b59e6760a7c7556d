"""Tasks follow what they are about."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connection

from conversations.models import Stage
from judgments.enums import ExclusionReason
from judgments.models import Slot
from judgments.oversight.steering import effect_of_excluding
from judgments.work.claiming import claim_next
from judgments.work.excluding import exclude_judgments, include_judgments
from judgments.work.progress import Progress, progress_of
from judgments.work.withdrawing import UPSETTING, sync_withdrawn, withdraw_tasks
from tests import factories
from tests.judgments.raters_at_work import claim, judge, open_for_rating

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


def test_a_slot_that_an_exclusion_opens_in_a_withdrawn_task_waits_for_nobody():
    study, stage = open_for_rating(1, subjects=2, k=2)
    rater = factories.rater(study)
    judge(claim(rater=rater, stage=stage, now=NOW), now=NOW)
    withdraw_tasks(stage.tasks.all(), reason=UPSETTING, now=NOW)
    before = progress_of(stage, now=NOW)
    assert (before.total, before.filled, before.waiting, before.tasks_done) == (1, 1, 0, 1)
    assert effect_of_excluding(rater_id=rater.pk, stage=stage).slots == 0
    exclude_judgments(rater=rater, stage=stage, reason=ExclusionReason.SPEEDING, actor=None, now=NOW)
    after = progress_of(stage, now=NOW)
    assert (after.total, after.filled, after.waiting, after.tasks) == (0, 0, 0, 0)
    assert claim_next(rater=factories.rater(study), stage=stage, now=NOW) is None
    include_judgments(rater=rater, stage=stage, actor=None, now=NOW)
    assert progress_of(stage, now=NOW) == before


@pytest.mark.django_db(transaction=True)
def test_whoever_counts_while_tasks_are_withdrawn_sees_all_of_it_or_nothing():
    study, stage = open_for_rating(1, subjects=2)
    claim(rater=factories.rater(study), stage=stage, now=NOW)
    seen = []

    def count_after(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        with ThreadPoolExecutor(1) as elsewhere:
            seen.append(elsewhere.submit(counted_on_a_connection_of_its_own, stage).result())
        return result

    before = progress_of(stage, now=NOW)
    with connection.execute_wrapper(count_after):
        withdraw_tasks(stage.tasks.all(), reason=UPSETTING, now=NOW)
    assert len(seen) >= 3
    assert set(seen) == {(before, 6)}
    assert (progress_of(stage, now=NOW).total, open_slots(stage)) == (0, 0)


def counted_on_a_connection_of_its_own(stage: Stage) -> tuple[Progress, int]:
    try:
        return progress_of(stage, now=NOW), open_slots(stage)
    finally:
        connection.close()


def open_slots(stage: Stage) -> int:
    return Slot.objects.filter(stage=stage, withdrawn=False, filled_at__isnull=True).count()


def test_task_is_withdrawn_when_all_its_attributes_are():
    study, stage = open_for_rating(1, subjects=1)
    attribute, *others = study.subjects.get().attributes.all()
    for gone in (attribute, *others):
        gone.withdrawn_at = NOW
        gone.save()
        sync_withdrawn(stage=stage, now=NOW)
    assert progress_of(stage, now=NOW).tasks_withdrawn == 1
