"""What a claim costs a lone rater in a study of 100,000 tasks: at the first task and after 50,000 of them.

    python -m yardstick.embedded exec --ephemeral -- python benchmarks/claim_100k.py

Last figures (2 cores, embedded PostgreSQL 18): a claim 2.8 ms at the first task and 2.8 ms after 50,000 (1.02 times
as long), a submit 2.9 ms; 4 and 8 statements, BEGIN and COMMIT included. Building 100,000 tasks with 300,000 slots
22 s; progress of the stage 0.19 s, of the rater 0.08 s; is there new material 0.42 s; consensus of 50,000 units 0.5 s;
a claim that finds nothing left after 100,000 tasks 0.22 s.
"""

import os
import statistics
import sys
import time
import uuid
from datetime import timedelta
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yardstick.settings")
django.setup()

from django.core.management import call_command  # noqa: E402 - Django must be set up first
from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from conversations.models import Attribute, Stage, Study, Subject, System  # noqa: E402
from judgments.eligibility.wanted import has_unbuilt  # noqa: E402
from judgments.models import Assignment, Unit  # noqa: E402
from judgments.rating.answering import submit  # noqa: E402
from judgments.rating.given_answers import GivenAnswers, UnitAnswer  # noqa: E402
from judgments.rating.own_progress import own_progress  # noqa: E402
from judgments.work.claiming import claim_next  # noqa: E402
from judgments.work.consensus_labels import consensus_labels  # noqa: E402
from judgments.work.opening import extend_open_stages, open_stage  # noqa: E402
from judgments.work.progress import progress_of  # noqa: E402
from raters.enums import RaterKind  # noqa: E402
from raters.models import Admission, Enrolment, Rater  # noqa: E402

TASKS = 100_000
DONE = 50_000
MEASURED = 300

# What 50,000 claims and submits leave behind, without the hours they would take.
FAST_FORWARD = """
WITH ahead AS (
    SELECT DISTINCT ON (slot.position) slot.id, slot.task_id, slot.position, gen_random_uuid() AS assignment
    FROM judgments_slot slot
    WHERE slot.stage_id = %(stage)s AND slot.assignment_id IS NULL
        AND slot.position > (SELECT position FROM judgments_queueposition WHERE rater_id = %(rater)s)
        AND slot.position < %(done)s
    ORDER BY slot.position, slot.number
), made AS (
    INSERT INTO judgments_assignment (id, task_id, stage_id, rater_id, presentation, started_at, active_ms,
        draft_revision, missing_attributes, comment, outcome, revision, submitted_at)
    SELECT assignment, task_id, %(stage)s, %(rater)s, 0, now(), 9000, 0, '', '', 'submitted', 1, now() FROM ahead
), judged AS (
    INSERT INTO judgments_judgment (unit_id, rater_id, presentation, stage_number, assignment_id, label, failure_mode,
        note, revision, submitted_at, exclusion_reason)
    SELECT unit.id, %(rater)s, 0, 1, ahead.assignment, 1, '', '', 1, now(), ''
    FROM ahead JOIN judgments_unit unit ON unit.task_id = ahead.task_id
), moved AS (
    UPDATE judgments_queueposition SET position = %(done)s - 1, claims = %(done)s WHERE rater_id = %(rater)s
)
UPDATE judgments_slot slot
SET assignment_id = ahead.assignment, leased_at = now(), lease_expires_at = now(), filled_at = now()
FROM ahead WHERE slot.id = ahead.id
"""


def study_of_one_attribute_each() -> Stage:
    study = Study.objects.create(slug=f"bench-{uuid.uuid4().hex[:8]}", title="Benchmark")
    system = System.objects.create(study=study, name="assistant")
    subjects = Subject.objects.bulk_create(
        (Subject(study=study, external_id=str(number), number=number, origin="unknown") for number in range(TASKS)),
        batch_size=5000,
    )
    Attribute.objects.bulk_create(
        (Attribute(subject=subject, system=system, text="Likes tea", content_hash="tea") for subject in subjects),
        batch_size=5000,
    )
    return Stage.objects.create(study=study, number=1)


