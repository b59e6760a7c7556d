"""Material is withdrawn from judging and brought back. Nothing is erased."""

from datetime import datetime

from django.db import transaction
from django.db.models import Model, QuerySet

from accounts.models import User
from accounts.services import record
from conversations.models import Attribute, Conversation, Prompt, Study, Subject


class NoSuchMaterial(Exception):
    """The study has nothing of that kind and id."""


def material_of(study: Study, kind: str, pk: int) -> QuerySet[Model]:
    """The one subject, conversation, attribute or prompt of the study, or nothing."""
    match kind:
        case "subject":
            return Subject.objects.filter(study=study, pk=pk)
        case "conversation":
            return Conversation.objects.filter(subject__study=study, pk=pk)
        case "attribute":
            return Attribute.objects.filter(subject__study=study, pk=pk)
        case "prompt":
            return Prompt.objects.filter(study=study, pk=pk)
    raise NoSuchMaterial(kind)


def withdraw(*, study: Study, kind: str, pk: int, actor: User, now: datetime) -> None:
    """Take it out of what is judged. What is withdrawn already keeps its time."""
    _set_withdrawn_at(study=study, kind=kind, pk=pk, actor=actor, withdrawn_at=now)


def restore(*, study: Study, kind: str, pk: int, actor: User) -> None:
    """Bring it back to what is judged."""
    _set_withdrawn_at(study=study, kind=kind, pk=pk, actor=actor, withdrawn_at=None)


@transaction.atomic
def _set_withdrawn_at(*, study: Study, kind: str, pk: int, actor: User, withdrawn_at: datetime | None) -> None:
    found = material_of(study, kind, pk)
    if not found.exists():
        raise NoSuchMaterial(f"{kind} {pk}")
    changed = found.filter(withdrawn_at__isnull=withdrawn_at is not None).update(withdrawn_at=withdrawn_at)
    if changed:
        action = "restore" if withdrawn_at is None else "withdraw"
        record(actor=actor, action=f"{kind}.{action}", study_id=study.pk, target=f"{kind} {pk}")
