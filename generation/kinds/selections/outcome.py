"""What the systems' answers came to, on the page of their run."""

from typing import Any

from django.db.models import Count, Exists, OuterRef, Q

from accounts.models import User
from conversations.models import Selection, SelectionRecord
from generation.kinds.kind import ResultsPart
from generation.models import Run


def _context(run: Run, user: User) -> dict[str, Any]:
    """Counts only. They tell nothing of judgments but, from the accepted ones, how many are offered."""
    pool = run.configuration["pool"]
    records = SelectionRecord.objects.filter(system=run.system_id, pool=pool, provenance__run=run.pk)
    spoken = records.count()
    if not spoken:
        return {}
    of_records = records.values("case")
    rows = Selection.objects.filter(system=run.system_id, case__in=of_records, pool=pool)
    chosen = rows.filter(case=OuterRef("case"), selected=True)
    totals = rows.aggregate(offered=Count("id"), selected=Count("id", filter=Q(selected=True)))
    return {
        **totals,
        "spoken": spoken,
        "silent": records.filter(~Exists(chosen)).count(),
        "pool": pool,
        "calls_endpoint": True,
    }


OUTCOME = ResultsPart(template="generation/selected.html", context=_context)
