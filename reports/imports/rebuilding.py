"""The staged tables become the rows of a study. What is exported by id keeps its order: figures depend on it.

Set by set in PostgreSQL, so that memory does not grow with the dataset.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from conversations.hashing import settings_hash
from conversations.models import Batch, Study, System
from raters.models import Enrolment, Rater
from reports.dataset.ruling import RulesFacts
from reports.imports.rules_in_force import keep_rules
from reports.imports.statements import MATERIAL
from reports.imports.work_statements import GUIDELINES, WORK

_SYSTEM_NAME, _SYSTEM_VERSION = 120, 60


def rebuild(study: Study, *, batches: dict[int, str], rules: Sequence[RulesFacts], now: datetime) -> None:
    said = {"study": study.pk, "now": now, "no_settings": settings_hash({})}
    _batches(study, batches)
    _systems(study)
    _run(MATERIAL, said)
    _raters(study)
    _run(GUIDELINES, said)
    keep_rules(study, rules)
    _run(WORK, said)


def _run(statements: Sequence[str], said: Mapping[str, Any]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, said)


def _batches(study: Study, names: dict[int, str]) -> None:
    """The uploads that the original study was made of, by name only: a report can be looked at by them."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE new_batch (old bigint PRIMARY KEY, id bigint) ON COMMIT DROP")
        cursor.execute(
            "SELECT batch_id FROM staged_items WHERE batch_id IS NOT NULL UNION "
            "SELECT batch_id FROM staged_silent_cases WHERE batch_id IS NOT NULL ORDER BY batch_id"
        )
        for (old,) in cursor.fetchall():
            batch = Batch.objects.create(
                study=study,
                filename=names.get(old, "upload")[:255],
                size=0,
                sha256="",
                format="dataset",
                origin="unknown",
                state="done",
            )
            cursor.execute("INSERT INTO new_batch VALUES (%s, %s)", [old, batch.pk])


def _systems(study: Study) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE new_system (old text PRIMARY KEY, id bigint) ON COMMIT DROP")
        cursor.execute(
            "SELECT attribute_system FROM staged_items UNION SELECT response_system FROM staged_comparisons "
            "UNION SELECT arm_selection_of FROM staged_comparisons UNION SELECT response_system FROM staged_silent_cases "
            "UNION SELECT arm_selection_of FROM staged_silent_cases UNION SELECT system FROM staged_selections UNION SELECT system FROM staged_selection_records UNION SELECT attribute_system FROM staged_selections ORDER BY 1"
        )
        for (old,) in cursor.fetchall():
            if old is not None:
                made = System.objects.create(study=study, name=old)
                cursor.execute("INSERT INTO new_system VALUES (%s, %s)", [old, made.pk])


def _raters(study: Study) -> None:
    """Nobody here: no person, no session, no link, and a token to resume by that nobody was ever shown."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE new_rater (old text PRIMARY KEY, id bigint) ON COMMIT DROP")
        cursor.execute(
            "SELECT staged.rater_key, staged.rater_kind, staged.rater_name, staged.languages, staged.consent_language, "
            "staged.entry_link, staged.platform, subject.id "
            "FROM staged_raters staged LEFT JOIN LATERAL ("
            "  SELECT subject_key FROM staged_judgments judged WHERE judged.rater_key = staged.rater_key LIMIT 1"
            ") judged ON staged.is_subject "
            "LEFT JOIN conversations_subject subject "
            "  ON subject.study_id = %s AND subject.external_id = judged.subject_key "
            "ORDER BY staged.row_",
            [study.pk],
        )
        for number, staged in enumerate(cursor.fetchall(), start=1):
            old, kind, name, languages, language, link, platform, subject_id = staged
            shown = name or f"Imported rater {number}"
            rater = Rater.objects.create(kind=kind, name=shown, subject_id=subject_id)
            Enrolment.objects.create(
                rater=rater,
                study=study,
                number=number,
                imported_key=old,
                imported_link=link or "",
                imported_platform=platform or "",
                languages=_languages(languages),
                consent_language=language or "",
            )
            cursor.execute("INSERT INTO new_rater VALUES (%s, %s)", [old, rater.pk])


def _languages(staged: object) -> list[str]:
    return [str(each)[:40] for each in staged] if isinstance(staged, list) else []
