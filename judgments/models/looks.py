"""Who saw labels of a stage, and when it was opened again: facts that stay (docs/protocol.md, Counting)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from conversations.enums import Role
from conversations.models import Stage
from judgments.enums import LookWay

OPERATOR = "operator"  # whoever runs the installation, at its command line


class Look(models.Model):
    """One person saw labels of a stage in one way. ``times`` counts how often, from ``first_at`` to ``last_at``.

    ``while_collecting``: the stage was open or paused, so that its raters were not done yet.
    """

    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="looks")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    # The user's id, which stays when the account goes; 0 for the operator, below 0 for who looked before an import.
    looker = models.BigIntegerField()
    role = models.CharField(max_length=10)  # of the looker in the study, at that time
    way = models.CharField(max_length=20, choices=LookWay)
    while_collecting = models.BooleanField()
    times = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["stage", "looker", "role", "way", "while_collecting"], name="look_once_per_way"
            ),
            models.CheckConstraint(condition=Q(role__in=[*Role.values, OPERATOR]), name="look_role_known"),
            models.CheckConstraint(condition=Q(way__in=LookWay.values), name="look_way_known"),
        ]

    def __str__(self) -> str:
        return f"{self.role} at {self.stage}, {self.way}"


class Reopening(models.Model):
    """A closed stage was opened again. What had been looked at by then are its looks that began before."""

    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="reopenings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    reopened_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.stage}, {self.reopened_at:%Y-%m-%d %H:%M}"
