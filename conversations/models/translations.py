"""What raters are told and agree to, in other languages than the study wrote it in."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from conversations.models.studies import ConsentText, Guidelines


class Translation(models.Model):
    """A text in one of the raters' languages. The newest of a language counts; an empty one takes the language back."""

    language = models.CharField(max_length=10)  # as in settings.LANGUAGES
    text = models.TextField(blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        abstract = True
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.language}, {self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk:
            raise ValueError("A translation is never changed: raters read it. Add one.")
        super().save(*args, **kwargs)


class GuidelinesTranslation(Translation):
    guidelines = models.ForeignKey(Guidelines, on_delete=models.CASCADE, related_name="translations")


class ConsentTranslation(Translation):
    consent = models.ForeignKey(ConsentText, on_delete=models.CASCADE, related_name="translations")
