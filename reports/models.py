"""What was taken out of studies, and datasets that become studies again."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from conversations.models import Study
from reports.enums import ExportFormat, ExportKind, ExportState, ImportState, ReportState


class Export(models.Model):
    """One file made from a study. ``stages`` are those it covers, ``withheld`` those it had to leave out."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="exports")
    kind = models.CharField(max_length=20, choices=ExportKind, default=ExportKind.JUDGMENTS)
    format = models.CharField(max_length=8, choices=ExportFormat)
    state = models.CharField(max_length=8, choices=ExportState, default=ExportState.PENDING)
    stages = ArrayField(models.PositiveSmallIntegerField(), default=list)
    withheld = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)
    file = models.FileField(max_length=300, blank=True)
    rows = models.BigIntegerField(null=True)
    size = models.BigIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    failure = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    requested_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)  # a worker is alive on it; the sweeper looks here

    class Meta:
        indexes = [models.Index(fields=["study", "-id"], name="export_newest")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ExportState.values), name="export_state_known"),
            models.CheckConstraint(condition=Q(kind__in=ExportKind.values), name="export_kind_known"),
            models.CheckConstraint(condition=Q(format__in=ExportFormat.values), name="export_format_known"),
            models.CheckConstraint(
                condition=~Q(state="done") | (Q(rows__isnull=False) & ~Q(sha256="") & ~Q(file="")),
                name="export_done_is_complete",
            ),
        ]

    def __str__(self) -> str:
        return self.filename

    @property
    def filename(self) -> str:
        """The name a download gets: of our own words only."""
        return f"{self.study.slug}-{self.kind}-{self.pk}.{ExportFormat(self.format).extension}"


class Report(models.Model):
    """The newest figures of a study, or of a part of it, for those who must not see the ``withheld`` stages.

    One row for each of them. While a newer one is computed the old figures stay. ``fingerprint`` says what the figures
    were computed from (reports.report.fingerprint); ``parts`` what the study can be looked at by.
    """

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="reports")
    part_column = models.CharField(max_length=30, blank=True, default="")
    part_value = models.CharField(max_length=400, blank=True, default="")
    withheld = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)
    state = models.CharField(max_length=8, choices=ReportState, default=ReportState.PENDING)
    fingerprint = models.CharField(max_length=64, blank=True)
    figures = models.JSONField(null=True)
    drawings = models.JSONField(default=dict)
    parts = models.JSONField(default=list)
    failure = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    requested_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)  # a worker is alive on it; the sweeper looks here
    computed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["study", "part_column", "part_value", "withheld"], name="report_one_of_each_part"
            ),
            models.CheckConstraint(condition=Q(state__in=ReportState.values), name="report_state_known"),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(figures__isnull=False, computed_at__isnull=False),
                name="report_done_is_complete",
            ),
        ]

    def __str__(self) -> str:
        return f"report of study {self.study_id}"

    @property
    def is_moving(self) -> bool:
        return self.state in {ReportState.PENDING, ReportState.RUNNING}


def dataset_path(upload: "DatasetImport", filename: str) -> str:
    """A name of our own: the uploader's file name is hostile input and is only ever shown."""
    return f"datasets/{uuid.uuid4().hex}.zip"


class DatasetImport(models.Model):
    """An uploaded dataset that becomes a new study as a whole, or not at all. The file is deleted afterwards."""

    title = models.CharField(max_length=200)  # of the new study
    file = models.FileField(upload_to=dataset_path, max_length=300, blank=True)
    filename = models.CharField(max_length=255)
    size = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=ImportState, default=ImportState.PENDING)
    rows_read = models.BigIntegerField(default=0)
    rows_expected = models.BigIntegerField(default=0)
    rows = models.JSONField(default=dict)  # by table, once it is imported
    problems = models.JSONField(default=list)  # reports.imports.problems.Problem as JSON
    failure = models.TextField(blank=True)
    study = models.ForeignKey(Study, null=True, on_delete=models.SET_NULL, related_name="+")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    uploaded_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)  # a worker was at it; the sweeper looks here

    class Meta:
        indexes = [models.Index(fields=["uploaded_by", "-id"], name="dataset_import_newest")]
        constraints = [models.CheckConstraint(condition=Q(state__in=ImportState.values), name="import_state_known")]

    def __str__(self) -> str:
        return self.filename

    @property
    def is_moving(self) -> bool:
        return self.state in {ImportState.PENDING, ImportState.RUNNING}

    @property
    def rows_in_words(self) -> str:
        return f"{self.rows_read:,} of {self.rows_expected:,}"
