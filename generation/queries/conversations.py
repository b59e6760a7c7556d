"""What a model reads of a subject."""

from django.db.models import QuerySet

from conversations.models import Conversation, Subject


def conversations_of(subject: Subject) -> QuerySet[Conversation]:
    return subject.conversations.filter(withdrawn_at__isnull=True).only("id", "turns").order_by("id")
