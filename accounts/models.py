"""Who signs in, with what, and what was done."""

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class User(AbstractUser):
    """A person with an account. Crowd raters have none; ``is_staff`` may create studies."""


class Scope(models.TextChoices):
    STUDY_READ = "study:read", "Read studies and progress"
    STUDY_WRITE = "study:write", "Create and change studies, open and close stages"
    BATCH_WRITE = "batch:write", "Upload batches"
    EXPORT_READ = "export:read", "Make and fetch exports"


class Token(models.Model):
    """An API token. Only its SHA-256 is stored; the token itself is shown once."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope.choices))
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class AuditEntry(models.Model):
    """One act that someone may later ask about. Appended to, never changed."""

    actor = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    action = models.CharField(max_length=60)
    study_id = models.BigIntegerField(null=True, db_index=True)  # a plain number: accounts lies below conversations
    target = models.CharField(max_length=200, blank=True)
    details = models.JSONField(default=dict)
    happened_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.action} {self.target}"
