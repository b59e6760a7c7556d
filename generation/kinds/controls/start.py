"""Starting a run that makes controls."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from accounts.models import User
from conversations.enums import ResponseKind, StageNumber, StageState
from conversations.models import Case, Stage, Study, System
from generation.enums import RunKind
from generation.kinds.controls.configuration import ControlsConfiguration
from generation.kinds.controls.scope import Work, work_of
from generation.models import Endpoint, Run, RunItem
from generation.services.runs import NothingToDo, create_run, start_run
from judgments.work.setting_aside import FEWEST_CASES, live_cases, set_aside


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
        raise NothingToDo(_why_nothing(study))
    set_aside(work.to_set_aside)
    return start_run(run, _items(run, work), actor=actor, now=now)


def _items(run: Run, work: Work) -> Iterator[RunItem]:
    """All generic responses first: controls are made of several of them."""
    for case_id in work.lacking_generic:
        yield RunItem(run=run, case_id=case_id, response_kind=ResponseKind.GENERIC)
    for case_id in work.cases:
        yield RunItem(run=run, case_id=case_id, response_kind=ResponseKind.CONTROL)


def _why_nothing(study: Study) -> str:
    if Case.objects.filter(subject__study=study, for_controls=True).exists():
        return "There is nothing to make: every case that is set aside has its controls, or no generic response."
    if live_cases(study).count() < FEWEST_CASES:
        return f"No case is set aside for controls in a study of fewer than {FEWEST_CASES}. Upload controls, or go without."
    if not Stage.objects.filter(study=study, number=StageNumber.RESPONSE, state=StageState.DRAFT).exists():
        return "No case was set aside before stage 3 was opened, and none is set aside now. Upload controls, or go without."
    return "There is no case to spare: upload controls, or go without."
