"""The words of docs/protocol.md that ``judgments`` stores."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TaskKind(models.TextChoices):
    REGULAR = "regular", "Regular"
    GOLD = "gold", "Gold"
    PRACTICE = "practice", "Practice"
    ATTENTION = "attention", "Attention check"
    CONTROL = "control", "Control"


# Made by people from a regular page. A control is made of a comparison of its own.
AUTHORED = (TaskKind.GOLD, TaskKind.PRACTICE, TaskKind.ATTENTION)


class Special(models.TextChoices):
    """Pages between the regular ones that a rater can't tell from them."""

    GOLD = "gold", "Gold"
    ATTENTION = "attention", "Attention check"
    CONTROL = "control", "Control"
    REPEAT = "repeat", "An own page again, its sides swapped"


class Outcome(models.TextChoices):
    """How an assignment ended. Empty while the rater works on it."""

    SUBMITTED = "submitted", "Submitted"
    SURPLUS = "surplus", "Surplus"
    CANNOT_JUDGE = "cannot_judge", "Cannot judge"
    UPSETTING = "upsetting", "Upsetting"
    TECHNICAL = "technical", "Technical problem"
    RETURNED = "returned", "Returned"


# The page was answered: in time to count, or after others had filled its slots.
JUDGED = (Outcome.SUBMITTED, Outcome.SURPLUS)
# The rater left it unjudged, and said why.
SET_ASIDE = (Outcome.CANNOT_JUDGE, Outcome.UPSETTING, Outcome.TECHNICAL)


class ExtractionLabel(models.IntegerChoices):
    ACCEPT = 1, "Accept"
    UNSURE = 2, "Unsure"
    REJECT = 3, "Reject"


class RelevanceLabel(models.IntegerChoices):
    NO = 0, "No"
    YES = 1, "Yes"


class ResponseLabel(models.IntegerChoices):
    """Canonical: 5 = personalized much better, whatever side it was shown on."""

    GENERIC_MUCH_BETTER = 1, "Generic much better"
    GENERIC_BETTER = 2, "Generic better"
    NO_DIFFERENCE = 3, "No difference"
    PERSONALIZED_BETTER = 4, "Personalized better"
    PERSONALIZED_MUCH_BETTER = 5, "Personalized much better"


class FailureMode(models.TextChoices):
    OVERGENERALIZATION = "overgeneralization", _("Overgeneralization: one request becomes a trait")
    MISSING_EVIDENCE = "missing_evidence", _("Missing evidence")
    TASK_CONTEXT_CONFUSION = (
        "task_context_confusion",
        _("Task-context confusion: fiction or a text taken for the person"),
    )
    NOT_STANDALONE = "not_standalone", _("Not standalone: the request itself, not a trait")
    OTHER = "other", _("Other")


class ExclusionReason(models.TextChoices):
    ATTENTION = "attention", "Failed attention checks"
    GOLD = "gold", "Low agreement with gold"
    SPEEDING = "speeding", "Too fast to have read the page"
    STRAIGHT_LINING = "straight_lining", "The same answer throughout"
    WITHDREW = "withdrew", "The rater withdrew"
    TECHNICAL = "technical", "Technical problem"
    OTHER = "other", "Other"


class LookWay(models.TextChoices):
    """Through what somebody saw labels of a stage."""

    REPORT = "report", "the report"
    REPORT_FILE = "report_file", "a file of the report"
    EXPORT = "export", "an export"
    UNIT_PAGE = "unit_page", "the page of a unit"
    RATER_PAGE = "rater_page", "the figures of raters"
    ADJUDICATION = "adjudication", "adjudication"
    THRESHOLDS = "thresholds", "thresholds of scores"
    API = "api", "the API"
    COMMAND_LINE = "command_line", "the command line"


class BlindingGuess(models.TextChoices):
    """Which response a rater took for the personalized one, stored canonically."""

    PERSONALIZED = "personalized", "The personalized one"
    GENERIC = "generic", "The generic one"
    CANNOT_TELL = "cannot_tell", "Cannot tell"


class ActKind(models.TextChoices):
    """What a crowd platform is told of one arrival."""

    APPROVE = "approve", "Approve"
    BONUS = "bonus", "Bonus"
    SCREEN_OUT = "screen_out", "Screen out"


class ActState(models.TextChoices):
    """How far the platform was told. ``UNKNOWN``: a payment was asked for, and nobody knows whether it was made."""

    WAITING = "waiting", "Waiting"
    PREPARED = "prepared", "Set up, not paid yet"
    SENT = "sent", "Being sent"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    UNKNOWN = "unknown", "Not known"
