"""A pair with a known answer is stored: a control (docs/protocol.md, Controls)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from conversations.enums import ControlKind, ResponseKind
from conversations.models import Batch, Case, Comparison, Response, Subject, System
from conversations.scans import is_identical, pair_leak_reasons


@dataclass(frozen=True, slots=True)
class ControlSides:
    """The two texts of a control. ``made_of`` says by which rule each came about; empty where they were uploaded."""

    kind: ControlKind
    right: str
    wrong: str
    borrowed_from: Subject | None = None  # whose attributes a personal control's wrong side was written with
    made_of: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic(savepoint=False)
def store_control(
    *, case: Case, system: System, sides: ControlSides, batch: Batch | None = None, names: Iterable[str] = ()
) -> Comparison:
    """The comparison whose right side stands where the personalized response of an arm's does. Its case serves controls only.

    ``names`` are words that would name the system.
    """
    Case.objects.filter(pk=case.pk).update(for_controls=True)
    wrong, right = (
        Response.objects.create(
            system=system, case=case, batch=batch, kind=ResponseKind.CONTROL, text=text, provenance=dict(sides.made_of)
        )
        for text in (sides.wrong, sides.right)
    )
    control: Comparison = Comparison.objects.create(
        case=case,
        system=system,
        batch=batch,
        generic=wrong,
        personalized=right,
        control=sides.kind,
        borrowed_from=sides.borrowed_from,
        identical=is_identical(sides.wrong, sides.right),
        leak_reasons=pair_leak_reasons(generic=sides.wrong, personalized=sides.right, names=names),
    )
    return control
