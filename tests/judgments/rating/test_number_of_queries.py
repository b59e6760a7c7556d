"""A submit and the next task are one request of a dozen queries, whatever the size of the study."""

import json
import uuid
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from conversations.models import Stage, Study
from judgments.enums import TaskKind
from judgments.models import Assignment, Slot, Task
from judgments.rating.steps import Step, asked_at, step_of
from judgments.work.opening import open_stage
from raters.models import Rater
from raters.sessions import SESSION_KEY
from tests import factories
from tests.judgments.special_pages import set_stage, twin
from tests.rows import without_triggers

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
# An overall answer brings its own page again, with the card and what was answered. Two more where how far the rater is, is
# counted anew and kept: once a minute. One more where nothing is near in the queue.
AT_MOST = {Step.WHOLE: 14, Step.OVERALL: 16, Step.ATTRIBUTES: 14}

# What is queued beside the pages that the rater really gets: as many tasks as asked for, on the same targets.
_TASKS = """
INSERT INTO judgments_task (stage_id, kind, subject_id, case_id, comparison_id, position, conflict_key, languages,
    flagged, withdrawn_reason, created_at)
SELECT stage_id, kind, subject_id, case_id, comparison_id, 1000 + number, NULL, '{}', false, '', now()
FROM judgments_task, generate_series(1, %(count)s) AS number
WHERE id = (SELECT min(id) FROM judgments_task WHERE stage_id = %(stage)s)
"""
_UNITS = """
INSERT INTO judgments_unit (task_id, position, attribute_id, instruction, explanation)
SELECT task.id, 0, attribute.id, '', '' FROM judgments_task task, conversations_attribute attribute
WHERE task.stage_id = %(stage)s AND task.position > 1000
    AND attribute.id = (SELECT min(attribute_id) FROM judgments_unit JOIN judgments_task own
        ON own.id = judgments_unit.task_id WHERE own.stage_id = %(stage)s)
"""
_SLOTS = """
INSERT INTO judgments_slot (task_id, stage_id, position, number, withdrawn)
SELECT id, stage_id, position, number, false FROM judgments_task, generate_series(1, 3) AS number
WHERE stage_id = %(stage)s AND position > 1000
"""


def study_of(tasks: int, number: int) -> tuple[Study, Stage]:
    study = factories.study()
    factories.material(study, subjects=12)
    stage = factories.stage(study, number)
    open_stage(stage=stage, actor=None, now=NOW)
    with without_triggers(), connection.cursor() as cursor:
        for statement in (_TASKS, _UNITS, _SLOTS):
            cursor.execute(statement, {"stage": stage.pk, "count": tasks})
        cursor.execute("ANALYZE")
    for task in Task.objects.filter(stage=stage).order_by("-position")[:6]:
        twin(task, TaskKind.GOLD)
    return study, set_stage(stage, gold_share=30, attention_share=10, repeat_share=30 if number == 3 else 0)


def browser_of(rater: Rater, study: Study) -> Client:
    client = Client()
    session = client.session
    session[SESSION_KEY] = {str(study.pk): rater.pk}
    session.save()
    client.cookies["sessionid"] = session.session_key or ""
    return client


def submit(client: Client, assignment: Assignment, units: list[int]) -> None:
    body = {
        "client_id": str(uuid.uuid4()),
        "answers": [{"unit": unit, "label": 1} for unit in units],
        "active_ms": 1000,
    }
    path = reverse("judgments:submit", args=[assignment.stage.study.slug, assignment.stage.number, assignment.pk])
    answer = client.post(path, json.dumps(body), content_type="application/json")
    assert answer.status_code == 200, answer.content


@pytest.mark.parametrize("number", [1, 2, 3])
def test_submit_and_next_needs_the_same_few_queries_at_100_and_10_000_tasks(number):
    counted: dict[tuple[int, Step], int] = {}
    for tasks in (100, 10_000):
        study, stage = study_of(tasks, number)
        rater = factories.rater(study)
        client = browser_of(rater, study)
        client.get(reverse("judgments:rate", args=[study.slug, number]))
        kinds = set()
        for _ in range(14 if number < 3 else 26):  # a page of stage 3 takes two
            assignment = Assignment.objects.select_related("stage__study", "task", "rules").get(rater=rater, outcome="")
            kinds.add((assignment.task.kind, assignment.presentation))
            step = step_of(assignment)
            asked = asked_at(step, list(assignment.task.units.all()))
            units = [unit.pk for unit in asked]
            with CaptureQueriesContext(connection) as captured:
                submit(client, assignment, units)
            counted[tasks, step] = max(counted.get((tasks, step), 0), len(captured))
        assert len(kinds) > 1
        assert Slot.objects.filter(stage=stage, filled_at__isnull=False).count() >= 5
    print(f"stage {number}: {counted}")  # noqa: T201 - the figures are the point
    for step in {step for _tasks, step in counted}:
        assert max(counted[100, step], counted[10_000, step]) <= AT_MOST[step], [query["sql"] for query in captured]
