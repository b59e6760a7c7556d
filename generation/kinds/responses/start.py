"""Starting a run that writes responses."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from conversations.enums import ResponseKind
from conversations.models import Case, Study
from generation.enums import RunKind
from generation.kinds.responses.configuration import ResponsesConfiguration
from generation.kinds.responses.scope import cases_to_answer
from generation.models import Endpoint, Run, RunItem
from generation.services.runs import create_run, start_run


@transaction.atomic
def start_responses(
    *,
    study: Study,
    endpoint: Endpoint,
    configuration: ResponsesConfiguration | None = None,
    cases: QuerySet[Case] | None = None,
    limit: int | None = None,
    budget: Decimal | None = None,
    actor: User | None = None,
    now: datetime,
) -> Run:
    """A run that writes the generic and the personalized response of each case, where they are missing."""
    run = create_run(
        study=study,
        kind=RunKind.RESPONSES,
        endpoint=endpoint,
        configuration=configuration or ResponsesConfiguration(),
        budget=budget,
        actor=actor,
    )
    return start_run(run, _response_items(run, cases, limit), actor=actor, now=now)


def _response_items(run: Run, cases: QuerySet[Case] | None, limit: int | None) -> Iterator[RunItem]:
    """Both kinds of a case follow each other, so that comparisons appear from the first minute on."""
    missing = {
        kind: set(cases_to_answer(run.study, run.system, kind).values_list("pk", flat=True))
        for kind in (ResponseKind.GENERIC, ResponseKind.PERSONALIZED)
    }
    wanted = set.union(*missing.values())
    if cases is not None:
        wanted &= set(cases.values_list("pk", flat=True))
    for case_id in sorted(wanted)[:limit]:
        for kind, ids in missing.items():
            if case_id in ids:
                yield RunItem(run=run, case_id=case_id, response_kind=kind)
