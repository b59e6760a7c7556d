"""Starting a run that detects mentions."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from accounts.models import User
from conversations.enums import ResponseKind
from conversations.models import Study
from generation.enums import RunKind
from generation.kinds.mentions.configuration import MentionsConfiguration
from generation.kinds.mentions.scope import cases_to_ask_about
from generation.models import Endpoint, Run, RunItem
from generation.services.runs import create_run, start_run


@transaction.atomic
def start_mentions(
    *,
    study: Study,
    endpoint: Endpoint,
    configuration: MentionsConfiguration | None = None,
    limit: int | None = None,
    budget: Decimal | None = None,
    actor: User | None = None,
    now: datetime,
) -> Run:
    """A run that asks about each case with a given attribute that no model has decided. Raises NothingToDo."""
    configuration = configuration or MentionsConfiguration()
    run = create_run(
        study=study,
        kind=RunKind.MENTIONS,
        endpoint=endpoint,
        configuration=configuration,
        budget=budget,
        actor=actor,
    )
    cases = cases_to_ask_about(study, configuration).values_list("pk", flat=True)[:limit]
    items = (RunItem(run=run, case_id=pk, response_kind=ResponseKind.PERSONALIZED) for pk in list(cases))
    return start_run(run, items, actor=actor, now=now)
