from django.db import models


class RaterKind(models.TextChoices):
    HUMAN = "human", "Human"
    MODEL = "model", "Model"
    PANEL = "panel", "Panel"


class EnrolmentOutcome(models.TextChoices):
    COMPLETED = "completed", "Completed"
    SCREENED_OUT = "screened_out", "Screened out"
    FAILED_COMPREHENSION = "failed_comprehension", "Failed comprehension"
    TECHNICAL = "technical", "Technical problem"
    WITHDREW = "withdrew", "Withdrew"
    RETURNED = "returned", "Returned"
