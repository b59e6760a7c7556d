"""The consensus a stage was opened with, frozen."""

from django.db import models
from django.db.models.functions import Now

from conversations.models import Stage
from judgments.models.work import Unit


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
