"""Uploads into a study."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from conversations.enums import BatchState, Origin, SearchState
from conversations.models.studies import Study


def batch_path(batch: "Batch", filename: str) -> str:
    """A name of our own: the uploader's file name is hostile input and is only ever shown."""
    return f"studies/{batch.study_id}/batches/{batch.sha256[:32]}"


class Batch(models.Model):
    """One upload into a study, with a status, counts and a downloadable error report."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="batches")
    file = models.FileField(upload_to=batch_path, max_length=300)
    filename = models.CharField(max_length=255)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    format = models.CharField(max_length=30)
    options = models.JSONField(default=dict)  # formats.Options as JSON
    origin = models.CharField(max_length=12, choices=Origin)
    state = models.CharField(max_length=10, choices=BatchState, default=BatchState.PENDING)
    counts = models.JSONField(default=dict)  # {"subjects": {"new": 3, "known": 0}, ..., "problems": 2}
    bytes_read = models.BigIntegerField(default=0)
    # Files of an archive that were not read: [{"name": "user.json", "why": "..."}].
    passed_over = models.JSONField(default=list, db_default=[], blank=True)
    failure = models.TextField(blank=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    uploaded_at = models.DateTimeField(db_default=Now())
    attempts = models.PositiveSmallIntegerField(default=0)  # how many workers began it
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)  # a worker is alive on it; the sweeper looks here

    class Meta:
        verbose_name_plural = "batches"
        indexes = [models.Index(fields=["study", "-id"], name="batch_newest")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=BatchState.values), name="batch_state_known"),
            models.CheckConstraint(condition=Q(origin__in=Origin.values), name="batch_origin_known"),
        ]

    def __str__(self) -> str:
        return self.filename


class BatchProblem(models.Model):
    """One row of the error report: what was expected, what was found, and where."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="problems")
    file = models.CharField(max_length=255, blank=True, default="", db_default="")  # which of several files in one
    line = models.BigIntegerField()
    field = models.CharField(max_length=200)
    expected = models.TextField()
    found = models.TextField()
    kept = models.BooleanField(default=False)  # the row was stored all the same (a pointer that leads nowhere)

    class Meta:
        indexes = [models.Index(fields=["batch", "id"], name="batch_problem_order")]

    def __str__(self) -> str:
        return f"line {self.line}: {self.field}"


class EvidenceSearch(models.Model):
    """A search, after a batch was imported, for what the subjects said that attributes without evidence may rest on.

    ``embedder`` and ``threshold`` are what decided; ``reached`` is the last subject that was searched, so that a search
    whose worker died goes on there.
    """

    batch = models.OneToOneField(Batch, on_delete=models.CASCADE, related_name="evidence_search")
    state = models.CharField(max_length=10, choices=SearchState, default=SearchState.PENDING)
    embedder = models.CharField(max_length=80)
    threshold = models.FloatField()
    reached = models.BigIntegerField(default=0)
    searched = models.PositiveIntegerField(default=0)  # attributes without evidence that were looked at
    found = models.PositiveIntegerField(default=0)  # those of them that have some now
    failure = models.TextField(blank=True)
    requested_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    heartbeat_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "evidence searches"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=SearchState.values), name="evidence_search_state_known")
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}: {self.state}"


def staged_path(upload: "StagedUpload", filename: str) -> str:
    return f"studies/{upload.study_id}/staged/{upload.key}"


class StagedUpload(models.Model):
    """A file on its way: its pieces are stored as they come, so that a broken connection goes on where it broke."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)  # what its address says
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="staged_uploads")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    file = models.FileField(upload_to=staged_path, max_length=300, blank=True)
    filename = models.CharField(max_length=255)
    size = models.BigIntegerField()  # bytes, as the browser says beforehand
    received = models.BigIntegerField(default=0)  # bytes that are stored
    created_at = models.DateTimeField(db_default=Now())
    touched_at = models.DateTimeField(db_default=Now())  # the sweeper takes away what nobody went on with

    class Meta:
        indexes = [models.Index(fields=["touched_at"], name="staged_upload_touched")]
        constraints = [
            models.CheckConstraint(
                condition=Q(received__gte=0, received__lte=models.F("size")), name="staged_upload_within_size"
            )
        ]

    def __str__(self) -> str:
        return self.filename
