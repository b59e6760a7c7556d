"""What raters of stage 3 are told of a person: frozen, so that it is the same list for every comparison of a case."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from conversations.models import Stage, Subject


class PersonCard(models.Model):
    """The attributes on a subject's card in one stage, as they were when the stage was opened or the subject came."""

    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="person_cards")
    subject = models.ForeignKey(Subject, on_delete=models.CASCADE, related_name="person_cards")
    attribute_ids = ArrayField(models.BigIntegerField())
    frozen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stage", "subject"], name="person_card_once")]

    def __str__(self) -> str:
        return f"card of {self.subject_id} in {self.stage_id}"
