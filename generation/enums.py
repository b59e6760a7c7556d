"""The words ``generation`` stores."""

from django.db import models


class RunKind(models.TextChoices):
    EXTRACTION = "extraction", "Extract attributes"
    SELECTIONS = "selections", "Select attributes"
    RESPONSES = "responses", "Write responses"
    VOTES = "votes", "Ask a model to judge"
    SCORES = "scores", "Score relevance by retrieval"
    MENTIONS = "mentions", "Detect mentions by a model"
    CONTROLS = "controls", "Make controls"


class RunState(models.TextChoices):
    PENDING = "pending", "Being prepared"
    RUNNING = "running", "Running"
    PAUSED = "paused", "Paused"
    DONE = "done", "Done"
    CANCELLED = "cancelled", "Cancelled"


class ItemState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class CallState(models.TextChoices):
    STARTED = "started", "In flight"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    INTERRUPTED = "interrupted", "Interrupted: its worker was lost"


class FailureReason(models.TextChoices):
    """Why an item failed, or why it waits to be tried again."""

    RATE_LIMITED = "rate_limited", "The endpoint said: too many requests"
    TIMEOUT = "timeout", "No complete answer in time"
    CONNECTION = "connection", "The endpoint could not be reached"
    SERVER_ERROR = "server_error", "The endpoint failed (5xx)"
    REFUSED = "refused", "The endpoint refused the request (4xx)"
    NOT_ALLOWED = "not_allowed", "The endpoint's address or key may not be used"
    TRUNCATED = "truncated", "The answer was cut off at the token limit"
    INVALID_OUTPUT = "invalid_output", "The answer was not what was asked for"
    TOO_LONG = "too_long", "The request is longer than the model's context"
    NOTHING_GIVEN = "nothing_given", "There is nothing to work from"
    WORKER_LOST = "worker_lost", "The worker was lost again and again"
