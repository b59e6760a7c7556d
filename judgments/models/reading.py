"""Which of a person's conversations a task gives to read: frozen, so that it is the same page for all its raters."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from judgments.models.work import Task


class ReadingList(models.Model):
    """What a reading rule (``judgments.stages.reading``) came to when the first page of the task was given under it."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="reading_lists")
    rule = models.CharField(max_length=40)
    conversation_ids = ArrayField(models.BigIntegerField())
    frozen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "rule"], name="reading_list_once")]

    def __str__(self) -> str:
        return f"{len(self.conversation_ids)} conversations of task {self.task_id}"
