"""What is counted of each rater's pages, kept beside them so that nobody has to count a million judgments for a list.

``judgments.oversight.folding`` keeps both tables; database triggers say of which tasks something changed.
"""

from django.db import models

from conversations.models import Stage
from raters.models import Rater


class ChangedTask(models.Model):
    """Something changed of a task's pages or judgments since its figures were counted. Written by database triggers only."""

    stage_id = models.BigIntegerField()
    task_id = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["stage_id", "id"], name="changed_task_stage")]

    def __str__(self) -> str:
        return f"task {self.task_id}"


class SummedFigures(models.Model):
    """Sums over pages; of one page most are 0 or 1. ``judgments.oversight.rater_figures`` says what is counted."""

    submitted = models.IntegerField(default=0)
    surplus = models.IntegerField(default=0)
    set_aside = models.IntegerField(default=0)
    excluded = models.IntegerField(default=0)  # judgments
    paced_pages = models.IntegerField(default=0)
    long_pages = models.IntegerField(default=0)
    straight_pages = models.IntegerField(default=0)
    # Straight pages by their label, as seen.
    straight_0 = models.IntegerField(default=0)
    straight_1 = models.IntegerField(default=0)
    straight_2 = models.IntegerField(default=0)
    straight_3 = models.IntegerField(default=0)
    straight_4 = models.IntegerField(default=0)
    straight_5 = models.IntegerField(default=0)
    others_long = models.IntegerField(default=0)
    others_straight = models.IntegerField(default=0)
    # Of ``intervals.Clustered``: agreement with peers, and labels for the left side.
    peer_pages = models.IntegerField(default=0)
    peer_hits = models.IntegerField(default=0)
    peer_total = models.IntegerField(default=0)
    peer_hits_squared = models.IntegerField(default=0)
    peer_hits_times_total = models.IntegerField(default=0)
    peer_total_squared = models.IntegerField(default=0)
    side_pages = models.IntegerField(default=0)
    side_hits = models.IntegerField(default=0)
    side_total = models.IntegerField(default=0)
    side_hits_squared = models.IntegerField(default=0)
    side_hits_times_total = models.IntegerField(default=0)
    side_total_squared = models.IntegerField(default=0)
    # Signs of another answerer.
    judged_pages = models.IntegerField(default=0)
    pasted = models.IntegerField(default=0)
    left_with_copy = models.IntegerField(default=0)
    to_read = models.IntegerField(default=0)
    quick = models.IntegerField(default=0)
    # As it is paid (``judgments.work.pay``). Pages that are not ended are not among them.
    ended_pages = models.IntegerField(default=0)
    paid_pages = models.IntegerField(default=0)
    paid_labels = models.IntegerField(default=0)
    paid_ms = models.BigIntegerField(default=0)

    class Meta:
        abstract = True


SUMMED = tuple(field.name for field in SummedFigures._meta.local_fields)  # noqa: SLF001 - Django's own way to a model's fields


class PageFigures(SummedFigures):
    """Of one rater's page. Without foreign keys: it goes when its task's figures are counted again, not before."""

    stage_id = models.BigIntegerField()
    task_id = models.BigIntegerField()
    rater_id = models.BigIntegerField()
    presentation = models.PositiveSmallIntegerField()
    pace = models.FloatField(null=True)  # seconds a unit

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task_id", "rater_id", "presentation"], name="page_figures_once"),
        ]
        indexes = [
            models.Index(fields=["stage_id", "pace"], condition=models.Q(pace__isnull=False), name="page_figures_pace"),
            models.Index(
                fields=["stage_id", "rater_id", "pace"],
                condition=models.Q(pace__isnull=False),
                name="page_figures_rater_pace",
            ),
        ]

    def __str__(self) -> str:
        return f"figures of rater {self.rater_id} at task {self.task_id}"


class RaterFigures(SummedFigures):
    """Of one rater in one stage: the sums over ``PageFigures``, of which there are ``counted``."""

    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="+")
    rater = models.ForeignKey(Rater, on_delete=models.CASCADE, related_name="+")
    counted = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stage", "rater"], name="rater_figures_once")]

    def __str__(self) -> str:
        return f"figures of rater {self.rater_id} in stage {self.stage_id}"
