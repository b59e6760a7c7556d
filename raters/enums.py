from django.db import models

UPLOADED = " (uploaded)"  # behind the name of a human who judged elsewhere and never came here


class RaterKind(models.TextChoices):
    HUMAN = "human", "Human"
    MODEL = "model", "Model"
    PANEL = "panel", "Panel"


class Platform(models.TextChoices):
    """Where the raters of an entry link come from."""

    OPEN = "open", "Nowhere in particular: whoever has the link"
    PROLIFIC = "prolific", "Prolific"
    OTHER = "other", "Another platform or panel (Connect, SONA, your own)"


# Whose token an account holds that was stored before accounts said so.
PLATFORM_OF_OLDER_ACCOUNTS = Platform.PROLIFIC


class EnrolmentOutcome(models.TextChoices):
    COMPLETED = "completed", "Completed"
    SCREENED_OUT = "screened_out", "Screened out"
    FAILED_COMPREHENSION = "failed_comprehension", "Failed comprehension"
    TECHNICAL = "technical", "Technical problem"
    WITHDREW = "withdrew", "Withdrew"
    RETURNED = "returned", "Returned"
    NO_WORK = "no_work", "Nothing was left to judge"
    STOPPED_EARLY = "stopped_early", "Stopped early"
