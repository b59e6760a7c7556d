"""Relevance scored by retrieval: the prompt is the query, the subject's attributes are the documents."""

from collections.abc import Sequence

from django.utils import timezone

from conversations.enums import StageNumber
from conversations.models import Attribute, Stage
from generation.client import CallFailed
from generation.enums import FailureReason
from generation.kinds.scores import scope
from generation.kinds.scores.configuration import ScoresConfiguration
from generation.kinds.scores.embedding import vectors_of
from generation.models import RunItem, Score
from generation.services.items import finish_item
from judgments.models import Unit

_ROWS_AT_ONCE = 1000


def score_item(item: RunItem) -> bool:
    """Score the units of the item's subject and store the scores. Raises what ``vectors_of`` raises."""
    configuration = ScoresConfiguration.of(item.run.configuration)
    stage = Stage.objects.get(study=item.run.study_id, number=StageNumber.RELEVANCE)
    if item.run.rater is None or item.subject_id is None:
        raise CallFailed(FailureReason.NOTHING_GIVEN, "The run names no model rater.")
    units = list(
        scope.units_to_score(stage, item.run.rater)
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
    from generation.retrieval import bm25_scores

    if configuration.calls_endpoint:
        return _by_embedding(item, units, configuration)
    documents = {
        attribute.pk: scope.text_of(attribute, configuration)
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
    from generation.retrieval import cosines

    endpoint, by_prompt = item.run.endpoint, _by_prompt(units)
    texts = {unit.pk: scope.text_of(unit.attribute, configuration) for unit in units if unit.attribute}
    read = {text: scope.fitted(text, endpoint) for text in [*by_prompt, *texts.values()]}
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
