"""Each task says which languages its subject speaks in and whether anything there is flagged, so that claims can look."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from judgments.eligibility.requirements import describe_tasks
from judgments.models import Task
from judgments.work.opening import extend_open_stages, open_stage
from tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def said(subject, language, **flags):
    conversation = factories.conversation(subject)
    type(conversation).objects.filter(pk=conversation.pk).update(language=language, flags=flags)
    return conversation


@pytest.fixture
def study():
    study = factories.study()
    speaker, silent = factories.material(study, subjects=2)
    said(speaker, "Spanish", toxic=True)
    said(speaker, "English", redacted=True)
    said(speaker, "Spanish", toxic=False)
    gone = said(speaker, "Klingon", toxic=True)
    gone.withdrawn_at = NOW
    gone.save(update_fields=["withdrawn_at"])
    said(silent, "", toxic=False)
    return study


@pytest.mark.parametrize("number", [1, 2, 3])
def test_tasks_tell_the_languages_and_the_flag_of_their_subject(study, number):
    open_stage(stage=factories.stage(study, number), actor=None, now=NOW)
    told = Task.objects.order_by("id").values_list("languages", "flagged")
    assert list(told) == [(["English", "Spanish"], True), ([], False)]


def test_conversations_that_come_or_go_later_change_the_tasks_of_their_subject(study):
    stage = factories.stage(study, 2)
    open_stage(stage=stage, actor=None, now=NOW)
    silent = study.subjects.order_by("id")[1]
    late = said(silent, "Arabic", toxic=True)
    extend_open_stages(now=NOW)
    task = Task.objects.get(case__subject=silent)
    assert (task.languages, task.flagged) == (["Arabic"], True)
    late.withdrawn_at = NOW
    late.save(update_fields=["withdrawn_at"])
    assert describe_tasks(stage=stage) == 1
    task.refresh_from_db()
    assert (task.languages, task.flagged) == ([], False)


def test_describing_again_writes_nothing_in_one_statement(study):
    stage = factories.stage(study, 1)
    open_stage(stage=stage, actor=None, now=NOW)
    with CaptureQueriesContext(connection) as queries:
        assert describe_tasks(stage=stage) == 0
    assert sum("UPDATE judgments_task" in query["sql"] for query in queries) == 1