def rater_of(study: Study) -> Rater:
    rater = Rater.objects.create(kind=RaterKind.HUMAN, name="Alone")
    enrolment = Enrolment.objects.create(rater=rater, study=study, number=1)
    Admission.objects.bulk_create(Admission(enrolment=enrolment, stage=stage) for stage in study.stages.all())
    return rater


def measure(rater: Rater, stage: Stage) -> tuple[float, float]:
    """Median milliseconds of a claim and of a submit."""
    claims, submits = [], []
    for _ in range(MEASURED):
        started = time.perf_counter()
        assignment = claim_next(rater=rater, stage=stage, now=timezone.now())
        claims.append(time.perf_counter() - started)
        assert assignment is not None  # noqa: S101
        given = answers_to(assignment)
        started = time.perf_counter()
        submit(rater=rater, assignment_id=assignment.pk, submission=given, now=timezone.now())
        submits.append(time.perf_counter() - started)
    return 1000 * statistics.median(claims), 1000 * statistics.median(submits)


def answers_to(assignment: Assignment) -> GivenAnswers:
    units = Unit.objects.filter(task=assignment.task_id)
    return GivenAnswers(client_id=uuid.uuid4(), answers=[UnitAnswer(unit.pk, 1) for unit in units])


def statements(rater: Rater, stage: Stage) -> tuple[int, int]:
    """How many statements a claim and a submit send, BEGIN and COMMIT included."""
    with CaptureQueriesContext(connection) as claimed:
        assignment = claim_next(rater=rater, stage=stage, now=timezone.now())
    assert assignment is not None  # noqa: S101
    given = answers_to(assignment)
    with CaptureQueriesContext(connection) as submitted:
        submit(rater=rater, assignment_id=assignment.pk, submission=given, now=timezone.now())
    return len(claimed), len(submitted)


def fast_forward(rater: Rater, stage: Stage, done: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(FAST_FORWARD, {"stage": stage.pk, "rater": rater.pk, "done": done})


def timed(what: str, started: float) -> None:
    print(f"{what}: {time.perf_counter() - started:.2f} s")


def main() -> None:
    call_command("migrate", verbosity=0)
    stage = study_of_one_attribute_each()
    started = time.perf_counter()
    open_stage(stage=stage, actor=None, now=timezone.now())
    timed("open the stage", started)
    started = time.perf_counter()
    extend_open_stages(now=timezone.now())
    timed(f"build {TASKS} tasks with {3 * TASKS} slots behind it", started)
    started = time.perf_counter()
    extend_open_stages(now=timezone.now())
    timed("sweep with nothing to build", started)
    rater = rater_of(stage.study)
    first = measure(rater, stage)
    fast_forward(rater, stage, DONE)
    later = measure(rater, stage)
    for what, (claim, sent) in {"first": first, "after 50,000": later}.items():
        print(f"{what}: claim {claim:.2f} ms, submit {sent:.2f} ms")
    print(f"claims take {later[0] / first[0]:.2f} times as long")
    print("statements of a claim and of a submit:", statements(rater, stage))
    started = time.perf_counter()
    progress_of(stage, now=timezone.now() + timedelta(minutes=1))
    timed("progress of the stage", started)
    started = time.perf_counter()
    own_progress(enrolment=rater.enrolments.get(), stage=stage)
    timed("progress of the rater", started)
    started = time.perf_counter()
    has_unbuilt(stage)
    timed("is there new material", started)
    started = time.perf_counter()
    sum(1 for _ in consensus_labels(stage))
    timed("consensus of all judged units", started)
    fast_forward(rater, stage, TASKS)
    started = time.perf_counter()
    assert claim_next(rater=rater, stage=stage, now=timezone.now()) is None  # noqa: S101
    timed("a claim when everything is done", started)


main()
