"""Starting a run that asks for selections."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from accounts.refusals import Refusal
from conversations.models import Case, SelectionRecord, Study
from generation.enums import RunKind
from generation.kinds.selections.configuration import AttributesOf, SelectionsConfiguration
from generation.kinds.selections.scope import cases_to_ask_about, left_out
from generation.models import Endpoint, Run, RunItem
from generation.services.runs import create_run, start_run


class OtherAttributes(Refusal):
    """What one system selected from two sources would be two treatments under one name."""


@transaction.atomic
def start_selections(
    *,
    study: Study,
    endpoint: Endpoint,
    configuration: SelectionsConfiguration | None = None,
    cases: QuerySet[Case] | None = None,
    limit: int | None = None,
    budget: Decimal | None = None,
    actor: User | None = None,
    now: datetime,
) -> Run:
    """A run that asks the system about each case it has not spoken about. Raises NothingToDo, OtherAttributes."""
    configuration = configuration or SelectionsConfiguration(seed=study.seed)
    run = create_run(
        study=study,
        kind=RunKind.SELECTIONS,
        endpoint=endpoint,
        configuration=configuration,
        budget=budget,
        actor=actor,
    )
    _refuse_other_attributes(run, configuration)
    wanted = cases_to_ask_about(study, run.system, configuration)
    if cases is not None:
        wanted = wanted.filter(pk__in=cases.values("pk"))
    items = (RunItem(run=run, case_id=pk) for pk in list(wanted.values_list("pk", flat=True)[:limit]))
    why = left_out(study, run.system, configuration)
    return start_run(run, items, actor=actor, now=now, left_out=why)


def _refuse_other_attributes(run: Run, configuration: SelectionsConfiguration) -> None:
    known = SelectionRecord.objects.filter(system=run.system, provenance__has_key="attributes_of")
    other = known.exclude(provenance__attributes_of=configuration.attributes_of).values_list("provenance", flat=True)
    if (found := other.first()) is not None:
        before = AttributesOf(found["attributes_of"]).label.split(":")[0].lower()
        raise OtherAttributes(
            f"{run.system} has chosen from other attributes before ({before}). Another parameter of the endpoint "
            "makes another system, which can choose from these."
        )
