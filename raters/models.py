"""Who judges: raters, the links they arrive by, and their enrolment in a study."""

import secrets

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from conversations.models import ConsentText, Stage, Study, Subject
from raters.enums import EnrolmentOutcome, Platform, RaterKind


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
    platform = models.CharField(max_length=10, choices=Platform, default=Platform.OPEN)
    # The names of the platform's parameters in the address.
    person_parameter = models.CharField(max_length=40, blank=True)
    study_parameter = models.CharField(max_length=40, blank=True)
    session_parameter = models.CharField(max_length=40, blank=True)
    platform_study_id = models.CharField(max_length=100, blank=True)  # who comes with another one is refused
    requires_token = models.BooleanField(default=False)  # the platform's signature on the address
    return_address = models.CharField(max_length=500, blank=True)  # "{code}" in it becomes the completion code
    # By which the study's own raters come, signed in; nobody is let in by its token.
    for_members = models.BooleanField(default=False, db_default=False)
    closed_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stage"], condition=Q(for_members=True), name="entry_link_one_for_members"),
            models.CheckConstraint(condition=Q(platform__in=Platform.values), name="entry_link_platform_known"),
            models.CheckConstraint(
                condition=Q(platform=Platform.OPEN) | ~Q(person_parameter=""), name="entry_link_names_the_person"
            ),
        ]

    def __str__(self) -> str:
        return self.label


class CompletionCode(models.Model):
    """What a rater of this link takes back to the platform after one outcome. Shown only when it was earned."""

    entry_link = models.ForeignKey(EntryLink, on_delete=models.CASCADE, related_name="completion_codes")
    outcome = models.CharField(max_length=24, choices=EnrolmentOutcome)
    code = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry_link", "outcome"], name="completion_code_one_per_outcome"),
            models.CheckConstraint(
                condition=Q(outcome__in=EnrolmentOutcome.values), name="completion_code_outcome_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome}: {self.code}"


class Enrolment(models.Model):
    """A rater in a study. One person is one rater, whatever link they came by."""

    rater = models.ForeignKey(Rater, on_delete=models.CASCADE, related_name="enrolments")
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="enrolments")
    entry_link = models.ForeignKey(EntryLink, null=True, on_delete=models.SET_NULL, related_name="enrolments")
    number = models.PositiveIntegerField()  # "Rater 7" of this study
    # Lets the same person resume on another device; shown to them once on arrival.
    resume_token = models.CharField(max_length=40, unique=True, default=new_token)
    platform = models.CharField(max_length=10, choices=Platform, default=Platform.OPEN)
    # The crowd platform's participant id. Null, not empty: who came by no platform must not be taken for one person.
    external_id = models.CharField(max_length=200, null=True, blank=True)  # noqa: DJ001
    consent = models.ForeignKey(ConsentText, null=True, on_delete=models.PROTECT, related_name="enrolments")
    consented_at = models.DateTimeField(null=True, blank=True)
    consent_hash = models.CharField(max_length=64, blank=True)  # SHA-256 of the text that was agreed to
    # The translation that was agreed to; empty: the text as the study wrote it.
    consent_language = models.CharField(max_length=10, blank=True, default="", db_default="")
    # As the study's material writes them; empty when the study did not ask.
    languages = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    avoids_flagged = models.BooleanField(default=False)  # wants no material that is flagged as toxic
    paused_at = models.DateTimeField(null=True, blank=True)  # by an admin: gets no pages for now
    # The pseudonym of a rater who judged elsewhere and came with a dataset; such a rater is nobody here.
    imported_key = models.CharField(max_length=40, blank=True, default="", db_default="")
    # The label of the link, and the platform, by which such a rater had come there.
    imported_link = models.CharField(max_length=100, blank=True, default="", db_default="")
    imported_platform = models.CharField(max_length=10, blank=True, default="", db_default="")
    outcome = models.CharField(max_length=24, choices=EnrolmentOutcome, blank=True)
    # Who was signed in where this rater judged, whatever link they came by: they are kept from the results meanwhile.
    accounts = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="judged_as")
    enrolled_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rater", "study"], name="enrolment_one_per_study"),
            models.UniqueConstraint(fields=["study", "number"], name="enrolment_one_per_number"),
            models.UniqueConstraint(fields=["study", "platform", "external_id"], name="enrolment_one_per_external_id"),
            models.CheckConstraint(
                condition=Q(outcome__in=["", *EnrolmentOutcome.values]), name="enrolment_outcome_known"
            ),
        ]

    def __str__(self) -> str:
        return f"Rater {self.number}"


class Admission(models.Model):
    """A rater was let into a stage by one of its links."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="admissions")
    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="admissions")
    entry_link = models.ForeignKey(EntryLink, null=True, on_delete=models.SET_NULL, related_name="admissions")
    admitted_at = models.DateTimeField(db_default=Now())
    # What the rater has learned of this stage, in this order, where the stage asks for it.
    practised_at = models.DateTimeField(null=True, blank=True)
    comprehension_tries = models.PositiveSmallIntegerField(default=0)
    comprehended_at = models.DateTimeField(null=True, blank=True)
    qualified_at = models.DateTimeField(null=True, blank=True)
    # Failed comprehension or screened out: of this stage, not of the study.
    outcome = models.CharField(max_length=24, choices=EnrolmentOutcome, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "stage"], name="admission_once_per_stage"),
            models.CheckConstraint(
                condition=Q(outcome__in=["", *EnrolmentOutcome.values]), name="admission_outcome_known"
            ),
            models.CheckConstraint(condition=Q(comprehension_tries__lte=2), name="admission_two_tries"),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment} in {self.stage}"


class Arrival(models.Model):
    """A rater's coming by an entry link and all they do until it ends; on a crowd platform one submission, which is paid and coded by itself."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="arrivals")
    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="arrivals")
    entry_link = models.ForeignKey(EntryLink, null=True, on_delete=models.SET_NULL, related_name="arrivals")
    # The platform's submission id. Null, not empty: who came by no platform has none.
    session_id = models.CharField(max_length=200, null=True, blank=True)  # noqa: DJ001
    signed = models.BooleanField(default=False)  # the platform vouched for it with a verified token
    arrived_at = models.DateTimeField()
    outcome = models.CharField(max_length=24, choices=EnrolmentOutcome, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    code_shown_at = models.DateTimeField(null=True, blank=True)
    platform_status = models.CharField(max_length=40, blank=True)  # as the platform last told, in its words
    platform_status_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry_link", "session_id"], name="arrival_one_per_session"),
            models.CheckConstraint(
                condition=Q(outcome__in=["", *EnrolmentOutcome.values]), name="arrival_outcome_known"
            ),
        ]
        indexes = [models.Index(fields=["enrolment", "stage", "-arrived_at"], name="arrival_latest")]

    def __str__(self) -> str:
        return f"{self.enrolment}, {self.arrived_at:%Y-%m-%d %H:%M}"


class PlatformEvent(models.Model):
    """A webhook of a crowd platform that was taken, by its event id: delivered twice it changes nothing."""

    id = models.CharField(primary_key=True, max_length=100)
    kind = models.CharField(max_length=60)
    arrival = models.ForeignKey(Arrival, null=True, on_delete=models.SET_NULL, related_name="events")
    sent_at = models.DateTimeField()
    received_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Message(models.Model):
    """A word between a rater and those who run the study. ``sender`` is None when the rater wrote it."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="messages")
    sender = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    from_rater = models.BooleanField()
    text = models.TextField(max_length=4000)
    sent_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["enrolment", "-sent_at"], name="message_latest")]

    def __str__(self) -> str:
        return f"message {self.pk}"
