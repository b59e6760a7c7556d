"""The answers: what raters said, each revision of it, and the requests that brought it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from conversations.models import Batch
from judgments.enums import BlindingGuess, ExclusionReason, FailureMode
from judgments.models.work import Assignment, Unit
from raters.models import Rater


class Submission(models.Model):
    """A submit that was committed, by its client-made id: the same request twice changes nothing."""

    id = models.UUIDField(primary_key=True)
    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="submissions")
    revision = models.PositiveIntegerField()
    submitted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assignment", "revision"], name="submission_one_per_revision")]

    def __str__(self) -> str:
        return str(self.pk)


LABEL_OF_STAGE = (
    Q(stage_number=1, label__gte=1, label__lte=3)
    | Q(stage_number=2, label__gte=0, label__lte=1)
    | Q(stage_number=3, label__gte=1, label__lte=5)
)


class Judgment(models.Model):
    """One rater's label of one unit. A database trigger keeps every earlier revision (JudgmentRevision)."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="judgments")
    rater = models.ForeignKey(Rater, on_delete=models.PROTECT, related_name="judgments")
    presentation = models.PositiveSmallIntegerField(default=0)
    stage_number = models.PositiveSmallIntegerField()
    # None for judgments that were imported, those of models among them.
    assignment = models.ForeignKey(Assignment, null=True, on_delete=models.PROTECT, related_name="judgments")
    # The upload that brought it, if one did.
    batch = models.ForeignKey(Batch, null=True, blank=True, on_delete=models.SET_NULL, related_name="judgments")
    label = models.SmallIntegerField()
    failure_mode = models.CharField(max_length=24, choices=FailureMode, blank=True, default="")
    note = models.TextField(blank=True, default="")
    revision = models.PositiveIntegerField(default=1)
    submitted_at = models.DateTimeField()
    excluded_at = models.DateTimeField(null=True, blank=True)
    exclusion_reason = models.CharField(max_length=20, choices=ExclusionReason, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "rater", "presentation"], name="judgment_once_per_rater"),
            models.CheckConstraint(condition=LABEL_OF_STAGE, name="judgment_label_of_stage"),
            models.CheckConstraint(
                condition=Q(failure_mode="") | Q(stage_number=1, label__gte=2), name="judgment_failure_mode_of_stage_1"
            ),
            models.CheckConstraint(
                condition=Q(excluded_at__isnull=True, exclusion_reason="")
                | (Q(excluded_at__isnull=False) & ~Q(exclusion_reason="")),
                name="judgment_exclusion_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"judgment {self.pk}"


class JudgmentRevision(models.Model):
    """What a judgment was before it changed. Written by a database trigger only."""

    judgment = models.ForeignKey(Judgment, on_delete=models.CASCADE, related_name="revisions")
    revision = models.PositiveIntegerField()
    label = models.SmallIntegerField()
    failure_mode = models.CharField(max_length=24)
    note = models.TextField()
    submitted_at = models.DateTimeField()
    excluded_at = models.DateTimeField(null=True)
    exclusion_reason = models.CharField(max_length=20)
    replaced_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"revision {self.revision} of judgment {self.judgment_id}"


class Adjudication(models.Model):
    """An adjudicator's label of a unit. It overrides the consensus and stands beside the judgments, which stay."""

    unit = models.OneToOneField(Unit, on_delete=models.PROTECT, related_name="adjudication")
    stage_number = models.PositiveSmallIntegerField()
    label = models.SmallIntegerField()  # canonical
    note = models.TextField(blank=True)
    adjudicator = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="adjudications"
    )
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=LABEL_OF_STAGE, name="adjudication_label_of_stage")]

    def __str__(self) -> str:
        return f"adjudication of unit {self.unit_id}"


class BlindingAnswer(models.Model):
    """Which response a rater took for the personalized one, asked at the end of a session: for the blinding index."""

    assignment = models.OneToOneField(Assignment, on_delete=models.CASCADE, related_name="blinding_answer")
    guess = models.CharField(max_length=12, choices=BlindingGuess)
    sureness = models.PositiveSmallIntegerField()  # 1 = a guess, 5 = certain
    answered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(guess__in=BlindingGuess.values), name="blinding_guess_known"),
            models.CheckConstraint(condition=Q(sureness__gte=1, sureness__lte=5), name="blinding_sureness_1_5"),
        ]

    def __str__(self) -> str:
        return f"blinding answer {self.pk}"
