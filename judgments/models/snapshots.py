"""What the raters of a stage agree on: as it is now, and frozen when the next stage was opened with it."""

from django.db import models
from django.db.models.functions import Now

from conversations.models import Stage
from judgments.models.work import Unit


class Consensus(models.Model):
    """The consensus of each judged unit as it is now (docs/protocol.md, Counting). A database view: read only.

    ``label`` is a mean at stage 3. A panel stands in (``by_panel``) where a unit has no counted human label; an
    adjudicated label overrides both (``adjudicated``).
    """

    unit = models.OneToOneField(Unit, primary_key=True, on_delete=models.DO_NOTHING, related_name="consensus")
    stage = models.ForeignKey(Stage, on_delete=models.DO_NOTHING, related_name="+")
    label = models.FloatField()
    raters = models.PositiveIntegerField()  # counted humans; 0 where a panel stands in
    provisional = models.BooleanField()  # formed from fewer than k human ratings
    by_panel = models.BooleanField()
    adjudicated = models.BooleanField()  # decided by an adjudicator, whatever the raters said

    class Meta:
        managed = False
        db_table = "judgments_consensus"

    def __str__(self) -> str:
        return f"{self.unit_id}: {self.label}"


class ConsensusSnapshot(models.Model):
    """The consensus of one stage at the moment the next stage was opened with gating."""

    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="snapshots")
    opened_stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="built_from")
    taken_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"snapshot {self.pk}"


class SnapshotLabel(models.Model):
    snapshot = models.ForeignKey(ConsensusSnapshot, on_delete=models.CASCADE, related_name="labels")
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="snapshot_labels")
    label = models.FloatField()
    raters = models.PositiveSmallIntegerField()
    provisional = models.BooleanField()  # formed from fewer than k ratings

    class Meta:
        constraints = [models.UniqueConstraint(fields=["snapshot", "unit"], name="snapshot_label_once")]

    def __str__(self) -> str:
        return f"{self.unit_id}: {self.label}"
