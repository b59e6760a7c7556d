"""What retrieval scores, and the thresholds that make judgments of scores."""

from django.db import models
from django.db.models.functions import Now

from generation.models.runs import Run, RunItem
from judgments.models import Unit
from raters.models import Rater


class Threshold(models.Model):
    """The threshold of one fold of subjects, chosen on all others. Each choice adds new ones; scores point to the last."""

    rater = models.ForeignKey(Rater, on_delete=models.CASCADE, related_name="thresholds")
    fold = models.PositiveSmallIntegerField()  # from 1
    folds = models.PositiveSmallIntegerField()
    seed = models.BigIntegerField()
    value = models.FloatField()  # yes is a score of at least this
    # On the subjects of the other folds, whose consensus it was chosen by:
    f1 = models.FloatField()
    f1_of_all = models.FloatField()  # of saying yes to everything
    subjects = models.PositiveIntegerField()
    units = models.PositiveIntegerField()
    chosen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rater", "fold", "chosen_at"], name="threshold_one_per_fold")]

    def __str__(self) -> str:
        return f"{self.value:.4g}, fold {self.fold} of {self.folds}"


class Score(models.Model):
    """A rater's score of one unit, whether or not there is a threshold that makes a label of it."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="scores")
    rater = models.ForeignKey(Rater, on_delete=models.CASCADE, related_name="scores")
    value = models.FloatField()
    threshold = models.ForeignKey(Threshold, null=True, on_delete=models.SET_NULL, related_name="scores")
    scored_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rater", "unit"], name="score_once_per_rater")]

    def __str__(self) -> str:
        return f"score {self.pk}"


class TextVector(models.Model):
    """The embedding of one text in one run; without a vector while its item is about to pay for it."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="vectors")
    item = models.ForeignKey(RunItem, on_delete=models.CASCADE, related_name="vectors")
    text_hash = models.BinaryField(max_length=32)
    vector = models.BinaryField(null=True)  # 32-bit floats

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "text_hash"], name="text_vector_once_per_run")]

    def __str__(self) -> str:
        return f"vector {self.pk}"
