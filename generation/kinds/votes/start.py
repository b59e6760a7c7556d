"""Starting a run that lets a model judge a stage."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from accounts.models import User
from conversations.models import Stage, Study
from generation.enums import RunKind
from generation.kinds.votes import scope
from generation.kinds.votes.configuration import VotesConfiguration
from generation.kinds.votes.judges import as_on_pages, judge_name
from generation.models import Endpoint, Run, RunItem
from generation.services.runs import create_run, start_run
from judgments.work.building import build_units
from raters.enums import RaterKind
from raters.services.enrolling import enrol_model


@transaction.atomic
def start_votes(
    *,
    study: Study,
    endpoint: Endpoint,
    configuration: VotesConfiguration,
    limit: int | None = None,
    budget: Decimal | None = None,
    actor: User | None = None,
    now: datetime,
) -> Run:
    """A run that lets a model judge each task of a stage that it has not judged yet, at stage 3 in both orders.

    A stage in draft gets the units that it lacks: votes may come before the raters.
    """
    stage = Stage.objects.get(study=study, number=configuration.stage)
    configuration = as_on_pages(configuration, stage)
    guidelines = stage.guidelines.first()
    run = create_run(
        study=study,
        kind=RunKind.VOTES,
        endpoint=endpoint,
        configuration=configuration.model_copy(update={"guidelines": guidelines.version if guidelines else None}),
        budget=budget,
        actor=actor,
    )
    name = judge_name(run.system, configuration)
    run.rater = enrol_model(study=study, name=name, kind=RaterKind.MODEL)
    run.save(update_fields=["rater"])
    build_units(stage=stage, target_ids=list(scope.unbuilt_targets(stage))[:limit])
    return start_run(run, _vote_items(run, stage, limit), actor=actor, now=now)


def _vote_items(run: Run, stage: Stage, limit: int | None) -> Iterator[RunItem]:
    """Both orders of a task follow each other."""
    lacking: Mapping[int, set[int]] = {
        presentation: set(scope.tasks_to_judge(stage, run.rater, presentation).values_list("pk", flat=True))
        for presentation in scope.presentations_of(stage.number)
    }
    for task_id in sorted(set.union(*lacking.values()))[:limit]:
        for presentation, ids in lacking.items():
            if task_id in ids:
                yield RunItem(run=run, task_id=task_id, presentation=presentation)
