"""Starting a run that extracts attributes."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from conversations.models import Study, Subject
from generation.enums import RunKind
from generation.kinds.extraction.configuration import ExtractionConfiguration
from generation.kinds.extraction.scope import subjects_to_extract
from generation.models import Endpoint, Run, RunItem
from generation.services.runs import create_run, start_run


@transaction.atomic
def start_extraction(
    *,
    study: Study,
    endpoint: Endpoint,
    configuration: ExtractionConfiguration | None = None,
    subjects: QuerySet[Subject] | None = None,
    limit: int | None = None,
    budget: Decimal | None = None,
    actor: User | None = None,
    now: datetime,
) -> Run:
    """A run that extracts attributes for each subject that has none of this system yet."""
    run = create_run(
        study=study,
        kind=RunKind.EXTRACTION,
        endpoint=endpoint,
        configuration=configuration or ExtractionConfiguration(),
        budget=budget,
        actor=actor,
    )
    wanted = subjects if subjects is not None else subjects_to_extract(study, run.system)
    items = (RunItem(run=run, subject_id=pk) for pk in wanted.values_list("pk", flat=True)[:limit].iterator())
    return start_run(run, items, actor=actor, now=now)
