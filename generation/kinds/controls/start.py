"""Starting a run that makes controls."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from accounts.models import User
from conversations.enums import ResponseKind
from conversations.models import Study, System
from generation.enums import RunKind
from generation.kinds.controls.configuration import ControlsConfiguration
from generation.kinds.controls.scope import Work, why_nothing, work_of
from generation.models import Endpoint, Run, RunItem
from generation.services.runs import NothingToDo, create_run, start_run
from judgments.work.setting_aside import set_aside


@transaction.atomic
def start_controls(
    *,
    study: Study,
    endpoint: Endpoint,
    configuration: ControlsConfiguration | None = None,
    limit: int | None = None,
    budget: Decimal | None = None,
    actor: User | None = None,
    now: datetime,
) -> Run:
    """A run that makes the controls of each case that is set aside; as long as stage 3 is a draft it sets them aside."""
    configuration = configuration or ControlsConfiguration()
    source = configuration.generic_of
    run = create_run(
        study=study,
        kind=RunKind.CONTROLS,
        endpoint=endpoint,
        configuration=configuration,
        budget=budget,
        actor=actor,
        system=None if source is None else System.objects.get(study=study, pk=source),
    )
    work = work_of(study, run.system, configuration, limit=limit)
    if not work.cases:
        raise NothingToDo(why_nothing(study))
    set_aside(work.to_set_aside)
    return start_run(run, _items(run, work), actor=actor, now=now)


def _items(run: Run, work: Work) -> Iterator[RunItem]:
    """All generic responses first: controls are made of several of them."""
    for case_id in work.lacking_generic:
        yield RunItem(run=run, case_id=case_id, response_kind=ResponseKind.GENERIC)
    for case_id in work.cases:
        yield RunItem(run=run, case_id=case_id, response_kind=ResponseKind.CONTROL)
