"""What is to be produced, how far it is, and every call that was made for it."""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from conversations.enums import ResponseKind
from conversations.models import Case, Study, Subject, System
from generation.enums import CallState, FailureReason, ItemState, RunKind, RunState
from generation.models.endpoints import Endpoint
from judgments.models import Task
from raters.models import Rater


class Run(models.Model):
    """What to produce, for which scope, with which system. Endpoint and configuration are as they were at its start."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="runs")
    kind = models.CharField(max_length=12, choices=RunKind)
    system = models.ForeignKey(System, on_delete=models.PROTECT, related_name="runs")
    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="runs")
    # Of votes and scores: the model rater whose judgments they become.
    rater = models.ForeignKey(Rater, null=True, blank=True, on_delete=models.PROTECT, related_name="runs")
    configuration = models.JSONField(default=dict)  # generation.configuration.RunConfiguration as JSON
    state = models.CharField(max_length=10, choices=RunState, default=RunState.PENDING)
    budget = models.DecimalField(
        max_digits=10, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    # The cost of its calls, those in flight with the most they can cost. Kept by a database trigger only.
    spent = models.DecimalField(max_digits=16, decimal_places=6, default=0, db_default=0, editable=False)
    stop_reason = models.CharField(max_length=200, blank=True)  # why it paused by itself
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["study", "-id"], name="run_newest"),
            models.Index(fields=["endpoint"], name="run_active", condition=Q(state=RunState.RUNNING)),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=RunKind.values), name="run_kind_known"),
            models.CheckConstraint(condition=Q(state__in=RunState.values), name="run_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"

    @property
    def stage_number(self) -> int | None:
        """The stage that is judged, where one is."""
        stage: int | None = self.configuration.get("stage")
        return stage


class RunItem(models.Model):
    """One thing to produce: a subject's attributes, a selection for a case, one response to it, or the votes on one task in one order."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="items")
    subject = models.ForeignKey(Subject, null=True, on_delete=models.CASCADE, related_name="run_items")
    case = models.ForeignKey(Case, null=True, on_delete=models.CASCADE, related_name="run_items")
    response_kind = models.CharField(max_length=12, choices=ResponseKind, blank=True)
    task = models.ForeignKey(Task, null=True, on_delete=models.CASCADE, related_name="run_items")
    presentation = models.PositiveSmallIntegerField(default=0, db_default=0)  # of a task: 1 is the swapped order
    state = models.CharField(max_length=10, choices=ItemState, default=ItemState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)  # failures so far
    reason_code = models.CharField(max_length=16, choices=FailureReason, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    produced = models.PositiveIntegerField(default=0)  # rows stored: attributes, decisions, votes, or 1 response
    notes = models.JSONField(default=dict)  # what was left out or cut, and why
    not_before = models.DateTimeField(db_default=Now())
    announced_at = models.DateTimeField(null=True, blank=True)  # sent to the broker, which may lose it
    worker = models.CharField(max_length=120, blank=True)
    lease_expires_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "subject", "case", "response_kind", "task", "presentation"],
                name="run_item_one_per_target",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=(
                    Q(subject__isnull=False, case__isnull=True, response_kind="", task__isnull=True, presentation=0)
                    | Q(
                        subject__isnull=True,
                        case__isnull=False,
                        response_kind__in=["", *ResponseKind.values],  # "": the case itself, to select from
                        task__isnull=True,
                        presentation=0,
                    )
                    | Q(
                        subject__isnull=True,
                        case__isnull=True,
                        response_kind="",
                        task__isnull=False,
                        presentation__lte=1,
                    )
                ),
                name="run_item_exactly_one_target",
            ),
            models.CheckConstraint(condition=Q(state__in=ItemState.values), name="run_item_state_known"),
        ]
        indexes = [
            models.Index(fields=["run", "state", "id"], name="run_item_state"),
            models.Index(fields=["run", "id"], name="run_item_waiting", condition=Q(state=ItemState.WAITING)),
            models.Index(fields=["run"], name="run_item_running", condition=Q(state=ItemState.RUNNING)),
            models.Index(
                fields=["run"],
                name="run_item_announced",
                condition=Q(state=ItemState.WAITING, announced_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"item {self.pk}"


class ModelCall(models.Model):
    """One attempt at one call: what was sent with, what came back, what it cost."""

    item = models.ForeignKey(RunItem, on_delete=models.CASCADE, related_name="calls")
    attempt = models.PositiveSmallIntegerField()
    part = models.PositiveSmallIntegerField(default=0)  # of a history split over several calls
    repeat_of = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="repeats")
    state = models.CharField(max_length=12, choices=CallState, default=CallState.STARTED)
    template = models.CharField(max_length=60)  # "extraction v1"
    parameters = models.JSONField(default=dict)
    request_hash = models.CharField(max_length=64)  # SHA-256 of the messages and parameters
    model = models.CharField(max_length=200, blank=True)  # what the endpoint itself says it is
    answer = models.TextField(blank=True)  # kept where an item needs several calls, so that none is paid for twice
    input_tokens = models.PositiveIntegerField(null=True, blank=True)
    output_tokens = models.PositiveIntegerField(null=True, blank=True)
    # While in flight the most it can cost, afterwards what it did cost.
    cost = models.DecimalField(max_digits=12, decimal_places=6, default=0)
    latency_ms = models.PositiveIntegerField(null=True, blank=True)
    reason_code = models.CharField(max_length=16, choices=FailureReason, blank=True)
    error = models.CharField(max_length=500, blank=True)
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(state__in=CallState.values), name="model_call_state_known")]
        indexes = [models.Index(fields=["item", "id"], name="model_call_order")]

    def __str__(self) -> str:
        return f"call {self.pk}"
