"""Starting a run that scores relevance."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from accounts.models import User
from conversations.enums import StageNumber
from conversations.models import Stage, Study, System
from generation.enums import RunKind
from generation.kinds.scores import scope
from generation.kinds.scores.configuration import ScoresConfiguration
from generation.kinds.scores.embedding import claim_texts
from generation.models import Endpoint, Run, RunItem
from generation.services.runs import create_run, start_run
from judgments.work.building import build_units
from raters.enums import RaterKind
from raters.services.enrolling import enrol_model


@transaction.atomic
def start_scores(
    *,
    study: Study,
    endpoint: Endpoint,
    configuration: ScoresConfiguration,
    limit: int | None = None,
    budget: Decimal | None = None,
    actor: User | None = None,
    now: datetime,
) -> Run:
    """A run that scores every unit of stage 2 that this rater has not scored yet, subject by subject.

    A stage in draft gets the units that it lacks. BM25 calls no endpoint: there it only says whose workers are used.
    """
    stage = Stage.objects.get(study=study, number=StageNumber.RELEVANCE)
    run = create_run(
        study=study,
        kind=RunKind.SCORES,
        endpoint=endpoint,
        configuration=configuration,
        budget=budget,
        actor=actor,
        system=None if configuration.calls_endpoint else _bm25_system(study),
    )
    run.rater = enrol_model(study=study, name=scope.scorer_name(configuration, run.system), kind=RaterKind.MODEL)
    run.save(update_fields=["rater"])
    work = scope.work_of(stage, run.rater, limit=limit)
    build_units(stage=stage, target_ids=sorted({case_id for one in work for case_id in one.unbuilt}))
    start_run(run, (RunItem(run=run, subject_id=one.subject_id) for one in work), actor=actor, now=now)
    if configuration.calls_endpoint:
        _claim_texts(run, dict(scope.texts_to_embed(work, configuration, endpoint)))
    return run


def _bm25_system(study: Study) -> System:
    system, _ = System.objects.get_or_create(study=study, name=scope.BM25, version="")
    return system


def _claim_texts(run: Run, texts: Mapping[int, Sequence[str]]) -> None:
    """Who pays for what is settled before anybody is at work, so that the calls are those of the estimate."""
    for item in run.items.order_by("pk"):
        claim_texts(item, texts[item.subject_id or 0])
