"""What raters learn before they judge: questions that show whether they understood the guidelines."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from conversations.models import Stage
from raters.models import Admission


class Question(models.Model):
    """One question of a stage's comprehension check. Changing one makes a new one, so that tries stay readable."""

    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="questions")
    position = models.PositiveSmallIntegerField()
    text = models.TextField(max_length=1000)
    choices = ArrayField(models.CharField(max_length=300), size=6)
    answer = models.PositiveSmallIntegerField()  # the index of the right choice
    explanation = models.TextField(max_length=1000, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(choices__len__gte=2), name="question_has_choices"),
            models.CheckConstraint(condition=Q(choices__len__gt=F("answer")), name="question_answer_is_a_choice"),
        ]

    def __str__(self) -> str:
        return self.text


class ComprehensionTry(models.Model):
    """One of a rater's two tries at a stage's comprehension check."""

    admission = models.ForeignKey(Admission, on_delete=models.CASCADE, related_name="comprehension_attempts")
    number = models.PositiveSmallIntegerField()
    answers = models.JSONField()  # {"<question id>": <index of the choice>}
    passed = models.BooleanField()
    tried_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["admission", "number"], name="comprehension_try_once"),
            models.CheckConstraint(condition=Q(number__gte=1, number__lte=2), name="comprehension_two_tries"),
        ]

    def __str__(self) -> str:
        return f"try {self.number}"
