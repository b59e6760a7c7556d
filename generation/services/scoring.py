"""Relevance scored by retrieval: the prompt is the query, the subject's attributes are the documents."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from conversations.enums import StageNumber
from conversations.models import Attribute, Stage, Study, System
from generation.client import CallFailed
from generation.configuration import ScoresConfiguration
from generation.enums import Reason, RunKind
from generation.models import Endpoint, Run, RunItem, Score
from generation.queries import scoring
from generation.retrieval import bm25_scores, cosines
from generation.services.embedding import claim_texts, vectors_of
from generation.services.items import finish_item
from generation.services.runs import create_run, start_run
from judgments.models import Unit
from judgments.work.building import build_units
from raters.enums import RaterKind
from raters.services.enrolling import enrol_model

_ROWS_AT_ONCE = 1000


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
    run.rater = enrol_model(study=study, name=scoring.scorer_name(configuration, run.system), kind=RaterKind.MODEL)
    run.save(update_fields=["rater"])
    work = scoring.work_of(stage, run.rater, limit=limit)
    build_units(stage=stage, target_ids=sorted({case_id for one in work for case_id in one.unbuilt}))
    start_run(run, (RunItem(run=run, subject_id=one.subject_id) for one in work), actor=actor, now=now)
    if configuration.calls_endpoint:
        _claim_texts(run, dict(scoring.texts_to_embed(work, configuration, endpoint)))
    return run


def _bm25_system(study: Study) -> System:
    system, _ = System.objects.get_or_create(study=study, name=scoring.BM25, version="")
    return system


def _claim_texts(run: Run, texts: Mapping[int, Sequence[str]]) -> None:
    """Who pays for what is settled before anybody is at work, so that the calls are those of the estimate."""
    for item in run.items.order_by("pk"):
        claim_texts(item, texts[item.subject_id or 0])


def score_item(item: RunItem) -> bool:
    """Score the units of the item's subject and store the scores. Raises what ``vectors_of`` raises."""
    configuration = ScoresConfiguration.of(item.run.configuration)
    stage = Stage.objects.get(study=item.run.study_id, number=StageNumber.RELEVANCE)
    if item.run.rater is None or item.subject_id is None:
        raise CallFailed(Reason.NOTHING_GIVEN, "The run names no model rater.")
    units = list(
        scoring.units_to_score(stage, item.run.rater)
        .filter(task__case__subject=item.subject_id)
        .select_related("attribute", "task__case__prompt")
        .order_by("pk")
    )
    values, notes = _scored(item, units, configuration) if units else ({}, {"scored_before": True})
    now = timezone.now()
    scores = [Score(unit=unit, rater=item.run.rater, value=values[unit.pk], scored_at=now) for unit in units]
    return finish_item(item=item, store=lambda: _stored(scores), notes=notes, now=now)


def _stored(scores: Sequence[Score]) -> int:
    return len(Score.objects.bulk_create(scores, batch_size=_ROWS_AT_ONCE, ignore_conflicts=True))


def _scored(
    item: RunItem, units: Sequence[Unit], configuration: ScoresConfiguration
) -> tuple[dict[int, float], dict[str, object]]:
    """The score of each unit, and what the item notes of it."""
    if configuration.calls_endpoint:
        return _by_embedding(item, units, configuration)
    documents = {
        attribute.pk: scoring.text_of(attribute, configuration)
        for attribute in Attribute.objects.filter(subject=item.subject_id, withdrawn_at__isnull=True).order_by("pk")
    }
    values: dict[int, float] = {}
    for prompt, asked in _by_prompt(units).items():
        found = dict(zip(documents, bm25_scores(prompt, list(documents.values())), strict=True))
        values |= {unit.pk: found[unit.attribute.pk] for unit in asked if unit.attribute}
    return values, {"documents": len(documents)}


def _by_embedding(
    item: RunItem, units: Sequence[Unit], configuration: ScoresConfiguration
) -> tuple[dict[int, float], dict[str, object]]:
    endpoint, by_prompt = item.run.endpoint, _by_prompt(units)
    texts = {unit.pk: scoring.text_of(unit.attribute, configuration) for unit in units if unit.attribute}
    read = {text: scoring.fitted(text, endpoint) for text in [*by_prompt, *texts.values()]}
    vectors = vectors_of(item, list(dict.fromkeys(read.values())))
    values: dict[int, float] = {}
    for prompt, asked in by_prompt.items():
        documents = [vectors[read[texts[unit.pk]]] for unit in asked]
        similar = cosines(vectors[read[prompt]], documents)
        values |= {unit.pk: value for unit, value in zip(asked, similar, strict=True)}
    return values, {"texts": len(vectors), "cut_texts": sum(text != kept for text, kept in read.items())}


def _by_prompt(units: Sequence[Unit]) -> dict[str, list[Unit]]:
    found: dict[str, list[Unit]] = {}
    for unit in units:
        if unit.task.case is not None:
            found.setdefault(unit.task.case.prompt.text, []).append(unit)
    return found
