"""What the stage before lets through: the consensus frozen at opening or, before that, the consensus as it is."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from conversations.enums import Gating
from conversations.models import Stage
from judgments.models import Consensus, SnapshotLabel


def previous_labels(stage: Stage) -> QuerySet[Any, Any]:
    snapshot = stage.built_from.order_by("-id").first()
    if snapshot is not None:
        return SnapshotLabel.objects.filter(snapshot=snapshot)
    return Consensus.objects.filter(stage__study_id=stage.study_id, stage__number=stage.number - 1)


def agreed(stage: Stage, *, label: int, **same: str) -> Q:
    """Rows whose attribute (and case) got ``label`` in the stage before; everything unless gating asks for it.

    ``same`` says which field of the row equals which field of the judged unit: ``attribute="id"``.
    """
    if stage.gating != Gating.CONSENSUS:
        return Q()
    matching = {f"unit__{field}": OuterRef(outer) for field, outer in same.items()}
    return Q(Exists(previous_labels(stage).filter(label=label, **matching)))
