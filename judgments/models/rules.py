"""What shaped a judgment beside the texts on its page (docs/protocol.md, Counting)."""

from django.db import models

from conversations.models import Guidelines, Stage


class RulesInForce(models.Model):
    """The guidelines, and what the page showed and hid, under which pages of a stage were given out.

    Rows are added, never changed: by the first page that is given out under other rules than before. ``facts`` are those of
    ``judgments.stages.rules``, ``digest`` is their SHA-256.
    """

    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="rules")
    guidelines = models.ForeignKey(Guidelines, null=True, on_delete=models.PROTECT, related_name="+")
    facts = models.JSONField()
    digest = models.CharField(max_length=64)
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["stage", "guidelines", "digest"], name="rules_in_force_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"rules of {self.stage}, since {self.since:%Y-%m-%d %H:%M}"
