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
from generation.kinds.responses.scope import ToWrite, responses_to_write
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
    """A run that writes what the arm lacks: of each case the personalized response, and the generic one that arms share.

    Raises NothingToDo, with what has to come first.
    """
    run = create_run(
        study=study,
        kind=RunKind.RESPONSES,
        endpoint=endpoint,
        configuration=configuration or ResponsesConfiguration(),
        budget=budget,
        actor=actor,
    )
    told = ResponsesConfiguration.of(run.configuration)
    wanted = responses_to_write(study, run.system, told, cases=cases).first(limit)
    return start_run(run, _response_items(run, wanted), actor=actor, now=now, left_out=wanted.left_out)


def _response_items(run: Run, wanted: ToWrite) -> Iterator[RunItem]:
    """Both kinds of a case follow each other, so that comparisons appear from the first minute on."""
    kinds = {ResponseKind.GENERIC: wanted.generic, ResponseKind.PERSONALIZED: wanted.personalized | wanted.silent}
    for case_id in sorted(frozenset.union(*kinds.values())):
        for kind, ids in kinds.items():
            if case_id in ids:
                yield RunItem(run=run, case_id=case_id, response_kind=kind)
