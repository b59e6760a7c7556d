"""Entry links are made and closed, and given their completion codes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from accounts.services import record
from conversations.models import Stage
from raters.models import CompletionCode, EntryLink


def create_entry_link(
    *, stage: Stage, label: str, max_raters: int | None, actor: User | None, **arriving: Any
) -> EntryLink:
    """``arriving``: the platform, the names of its parameters, its study and the address to return to."""
    link = EntryLink(stage=stage, label=label, max_raters=max_raters, created_by=actor, **arriving)
    link.full_clean()
    link.save()
    record(actor=actor, action="entry_link.create", study_id=stage.study_id, target=f"stage {stage.number}: {label}")
    return link


def close_entry_link(*, link: EntryLink, actor: User, now: datetime) -> None:
    EntryLink.objects.filter(pk=link.pk, closed_at__isnull=True).update(closed_at=now)
    record(actor=actor, action="entry_link.close", study_id=link.stage.study_id, target=link.label)


@transaction.atomic
def set_completion_codes(*, link: EntryLink, codes: Mapping[str, str], actor: User) -> None:
    """Outcomes with an empty code have none."""
    for outcome, code in codes.items():
        if code:
            CompletionCode.objects.update_or_create(entry_link=link, outcome=outcome, defaults={"code": code})
        else:
            CompletionCode.objects.filter(entry_link=link, outcome=outcome).delete()
    record(actor=actor, action="entry_link.codes", study_id=link.stage.study_id, target=link.label)
