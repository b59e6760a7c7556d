"""Whose attributes are extracted."""

from django.db.models import Exists, OuterRef, QuerySet

from conversations.models import Attribute, Conversation, Study, Subject, System


def subjects_to_extract(study: Study, system: System | None) -> QuerySet[Subject]:
    """Subjects with a conversation and without attributes of this system."""
    conversations = Conversation.objects.filter(subject=OuterRef("pk"), withdrawn_at__isnull=True)
    subjects = study.subjects.filter(Exists(conversations), withdrawn_at__isnull=True)
    if system is not None:
        subjects = subjects.exclude(Exists(Attribute.objects.filter(subject=OuterRef("pk"), system=system)))
    return subjects.order_by("number")
