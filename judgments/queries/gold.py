"""How raters agree with gold."""

from collections.abc import Collection

from django.db.models import Count, F, Q

from conversations.models import Stage
from judgments.enums import TaskKind
from judgments.models import Judgment


def gold_agreement(*, stage: Stage, rater_ids: Collection[int] | None = None) -> dict[int, tuple[int, int]]:
    rows = Judgment.objects.filter(unit__task__stage=stage, unit__task__kind=TaskKind.GOLD)
    if rater_ids is not None:
        rows = rows.filter(rater_id__in=rater_ids)
    counted = rows.values("rater_id").annotate(
        right=Count("id", filter=Q(label=F("unit__expected_label"))), total=Count("id")
    )
    return {row["rater_id"]: (row["right"], row["total"]) for row in counted}
