"""The words that ``reports`` stores."""

from django.db import models


class ExportKind(models.TextChoices):
    JUDGMENTS = "judgments", "Judgments"


class ExportFormat(models.TextChoices):
    JSONL = "jsonl", "JSONL (exact)"
    CSV = "csv", "CSV (safe in spreadsheets)"


class ExportState(models.TextChoices):
    PENDING = "pending", "Waiting for a worker"
    RUNNING = "running", "Being written"
    DONE = "done", "Ready"
    FAILED = "failed", "Failed"
