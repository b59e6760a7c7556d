"""Retrieval as a rater: every unit is scored, thresholds come from other subjects, nothing is paid twice."""

from decimal import Decimal

import pytest
from django.core.management import call_command
from django.utils import timezone

from conversations.enums import StageState
from conversations.models import Attribute, Prompt
from generation.enums import CallState, FailureReason, ItemState, RunState
from generation.item_production import produce_item
from generation.kinds.scores.configuration import ScoresConfiguration, ScoringMethod
from generation.kinds.scores.estimate import estimate_scores
from generation.models import ModelCall, Run, Score, TextVector
from generation.services.runs import NothingToDo, close_finished_run
from judgments.models import Judgment, Unit
from raters.enums import RaterKind
from tests.generation import worker
from tests.generation.scoring import TEA, TRAINS, WEIGHTS, bm25, score, start
from tests.patience import wait_until
from tests.worlds import rateable_study

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def study(db):
    """Four subjects, two prompts; only one attribute shares a word with the prompts."""
    study = rateable_study(subjects=4, prompts=2)
    Prompt.objects.filter(study=study).update(text="Plan a week of early breakfasts")
    prompt = Prompt.objects.filter(study=study).first()
    Prompt.objects.filter(pk=prompt.pk).update(text="Which tea goes with cake?")
    return study


def embedding(**values):
    return ScoresConfiguration(method=ScoringMethod.EMBEDDING, **values)


def test_bm25_scores_every_unit_and_calls_nobody(study, endpoint, provider):
    run = score(study, endpoint, bm25())
    assert set(run.items.values_list("state", flat=True)) == {ItemState.DONE}
    scores = Score.objects.filter(rater=run.rater)
    assert scores.count() == Unit.objects.filter(task__stage__number=2).count() == 24
    positive = scores.filter(value__gt=0).values_list("unit__attribute__text", "unit__task__case__prompt__text")
    assert set(positive) == {(TEA, "Which tea goes with cake?"), (TRAINS, "Plan a week of early breakfasts")}
    assert positive.count() == 8
    assert (run.rater.kind, run.rater.name) == (RaterKind.MODEL, "BM25")
    assert not provider.requests
    assert not ModelCall.objects.exists()
    assert run.configuration["parameters"] == {}
    assert not Judgment.objects.filter(rater=run.rater).exists()
    with pytest.raises(NothingToDo):
        start(study, endpoint, bm25())


def test_reasons_make_another_rater(study, endpoint):
    Attribute.objects.filter(text=WEIGHTS).update(reason="Bakes a cake on Sundays.")
    run = score(study, endpoint, bm25(with_reason=True))
    assert run.rater.name == "BM25 with reasons"
    found = Score.objects.filter(rater=run.rater, value__gt=0).values_list("unit__attribute__text", flat=True)
    assert set(found) == {WEIGHTS, TEA, TRAINS}


def test_estimate_of_bm25_is_no_call_and_that_of_embeddings_is_exact(study, endpoint, provider):
    provider.embedding_size = 3
    nothing = estimate_scores(study, endpoint, bm25(), limit=None)
    assert (nothing.items, nothing.calls, nothing.cost) == (4, 0, Decimal(0))
    # The first subject asks for both prompts and three attributes; the others have the same texts.
    estimate = estimate_scores(study, endpoint, embedding(), limit=None)
    assert (estimate.items, estimate.calls, estimate.output_tokens) == (4, 1, 0)
    assert estimate.cost > 0
    for attribute in Attribute.objects.filter(subject__study=study, text=TEA):
        Attribute.objects.filter(pk=attribute.pk).update(text=f"Likes tea number {attribute.subject.number}")
    estimate = estimate_scores(study, endpoint, embedding(), limit=None)
    run = score(study, endpoint, embedding())
    assert estimate.calls == len(provider.requests) == ModelCall.objects.filter(item__run=run).count() == 4


def test_no_text_is_paid_for_twice_in_a_run(study, endpoint, provider):
    provider.embedding_size = 3
    run = score(study, endpoint, embedding())
    paid = [text for request in provider.requests for text in request["input"]]
    assert sorted(paid) == sorted({*paid})
    assert len(paid) == 5
    assert run.items.filter(state=ItemState.DONE).count() == 4
    assert Score.objects.filter(rater=run.rater, value__gt=0.5).count() == 24
    call = ModelCall.objects.get(item__run=run)
    assert (call.state, call.template, call.parameters) == (
        CallState.DONE,
        "embedding",
        {"model": "stand-in", "texts": 5},
    )
    assert run.rater.name == "Stand-in 1, embedding similarity"
    close_finished_run(run_id=run.pk, now=timezone.now())
    assert not TextVector.objects.exists()


def test_one_waits_for_the_vectors_that_another_pays_for(study, endpoint, provider):
    """And takes them over where the other failed."""
    provider.embedding_size = 3
    run = start(study, endpoint, embedding())
    first, second = run.items.order_by("pk")[:2]
    run.items.update(announced_at=timezone.now())
    waited = produce_item(item_id=second.pk, worker="test")
    waited.refresh_from_db()
    assert (waited.state, waited.attempts, provider.requests) == (ItemState.WAITING, 0, [])
    provider.embedding_size = 0
    produce_item(item_id=first.pk, worker="test")
    first.refresh_from_db()
    assert (first.state, first.reason_code) == (ItemState.FAILED, FailureReason.REFUSED)
    provider.embedding_size = 3
    run.items.filter(pk=second.pk).update(announced_at=timezone.now(), not_before=timezone.now())
    produce_item(item_id=second.pk, worker="test")
    assert run.items.get(pk=second.pk).state == ItemState.DONE
    assert Score.objects.filter(rater=run.rater).count() == 6


def test_draft_stage_is_built_and_scored(study, endpoint):
    stage = study.stages.get(number=2)
    stage.tasks.all().delete()
    stage.state = StageState.DRAFT
    stage.save()
    assert estimate_scores(study, endpoint, bm25(), limit=2).items == 2
    run = score(study, endpoint, bm25(), limit=2)
    assert run.items.count() == 2
    assert Score.objects.filter(rater=run.rater).count() == 12
    assert not stage.tasks.filter(position__isnull=False).exists()


def test_workers_score_by_embeddings(study, endpoint, provider):
    provider.embedding_size = 8
    endpoint.concurrency = (
        1  # whoever waits for another's vectors is sent again by the sweep, which is not at work here
    )
    endpoint.save()
    with worker.running():
        call_command("score", study=study.slug, method="embedding", endpoint="Stand-in")
        wait_until(lambda: Run.objects.get().state == RunState.DONE)
    assert Score.objects.filter(rater=Run.objects.get().rater).count() == 24
    assert len(provider.requests) == 1
