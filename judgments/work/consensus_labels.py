"""What the raters of a stage agree on."""

from collections.abc import Iterator

from conversations.models import Stage
from judgments.models import Consensus

_BATCH = 2000


def consensus_labels(stage: Stage) -> Iterator[Consensus]:
    """The consensus of each judged unit of a stage, in the order of units, read as it is consumed."""
    return Consensus.objects.filter(stage=stage).order_by("unit_id").iterator(chunk_size=_BATCH)
