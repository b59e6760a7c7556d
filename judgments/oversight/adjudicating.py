"""An adjudicator's own label of a unit: beside the judgments, never instead of them."""

from datetime import datetime

from django.db import transaction

from accounts.models import AuditEntry, User
from accounts.services import record
from judgments.models import Adjudication, Unit

LOOK, DECIDE = "adjudication.look", "adjudication.decide"


@transaction.atomic
def adjudicate(*, unit: Unit, label: int, note: str, actor: User, now: datetime) -> Adjudication:
    """Give the unit a label (canonical), or change the one it was given. The log says whether it was given blind."""
    is_blind = not has_been_told(unit=unit, actor=actor)
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
    _record(DECIDE, unit, actor, label=label, before=before, blind=is_blind)
    return made


def has_been_told(*, unit: Unit, actor: User) -> bool:
    """Whether they have seen what raters said of it: because they asked, or because they had labelled it."""
    acts = AuditEntry.objects.filter(study_id=unit.task.stage.study_id, actor=actor, target=_target(unit))
    return acts.filter(action__in=[LOOK, DECIDE]).exists()


def look(*, unit: Unit, actor: User) -> None:
    """They want to see what raters said before they label."""
    record(actor=actor, action=LOOK, study_id=unit.task.stage.study_id, target=_target(unit))


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
        target=_target(unit),
        details=details,
    )


def _target(unit: Unit) -> str:
    return f"stage {unit.task.stage.number}: unit {unit.pk}"
