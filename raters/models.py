"""Who judges: raters, the links they arrive by, and their enrolment in a study."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from conversations.models import ConsentText, Stage, Study, Subject
from raters.enums import EnrolmentOutcome, RaterKind


def new_token() -> str:
    return secrets.token_urlsafe(18)


class Rater(models.Model):
    """Who judges: a human, a model (an LLM judge), or a panel (an imported consensus)."""

    kind = models.CharField(max_length=8, choices=RaterKind)
    name = models.CharField(max_length=200)  # a model's or panel's name; for humans a label only admins see
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="rater"
    )
    subject = models.ForeignKey(Subject, null=True, blank=True, on_delete=models.SET_NULL, related_name="raters")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=RaterKind.values), name="rater_kind_known"),
            models.CheckConstraint(condition=Q(kind="human") | Q(user__isnull=True), name="rater_user_is_human"),
        ]

    def __str__(self) -> str:
        return self.name


class EntryLink(models.Model):
    """A link by which human raters arrive at one stage of a study."""

    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="entry_links")
    token = models.CharField(max_length=40, unique=True, default=new_token)
    label = models.CharField(max_length=100)
    max_raters = models.PositiveIntegerField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.label


class Enrolment(models.Model):
    """A rater in a study. One person is one rater, whatever link they came by."""

    rater = models.ForeignKey(Rater, on_delete=models.CASCADE, related_name="enrolments")
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="enrolments")
    entry_link = models.ForeignKey(EntryLink, null=True, on_delete=models.SET_NULL, related_name="enrolments")
    number = models.PositiveIntegerField()  # "Rater 7" of this study
    # Lets the same person resume on another device; shown to them once on arrival.
    resume_token = models.CharField(max_length=40, unique=True, default=new_token)
    # The crowd platform's participant id. Null, not empty: who came by no platform must not be taken for one person.
    external_id = models.CharField(max_length=200, null=True, blank=True)  # noqa: DJ001
    consent = models.ForeignKey(ConsentText, null=True, on_delete=models.PROTECT, related_name="enrolments")
    consented_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=24, choices=EnrolmentOutcome, blank=True)
    enrolled_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rater", "study"], name="enrolment_one_per_study"),
            models.UniqueConstraint(fields=["study", "number"], name="enrolment_one_per_number"),
            models.UniqueConstraint(fields=["study", "external_id"], name="enrolment_one_per_external_id"),
        ]

    def __str__(self) -> str:
        return f"Rater {self.number}"


class Admission(models.Model):
    """A rater was let into a stage by one of its links."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="admissions")
    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="admissions")
    entry_link = models.ForeignKey(EntryLink, null=True, on_delete=models.SET_NULL, related_name="admissions")
    admitted_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enrolment", "stage"], name="admission_once_per_stage")]

    def __str__(self) -> str:
        return f"{self.enrolment} in {self.stage}"
