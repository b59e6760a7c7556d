"""What a crowd platform was told of the arrivals it sent, and the token to tell it with."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from conversations.models import Study
from judgments.enums import ActKind, ActState
from raters.enums import PLATFORM_OF_OLDER_ACCOUNTS, Platform
from raters.models import Arrival


class PlatformAccount(models.Model):
    """A study's access to one crowd platform, and its turn: one call at a time."""

    study = models.OneToOneField(Study, primary_key=True, on_delete=models.CASCADE, related_name="platform_account")
    platform = models.CharField(max_length=10, choices=Platform, db_default=PLATFORM_OF_OLDER_ACCOUNTS)
    sealed_token = models.TextField(blank=True)  # encrypted; empty: removed
    # A worker is telling the platform, or the platform asked to wait. A worker that died has it until then.
    busy_until = models.DateTimeField(null=True, blank=True)
    refused_in_a_row = models.PositiveSmallIntegerField(default=0)  # for too many calls

    def __str__(self) -> str:
        return f"account of {self.study}"


class PlatformAct(models.Model):
    """One thing the platform is told of one arrival, once: a second bonus for the same arrival can't be stored."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="platform_acts")
    arrival = models.ForeignKey(Arrival, on_delete=models.CASCADE, related_name="platform_acts")
    kind = models.CharField(max_length=10, choices=ActKind)
    amount = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    state = models.CharField(max_length=8, choices=ActState, default=ActState.WAITING)
    batch = models.UUIDField()  # these are told in one call, and share its fate
    platform_study_id = models.CharField(max_length=100, blank=True)
    platform_bonus_id = models.CharField(max_length=100, blank=True)  # of a bonus that was set up
    words = models.CharField(max_length=300, blank=True)  # why it failed, or is not known
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    requested_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)  # when the last call began that was to do it

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["arrival", "kind"], name="platform_act_once_per_visit"),
            models.CheckConstraint(condition=Q(kind__in=ActKind.values), name="platform_act_kind_known"),
            models.CheckConstraint(condition=Q(state__in=ActState.values), name="platform_act_state_known"),
            models.CheckConstraint(condition=Q(kind="bonus", amount__gt=0) | Q(amount=0), name="platform_act_amount"),
            models.CheckConstraint(
                condition=~Q(state__in=["prepared", "unknown"]) | Q(kind="bonus") & ~Q(platform_bonus_id=""),
                name="platform_act_bonus_was_set_up",
            ),
        ]
        indexes = [
            models.Index(
                fields=["study", "id"],
                condition=Q(state__in=["waiting", "prepared", "sent"]),
                name="platform_act_to_do",
            ),
            models.Index(fields=["batch"], name="platform_act_batch"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
