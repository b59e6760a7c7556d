"""What exporting five million judgments to Parquet costs, beside COPY TO of the same rows in the same run.

    python -m yardstick.embedded exec --ephemeral -- python benchmarks/export_5m.py [--judgments 5000000]

Exits with 1 if the process needs more than 300 MB above what it needed before the export began.

Last figures (2 cores, beside other work, embedded PostgreSQL 18): 87,000 rows/s, 0.89 times as fast as COPY TO of the same
rows; 40 MB instead of 1,745 MB; 173 MB before, 147 MB more at the peak.
"""

import argparse
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yardstick.settings")
django.setup()

from django.core.management import call_command  # noqa: E402 - Django must be set up first
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from conversations.models import Stage, Study  # noqa: E402
from reports.dataset.reading import snapshot  # noqa: E402
from reports.dataset.tables import JUDGMENTS  # noqa: E402
from reports.enums import ExportFormat, ExportKind  # noqa: E402
from reports.exports.making import write_export_to  # noqa: E402
from reports.exports.scope import ExportScope  # noqa: E402

MEGABYTES = 300
PER_UNIT, UNITS_ON_A_PAGE, RATERS, SUBJECTS = 5, 10, 500, 1000

# Judgments of a stage as they would be after years, made by the database itself.
BUILD = [
    """INSERT INTO conversations_subject (study_id, external_id, number, origin)
       SELECT %(study)s, 's' || n, n, 'synthetic' FROM generate_series(1, %(subjects)s) n""",
    """INSERT INTO conversations_system (study_id, name, version) VALUES (%(study)s, 'made up', '1')""",
    """INSERT INTO conversations_attribute (subject_id, system_id, external_id, text, content_hash, type, reason,
           evidence, merged_from)
       SELECT subject.id, system.id, '', 'Likes the number ' || n || ' more than the number before it', n::text, '',
           'It was said in so many words.', '[{"conversation": 1, "turn": 0, "quote": "I like it", "state": "exact"}]', '[]'
       FROM generate_series(1, %(units)s) n
       JOIN conversations_subject subject ON subject.study_id = %(study)s AND subject.number = 1 + n %% %(subjects)s
       JOIN conversations_system system ON system.study_id = %(study)s""",
    """INSERT INTO judgments_task (stage_id, kind, languages, flagged, subject_id, position, withdrawn_reason)
       SELECT %(stage)s, 'regular', '{}', false, subject.id, n, ''
       FROM generate_series(1, %(tasks)s) n
       JOIN conversations_subject subject ON subject.study_id = %(study)s AND subject.number = 1 + n %% %(subjects)s""",
    """INSERT INTO judgments_unit (task_id, position, attribute_id, instruction, explanation)
       SELECT task.id, attribute.place %% %(page)s, attribute.id, '', ''
       FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM conversations_attribute) attribute
       JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM judgments_task) task
           ON task.place = attribute.place / %(page)s""",
    """INSERT INTO raters_rater (kind, name) SELECT 'human', 'rater ' || n FROM generate_series(1, %(raters)s) n""",
    """INSERT INTO judgments_assignment (id, task_id, stage_id, rater_id, presentation, started_at, active_ms,
           draft_revision, missing_attributes, comment, outcome, revision, submitted_at)
       SELECT gen_random_uuid(), task.id, %(stage)s, rater.id, 0, now() - interval '1 minute', 9000, 0, '', '',
           'submitted', 1, now()
       FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM judgments_task) task
       CROSS JOIN generate_series(1, %(each)s) k
       JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM raters_rater) rater
           ON rater.place = (task.place + 37 * k) %% %(raters)s""",
    """INSERT INTO judgments_judgment (unit_id, rater_id, presentation, stage_number, assignment_id, label,
           failure_mode, note, revision, submitted_at, exclusion_reason)
       SELECT unit.id, assignment.rater_id, 0, 1, assignment.id, 1 + (unit.id + assignment.rater_id) %% 3, '',
           'A note as raters write them.', 1, now(), ''
       FROM judgments_assignment assignment JOIN judgments_unit unit ON unit.task_id = assignment.task_id""",
    "ANALYZE",
]


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--judgments", type=int, default=5_000_000)
    wanted = asked.parse_args().judgments
    call_command("migrate", verbosity=0)
    study = build(wanted)
    with tempfile.TemporaryDirectory() as folder:
        before = peak()
        started = time.perf_counter()
        written = write_export_to(
            Path(folder) / "judgments.parquet",
            ExportScope(study, [1]),
            kind=ExportKind.JUDGMENTS,
            file_format=ExportFormat.PARQUET,
        )
        parquet_seconds = time.perf_counter() - started
        needed = peak() - before
        copy_seconds = copy_to(study, Path(folder) / "judgments.csv")
        sizes = {path.suffix[1:]: path.stat().st_size / 1e6 for path in Path(folder).iterdir()}
    print(f"{written.rows:,} judgments, {len(JUDGMENTS.columns)} columns")
    print(f"COPY TO  {written.rows / copy_seconds:10,.0f} rows/s  {copy_seconds:6.1f} s  {sizes['csv']:8,.0f} MB")
    print(
        f"Parquet  {written.rows / parquet_seconds:10,.0f} rows/s  {parquet_seconds:6.1f} s  {sizes['parquet']:8,.0f} MB"
    )
    print(f"Parquet is {copy_seconds / parquet_seconds:.2f} times as fast as COPY TO of the same rows")
    print(f"memory: {before:.0f} MB before, {needed:.0f} MB more at the peak of the export")
    if needed > MEGABYTES:
        sys.exit(1)


def build(judgments: int) -> Study:
    study = Study.objects.create(slug=f"export-{timezone.now():%H%M%S}", title="Five million judgments")
    stage = Stage.objects.create(study=study, number=1)
    units = judgments // PER_UNIT
    parameters = {
        "study": study.pk,
        "stage": stage.pk,
        "subjects": SUBJECTS,
        "units": units,
        "tasks": units // UNITS_ON_A_PAGE,
        "page": UNITS_ON_A_PAGE,
        "raters": RATERS,
        "each": PER_UNIT,
    }
    started = time.perf_counter()
    with connection.cursor() as cursor:
        for statement in BUILD:
            cursor.execute(statement, parameters)
    print(f"built in {time.perf_counter() - started:.0f} s")
    return study


def copy_to(study: Study, target: Path) -> float:
    """The same rows by PostgreSQL alone, as CSV."""
    started = time.perf_counter()
    with snapshot(), connection.cursor() as wrapped, target.open("wb") as file:
        query = f"COPY ({JUDGMENTS.select()}) TO STDOUT (FORMAT csv)"
        with wrapped.cursor.copy(query, {"study": study.pk, "stages": [1]}) as copied:
            for block in copied:
                file.write(block)
    return time.perf_counter() - started


def peak() -> float:
    """The most memory the process has needed so far, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
