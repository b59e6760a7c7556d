"""What a report was computed from, in one short text: another one says that there is something newer to compute."""

import hashlib
import json
from typing import Any

from django.db.models import Count, Max, Q, Sum

from accounts.models import AuditEntry
from conversations.enums import MentionMethod
from conversations.models import Case, Comparison, ComparisonAttribute, Selection, SelectionRecord, SilentCase, Study
from judgments.counting import given
from judgments.models import Adjudication, BlindingAnswer, Judgment, Task
from reports.dataset.versions import APP_VERSION, FIGURES_VERSION, PROTOCOL_VERSION


def follows_protocol(figures: dict[str, Any]) -> bool:
    """Whether they were computed under this protocol. What older ones say means something else."""
    return figures.get("protocol_version") == PROTOCOL_VERSION


def is_current(figures: dict[str, Any]) -> bool:
    """Whether they can be shown: older ones have another shape."""
    return follows_protocol(figures) and figures.get("figures_version") == FIGURES_VERSION


def fingerprint(study: Study) -> str:
    """Counts and newest marks of all that figures rest on. Whoever changes material is in the audit trail.

    Looks are not among them: a report that was looked at would be computed again. Closing the stage brings them all in.
    """
    judged = Judgment.objects.filter(given(), unit__task__stage__study=study)
    seen = [
        APP_VERSION,
        FIGURES_VERSION,
        PROTOCOL_VERSION,
        judged.aggregate(Count("id"), Max("id"), Sum("revision"), Count("excluded_at"), Max("excluded_at")),
        Adjudication.objects.filter(unit__task__stage__study=study).aggregate(Count("id"), Max("decided_at")),
        BlindingAnswer.objects.filter(assignment__stage__study=study).count(),
        Task.objects.filter(stage__study=study).aggregate(Count("id"), Max("id"), Count("withdrawn_at")),
        Comparison.objects.filter(case__subject__study=study).aggregate(
            Count("id"), Max("id"), Count("released_at"), Count("withdrawn_at")
        ),
        ComparisonAttribute.objects.filter(comparison__case__subject__study=study).aggregate(
            mentioned=Sum("id", filter=Q(mentioned=True)),
            by_models=Count("id", filter=Q(mention_method=MentionMethod.MODEL)),
        ),
        Selection.objects.filter(case__subject__study=study).aggregate(Count("id"), Max("id")),
        SelectionRecord.objects.filter(case__subject__study=study).aggregate(Count("id"), Max("id")),
        SilentCase.objects.filter(case__subject__study=study).aggregate(Count("id"), Max("id")),
        Case.objects.filter(subject__study=study, for_controls=True).aggregate(Count("id"), Max("id")),
        list(study.stages.order_by("number").values_list("number", "state", "k")),
        [study.title, study.margin, study.seed, study.currency, study.pay_per_hour, study.platform_fee, study.state],
        AuditEntry.objects.filter(study_id=study.pk).exclude(action__startswith="export.").aggregate(Max("id")),
    ]
    return hashlib.sha256(json.dumps(seen, default=str).encode()).hexdigest()
