"""Entry links are made and closed."""

from datetime import datetime

from accounts.models import User
from accounts.services import record
from conversations.models import Stage
from raters.models import EntryLink


def create_entry_link(*, stage: Stage, label: str, max_raters: int | None, actor: User | None) -> EntryLink:
    link = EntryLink(stage=stage, label=label, max_raters=max_raters, created_by=actor)
    link.full_clean()
    link.save()
    record(actor=actor, action="entry_link.create", study_id=stage.study_id, target=f"stage {stage.number}: {label}")
    return link


def close_entry_link(*, link: EntryLink, actor: User, now: datetime) -> None:
    EntryLink.objects.filter(pk=link.pk, closed_at__isnull=True).update(closed_at=now)
    record(actor=actor, action="entry_link.close", study_id=link.stage.study_id, target=link.label)
