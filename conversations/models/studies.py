"""A study, who works in it, its stages and what its raters are told."""

import secrets
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from conversations.enums import (
    CardBasis,
    Gating,
    ReadingKind,
    Role,
    StageNumber,
    StageState,
    StudyState,
    WithdrawalPolicy,
)

MAX_UNITS_PER_PAGE = 20
MAX_SHARE = 50  # percent of a rater's pages that may be gold, checks or repeats


def new_seed() -> int:
    return secrets.randbelow(2**31)


def new_key() -> bytes:
    return secrets.token_bytes(32)


class Study(models.Model):
    """One evaluation campaign: its data, guidelines, raters, settings and results."""

    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=StudyState, default=StudyState.ACTIVE)
    seed = models.PositiveIntegerField(default=new_seed)
    # Keys the side order, the shuffles and the pseudonyms of raters; never leaves the server.
    key = models.BinaryField(default=new_key, editable=False)
    margin = models.DecimalField(
        max_digits=3,
        decimal_places=2,
        default="0.25",
        help_text="Smallest meaningful difference, in points of the 1-5 scale.",
    )
    show_reason = models.BooleanField(default=True, help_text="Show raters the model's reason for an attribute.")
    several_comparisons_per_case = models.BooleanField(
        default=False, help_text="Let a rater see more than one comparison of a case."
    )
    same_rater_across_stages = models.BooleanField(
        default=True, help_text="Let who judged a subject's attributes rate that subject's responses."
    )
    disjoint_panels = models.BooleanField(default=False, help_text="A rater takes part in one stage only.")
    withdrawal_policy = models.CharField(
        max_length=8, choices=WithdrawalPolicy, default=WithdrawalPolicy.EXCLUDE, blank=False
    )
    content_warning = models.TextField(blank=True, help_text="Raters read it before they start.")
    pay_per_hour = models.DecimalField(
        max_digits=8, decimal_places=2, default="12.00", validators=[MinValueValidator(0)]
    )
    currency = models.CharField(max_length=3, default="USD")
    # Percent that a crowd platform takes on top of raters' pay.
    platform_fee = models.DecimalField(
        max_digits=4,
        decimal_places=1,
        default=0,
        db_default=0,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    contact = models.EmailField(blank=True, help_text="How raters reach the researcher.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "studies"
        constraints = [
            models.CheckConstraint(condition=Q(margin__gt=0), name="study_margin_positive"),
            models.CheckConstraint(condition=Q(platform_fee__gte=0, platform_fee__lte=100), name="study_platform_fee"),
            models.CheckConstraint(condition=Q(state__in=StudyState.values), name="study_state_known"),
            models.CheckConstraint(
                condition=Q(withdrawal_policy__in=WithdrawalPolicy.values), name="study_withdrawal_policy_known"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Membership(models.Model):
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["study", "user"], name="membership_one_per_user"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.role})"


class Invitation(models.Model):
    """A single-use link by which somebody joins a study in a role. Only the token's SHA-256 is stored."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="invitations")
    role = models.CharField(max_length=10, choices=Role)
    label = models.CharField(max_length=100)  # for whom; only members who manage the study see it
    digest = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(role__in=Role.values), name="invitation_role_known")]

    def __str__(self) -> str:
        return self.label


# Active time for one unit that the estimates start from, until the study has measured its own.
DEFAULT_SECONDS_PER_UNIT = {StageNumber.EXTRACTION: 25, StageNumber.RELEVANCE: 10, StageNumber.RESPONSE: 40}
# Percent of a rater's pages.
DEFAULT_CONTROL_SHARE = {StageNumber.EXTRACTION: 0, StageNumber.RELEVANCE: 0, StageNumber.RESPONSE: 10}


# The stage at which raters are shown the model's reason for an attribute, if the study shows it.
SHOWS_REASONS = StageNumber.EXTRACTION


class Stage(models.Model):
    """One of the three stages of a study and how it is rated. Every study has all three."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="stages")
    number = models.PositiveSmallIntegerField(choices=StageNumber)
    state = models.CharField(max_length=10, choices=StageState, default=StageState.DRAFT)
    k = models.PositiveSmallIntegerField(
        "ratings per task", default=3, validators=[MinValueValidator(1), MaxValueValidator(50)]
    )
    gating = models.CharField(max_length=10, choices=Gating, default=Gating.ALL)
    lease_minutes = models.PositiveSmallIntegerField(
        default=30, validators=[MinValueValidator(1), MaxValueValidator(120)]
    )
    page_size = models.PositiveSmallIntegerField(
        default=MAX_UNITS_PER_PAGE, validators=[MinValueValidator(1), MaxValueValidator(MAX_UNITS_PER_PAGE)]
    )
    # Stage 1: a sample of so many attributes is judged of each subject; None for all.
    attributes_per_subject = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MinValueValidator(1)])
    # Stage 1: how much of a person's conversations pages give to read, how many others are drawn, or up to how many words.
    reading = models.CharField(max_length=10, choices=ReadingKind, default=ReadingKind.ALL, db_default=ReadingKind.ALL)
    others_drawn = models.PositiveSmallIntegerField(default=5, db_default=5, validators=[MaxValueValidator(1_000)])
    words_to_read = models.PositiveIntegerField(
        default=10_000, db_default=10_000, validators=[MinValueValidator(100), MaxValueValidator(1_000_000)]
    )
    seconds_per_unit = models.PositiveSmallIntegerField(default=25, validators=[MinValueValidator(1)])
    # Percent of a rater's pages that are hidden gold, attention checks and (stage 3) own pages with swapped sides.
    gold_share = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(MAX_SHARE)])
    attention_share = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(MAX_SHARE)])
    repeat_share = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(MAX_SHARE)])
    # Stage 3: percent of a rater's pages that are controls.
    control_share = models.PositiveSmallIntegerField(default=0, db_default=0, validators=[MaxValueValidator(MAX_SHARE)])
    # Stage 3: pages say what is known of the person, ask the overall unit first and the attributes after it.
    person_card = models.BooleanField(default=True, db_default=True)
    # What the person cards were made from when they were frozen; empty until then.
    card_basis = models.CharField(max_length=10, choices=CardBasis, blank=True, default="", db_default="")
    # Stage 3: the place in the queue up to which responses were laid out ahead of raters, and by which renderer.
    laid_out_to = models.BigIntegerField(default=-1, db_default=-1)
    laid_out_by = models.CharField(max_length=64, blank=True, default="", db_default="")
    # Pages; None for no limit.
    tasks_per_rater = models.PositiveIntegerField(null=True, blank=True, validators=[MinValueValidator(1)])
    tasks_per_visit = models.PositiveIntegerField(null=True, blank=True, validators=[MinValueValidator(1)])
    # A rater's first pages are gold until this many are done (0: none); below the threshold they go no further.
    qualification_tasks = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(20)])
    qualification_threshold = models.PositiveSmallIntegerField(
        default=70, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    # Stage 3: of how many of their pages raters are asked, at the end of a session, which side was personalized.
    blinding_questions = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(10)])
    opened_at = models.DateTimeField(null=True, blank=True)
    # A part of its tasks is built behind the page still: whoever builds says so, because looking costs as much as the stage is large.
    is_building = models.BooleanField(default=False, db_default=False, editable=False)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["study", "number"], name="stage_one_per_number"),
            models.CheckConstraint(condition=Q(number__in=[1, 2, 3]), name="stage_number_known"),
            models.CheckConstraint(condition=Q(state__in=StageState.values), name="stage_state_known"),
            models.CheckConstraint(condition=Q(reading__in=ReadingKind.values), name="stage_reading_known"),
            models.CheckConstraint(condition=Q(k__gte=1), name="stage_k_positive"),
            models.CheckConstraint(
                condition=Q(page_size__gte=1, page_size__lte=MAX_UNITS_PER_PAGE), name="stage_page_size"
            ),
            models.CheckConstraint(condition=Q(lease_minutes__gte=1, lease_minutes__lte=120), name="stage_lease"),
            models.CheckConstraint(
                condition=Q(gold_share__lte=MAX_SHARE, attention_share__lte=MAX_SHARE, repeat_share__lte=MAX_SHARE),
                name="stage_shares",
            ),
            models.CheckConstraint(
                condition=Q(qualification_threshold__gte=1, qualification_threshold__lte=100),
                name="stage_qualification_threshold",
            ),
        ]

    def __str__(self) -> str:
        return f"Stage {self.number}"


class Guidelines(models.Model):
    """One version of what raters of a stage are told, in Markdown. Versions are added, never changed."""

    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="guidelines")
    version = models.PositiveIntegerField()
    text = models.TextField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name_plural = "guidelines"
        ordering = ["-version"]
        constraints = [models.UniqueConstraint(fields=["stage", "version"], name="guidelines_one_per_version")]

    def __str__(self) -> str:
        return f"{self.stage}, version {self.version}"


class ConsentText(models.Model):
    """One version of what raters consent to, in Markdown. A study without one asks for no consent."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="consent_texts")
    version = models.PositiveIntegerField()
    text = models.TextField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-version"]
        constraints = [models.UniqueConstraint(fields=["study", "version"], name="consent_one_per_version")]

    def __str__(self) -> str:
        return f"Consent, version {self.version}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk:
            raise ValueError("A consent text is never changed: raters agreed to it. Add a version.")
        super().save(*args, **kwargs)
