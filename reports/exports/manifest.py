"""What a dataset says of itself: counts, checksums, versions, seeds, exclusions, and what a reader should beware of."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Min

from judgments.counting import given
from judgments.models import Judgment
from raters.pseudonyms import rater_key
from reports.dataset.cells import moment_text
from reports.dataset.tables import TABLES
from reports.dataset.versions import APP_VERSION, PROTOCOL_VERSION, SCHEMA_VERSION
from reports.exports.scope import ExportScope

CONSTANT_FROM = 20  # judgments of one stage with the same label, before a rater is called constant


def codebook() -> dict[str, Any]:
    """Every column of every table, with its type and meaning."""
    return {
        table.name: {
            "meaning": table.meaning,
            "columns": [
                {
                    "name": column.name,
                    "type": "text" if column.names_rater else column.kind.value,
                    "meaning": column.meaning,
                }
                for column in table.columns
            ],
        }
        for table in TABLES.values()
    }


def manifest(
    scope: ExportScope, *, files: list[dict[str, Any]], splits: Mapping[str, str], now: datetime
) -> dict[str, Any]:
    return {
        "study": scope.study.slug,
        "made_at": moment_text(now),
        "schema_version": SCHEMA_VERSION,
        "protocol_version": PROTOCOL_VERSION,
        "app_version": APP_VERSION,
        "seed": scope.study.seed,
        "stages": list(scope.stages),
        "withheld": list(scope.withheld),
        "rows": _rows(files),
        "files": files,
        "subjects_by_split": dict(Counter(splits.values())),
        "exclusions": _exclusions(scope),
        "warnings": _constant_raters(scope),
    }


def _rows(files: list[dict[str, Any]]) -> dict[str, int]:
    rows: Counter[str] = Counter()
    for file in files:
        rows[file["table"]] += file["rows"]
    return dict(rows)


def _exclusions(scope: ExportScope) -> list[dict[str, Any]]:
    """Judgments left out of consensus, by stage and reason; they are in the table, marked."""
    judged = Judgment.objects.filter(given(), unit__task__stage__study=scope.study, stage_number__in=list(scope.stages))
    excluded = judged.filter(excluded_at__isnull=False).values("stage_number", "exclusion_reason")
    counted = excluded.annotate(judgments=Count("id"), raters=Count("rater", distinct=True))
    return [
        {
            "stage": row["stage_number"],
            "reason": row["exclusion_reason"],
            "judgments": row["judgments"],
            "raters": row["raters"],
        }
        for row in counted.order_by("stage_number", "exclusion_reason")
    ]


def _constant_raters(scope: ExportScope) -> list[str]:
    """Raters who gave one label only, to many units."""
    judged = Judgment.objects.filter(
        given(), unit__task__stage__study=scope.study, stage_number__in=list(scope.stages), presentation=0
    )
    by_rater = judged.values("rater_id", "stage_number").annotate(
        judgments=Count("id"), least=Min("label"), most=Max("label")
    )
    return [
        f"{rater_key(study=scope.study, rater_id=row['rater_id'])} gave all {row['judgments']} units of stage "
        f"{row['stage_number']} the label {row['least']}."
        for row in by_rater.order_by("stage_number", "rater_id")
        if row["judgments"] >= CONSTANT_FROM and row["least"] == row["most"]
    ]
