"""The work: pages of units, the promises of ratings, and who is at them."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Now

from conversations.models import Attribute, Case, Comparison, Guidelines, Stage, Subject
from judgments.enums import Outcome, TaskKind
from judgments.models.rules import RulesInForce
from raters.models import Arrival, Rater


class Task(models.Model):
    """One page of units. Its target is a subject (stage 1), a case (stage 2) or a comparison (stage 3)."""

    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="tasks")
    kind = models.CharField(max_length=10, choices=TaskKind, default=TaskKind.REGULAR)
    # Gold, practice and attention tasks are made from a regular one; a rater is given one of the two.
    twin_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="twins")
    # What a rater must be able to read, and whether any of it is flagged as toxic.
    languages = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    flagged = models.BooleanField(default=False)
    subject = models.ForeignKey(Subject, null=True, on_delete=models.CASCADE, related_name="tasks")
    case = models.ForeignKey(Case, null=True, on_delete=models.CASCADE, related_name="tasks")
    comparison = models.ForeignKey(Comparison, null=True, on_delete=models.CASCADE, related_name="tasks")
    # In the stage's queue, shuffled with the study's seed; None while the task is not in it (votes can come first).
    position = models.BigIntegerField(null=True)
    # Stage 3: the case. A rater gets tasks of one comparison of a case only, so the claim looks here.
    conflict_key = models.BigIntegerField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(subject__isnull=False, case__isnull=True, comparison__isnull=True)
                    | Q(subject__isnull=True, case__isnull=False, comparison__isnull=True)
                    | Q(subject__isnull=True, case__isnull=True, comparison__isnull=False)
                ),
                name="task_exactly_one_target",
            ),
            models.CheckConstraint(condition=Q(kind__in=TaskKind.values), name="task_kind_known"),
            models.CheckConstraint(
                condition=Q(kind="regular", twin_of__isnull=True) | (~Q(kind="regular") & Q(position__isnull=True)),
                name="task_twins_are_not_regular",
            ),
            models.UniqueConstraint(fields=["stage", "position"], name="task_one_per_position"),
        ]

    def __str__(self) -> str:
        return f"task {self.pk}"


class Unit(models.Model):
    """The smallest thing that gets one judgment. Without an attribute it is stage 3's overall unit."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="units")
    position = models.PositiveSmallIntegerField()
    attribute = models.ForeignKey(Attribute, null=True, on_delete=models.CASCADE, related_name="units")
    instruction = models.TextField(blank=True)  # an attention check: what the rater is asked to choose
    expected_label = models.SmallIntegerField(null=True, blank=True)  # gold, practice and attention checks only
    explanation = models.TextField(blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["task", "attribute", "instruction"], name="unit_one_per_attribute", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(instruction="") | Q(attribute__isnull=True, expected_label__isnull=False),
                name="unit_instruction_stands_alone",
            ),
            models.UniqueConstraint(fields=["task", "position"], name="unit_one_per_position"),
        ]

    def __str__(self) -> str:
        return f"unit {self.pk}"


