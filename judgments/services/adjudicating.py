"""An adjudicator's own label of a unit: beside the judgments, never instead of them."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.services import record
from judgments.models import Adjudication, Unit


@transaction.atomic
def adjudicate(*, unit: Unit, label: int, note: str, is_blind: bool, actor: User, now: datetime) -> Adjudication:
    """Give the unit a label (canonical), or change the one it was given. Blind: the raters' labels were not shown."""
    before = Adjudication.objects.select_for_update().filter(unit=unit).values_list("label", flat=True).first()
    made, _created = Adjudication.objects.update_or_create(
        unit=unit,
        defaults={
            "stage_number": unit.task.stage.number,
            "label": label,
            "note": note,
            "adjudicator": actor,
            "decided_at": now,
        },
    )
    _record("adjudication.decide", unit, actor, label=label, before=before, blind=is_blind)
    return made


@transaction.atomic
def withdraw_adjudication(*, unit: Unit, actor: User) -> None:
    """The raters' consensus holds again."""
    found = Adjudication.objects.select_for_update().filter(unit=unit).first()
    if found is None:
        return
    label = found.label
    found.delete()
    _record("adjudication.withdraw", unit, actor, label=None, before=label)


def _record(action: str, unit: Unit, actor: User, *, label: int | None, before: int | None, **more: bool) -> None:
    stage = unit.task.stage
    details = {"unit": unit.pk, "label": label, "before": before, **more}
    record(
        actor=actor,
        action=action,
        study_id=stage.study_id,
        target=f"stage {stage.number}: unit {unit.pk}",
        details=details,
    )