class Assignment(models.Model):
    """A rater, human or model, at a task. It outlives its lease, so a late answer keeps its own side order."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="assignments")
    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="assignments")  # the task's
    rater = models.ForeignKey(Rater, on_delete=models.CASCADE, related_name="assignments")
    presentation = models.PositiveSmallIntegerField(default=0)  # 0 counted, 1 repeat or swapped order
    arrival = models.ForeignKey(Arrival, null=True, on_delete=models.SET_NULL, related_name="assignments")
    conflict_key = models.BigIntegerField(null=True)  # the task's
    personalized_left = models.BooleanField(null=True)  # stage 3 only
    guidelines = models.ForeignKey(Guidelines, null=True, on_delete=models.PROTECT, related_name="assignments")
    # None for what was judged before they were taken down, and where no page was shown (scores).
    rules = models.ForeignKey(
        RulesInForce, null=True, on_delete=models.PROTECT, related_name="assignments", db_index=False
    )
    started_at = models.DateTimeField()
    active_ms = models.PositiveIntegerField(default=0)  # visible and not idle, as measured in the browser
    # Signs that something else than the rater may have answered, counted in the browser without what was copied or pasted.
    pastes = models.PositiveIntegerField(default=0, db_default=0)  # into a text field, of what is not from the page
    exits_with_copy = models.PositiveIntegerField(default=0, db_default=0)  # the page was left after copying from it
    draft = models.JSONField(null=True)
    draft_revision = models.PositiveIntegerField(default=0)
    draft_saved_at = models.DateTimeField(null=True)
    missing_attributes = models.TextField(blank=True)  # stage 1: what the rater finds missing
    comment = models.TextField(blank=True)
    # Stage 3 with a person card: when the overall answer was stored, which is final; the attributes are shown after it.
    overall_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True, default="")
    revision = models.PositiveIntegerField(default=0)  # of the answers; 0 until they are submitted
    submitted_at = models.DateTimeField(null=True)  # when the outcome was first given

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "rater", "presentation"], name="assignment_once_per_rater"),
            models.UniqueConstraint(
                fields=["rater", "stage"], condition=Q(outcome=""), name="assignment_one_open_per_stage"
            ),
            models.CheckConstraint(condition=Q(outcome__in=["", *Outcome.values]), name="assignment_outcome_known"),
        ]
        indexes = [
            models.Index(fields=["rater", "stage", "-submitted_at"], name="assignment_history"),
            models.Index(
                fields=["rater", "stage", "conflict_key"],
                condition=Q(conflict_key__isnull=False),
                name="assignment_conflict",
            ),
            models.Index(
                fields=["stage", "-submitted_at"],
                condition=Q(outcome="submitted", presentation=0),
                name="assignment_latest",
            ),
            models.Index(
                fields=["stage"], condition=~Q(outcome="") & ~Q(outcome="submitted"), name="assignment_uncounted"
            ),
        ]

    def __str__(self) -> str:
        return f"assignment {self.pk}"


class Slot(models.Model):
    """The promise "one more counted rating for this task": k rows for each regular task.

    Free: no assignment. Leased: an assignment and no ``filled_at``; claimable again once the lease has expired.
    Filled: both. Withdrawn slots are out of the queue.
    """

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="slots")
    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="slots")  # the task's
    position = models.BigIntegerField()  # the task's
    number = models.PositiveSmallIntegerField()  # 1..k
    assignment = models.OneToOneField(Assignment, null=True, on_delete=models.SET_NULL, related_name="slot")
    leased_at = models.DateTimeField(null=True)
    lease_expires_at = models.DateTimeField(null=True)
    filled_at = models.DateTimeField(null=True)
    withdrawn = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "number"], name="slot_one_per_number"),
            models.CheckConstraint(
                condition=Q(filled_at__isnull=True) | Q(assignment__isnull=False), name="slot_filled_by_someone"
            ),
            models.CheckConstraint(
                condition=Q(assignment__isnull=True) | Q(lease_expires_at__isnull=False), name="slot_lease_ends"
            ),
        ]
        indexes = [
            models.Index(
                fields=["stage", "position", "number"],
                condition=Q(assignment__isnull=True, withdrawn=False),
                name="slot_free",
            ),
            models.Index(
                fields=["stage", "lease_expires_at"],
                condition=Q(assignment__isnull=False, filled_at__isnull=True, withdrawn=False),
                name="slot_leased",
            ),
        ]

    def __str__(self) -> str:
        return f"slot {self.number} of task {self.task_id}"


class QueuePosition(models.Model):
    """How far a rater has come in a stage's queue. Locking this row makes a rater's claims take turns."""

    rater = models.ForeignKey(Rater, on_delete=models.CASCADE, related_name="queue_positions")
    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="queue_positions")
    position = models.BigIntegerField(default=-1)  # of the last task claimed from the queue
    claims = models.PositiveIntegerField(default=0)  # pages given to the rater; keys which of them are special
    sides = models.PositiveIntegerField(default=0, db_default=0)  # sides drawn; keys the side order's blocks
    # Raters of the stage, where it deals arms; keys which arm comes first. Null until the rater begins.
    begun_before = models.PositiveIntegerField(null=True)
    # By arm, pages that the rater should have had of it by now and did not: shares of the cases given minus pages given.
    owed = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    counted = models.JSONField(null=True)  # a CountedProgress: how far the rater was at so many claims

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rater", "stage"], name="queue_position_once")]

    def __str__(self) -> str:
        return f"rater {self.rater_id} at {self.position}"
