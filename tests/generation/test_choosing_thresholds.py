"""Thresholds that make labels of scores."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from conversations.enums import Origin, Role
from conversations.models import Batch, Membership, Prompt
from generation.enums import RunKind
from generation.kinds.scores.choosing_thresholds import NotEnoughConsensus, choose_thresholds
from generation.kinds.scores.scorings import scoring_of
from generation.models import Run, Score, Threshold
from judgments.elsewhere.votes import label_units
from judgments.models import Assignment, Judgment, Unit
from raters.enums import RaterKind
from tests.factories import rater as make_rater
from tests.generation.scoring import TEA, TRAINS, bm25, produced, score
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


def agree(study, wanted, *, subjects=None):
    """A panel says yes to the units whose attribute's text is in ``wanted``."""
    panel = make_rater(study, kind=RaterKind.PANEL)
    units = Unit.objects.filter(task__stage__study=study, task__stage__number=2).select_related("attribute")
    if subjects is not None:
        units = units.filter(task__case__subject__in=subjects)
    Judgment.objects.bulk_create(
        Judgment(
            unit=unit,
            rater=panel,
            stage_number=2,
            label=int(unit.attribute.text in wanted),
            submitted_at=timezone.now(),
        )
        for unit in units
    )
    return panel


def choose(study, run, **values):
    return choose_thresholds(study=study, rater=run.rater, now=timezone.now(), **values)


def test_thresholds_make_judgments_and_are_written_down(study, endpoint):
    run = score(study, endpoint, bm25())
    agree(study, {TEA})
    chosen = choose(study, run, folds=4)
    assert chosen.labels == 24
    given = Judgment.objects.filter(rater=run.rater).values_list("unit__attribute__text", "label")
    assert set(given.filter(label=1)) == {(TEA, 1)}
    assert Assignment.objects.filter(rater=run.rater).count() == 8
    assert Score.objects.filter(rater=run.rater, threshold__isnull=True).count() == 0
    for one in Threshold.objects.filter(rater=run.rater):
        assert (one.folds, one.subjects, one.units) == (4, 3, 18)
        assert one.value > 0
        assert set(one.scores.values_list("unit__task__case__subject", flat=True)) != set()
    subjects = {
        one.fold: {*one.scores.values_list("unit__task__case__subject", flat=True)} for one in chosen.thresholds
    }
    assert sorted(len(own) for own in subjects.values()) == [1, 1, 1, 1]
    assert len(set.union(*subjects.values())) == 4


def test_threshold_of_a_subject_ignores_its_own_consensus(study, endpoint):
    run = score(study, endpoint, bm25())
    panel = agree(study, {TEA})
    subject = study.subjects.order_by("number").first()

    def thresholds():
        choose(study, run, folds=4)
        own = Score.objects.filter(rater=run.rater, unit__task__case__subject=subject).select_related("threshold")
        return {(one.threshold.value, one.threshold.f1) for one in own}

    before = thresholds()
    Judgment.objects.filter(rater=panel, unit__task__case__subject=subject).update(label=1)
    assert thresholds() == before
    Judgment.objects.filter(rater=panel).exclude(unit__task__case__subject=subject).update(label=1)
    assert thresholds() != before


def test_choosing_again_changes_labels_and_keeps_their_revisions(study, endpoint):
    run = score(study, endpoint, bm25())
    panel = agree(study, {TEA, TRAINS})
    choose(study, run, folds=4)
    assert choose(study, run, folds=4).labels == 0
    Score.objects.filter(rater=run.rater, unit__attribute__text=TRAINS, value__gt=0).update(value=0.01)
    Judgment.objects.filter(rater=panel, unit__attribute__text=TRAINS).update(label=0)
    assert choose(study, run, folds=4).labels == 4
    changed = Judgment.objects.get(rater=run.rater, revision=2, unit__task__case__subject__number=1)
    assert (changed.label, changed.revisions.get().label) == (0, 1)
    assert Threshold.objects.filter(rater=run.rater).count() == 12
    assert len(scoring_of(run.rater).thresholds) == 4


def test_without_consensus_of_others_nothing_is_labelled(study, endpoint):
    run = score(study, endpoint, bm25())
    with pytest.raises(NotEnoughConsensus, match="at least two"):
        choose(study, run)
    agree(study, {TEA}, subjects=[study.subjects.first().pk])
    with pytest.raises(NotEnoughConsensus, match="at least two"):
        choose(study, run)
    agree(study, set(), subjects=[study.subjects.last().pk])
    with pytest.raises(NotEnoughConsensus, match="no consensus that says yes"):
        choose(study, run, folds=4)
    assert not Judgment.objects.filter(rater=run.rater).exists()
    assert scoring_of(run.rater).unlabelled == 24


def test_uploaded_judgments_of_the_same_name_are_never_overwritten(study, endpoint):
    run = score(study, endpoint, bm25())
    batch = Batch.objects.create(study=study, filename="votes.jsonl", size=1, origin=Origin.REAL)
    unit = Unit.objects.filter(task__stage__number=2, attribute__text=TEA)[0]
    Judgment.objects.create(
        unit=unit, rater=run.rater, stage_number=2, label=0, batch=batch, submitted_at=timezone.now()
    )
    label_units(stage=unit.task.stage, rater=run.rater, labels={unit.pk: 1}, now=timezone.now())
    assert Judgment.objects.get(rater=run.rater).label == 0


def client_of(study, role):
    user = User.objects.create_user(f"user-{role}")
    Membership.objects.create(study=study, user=user, role=role)
    client = Client()
    client.force_login(user)
    return client


def test_scores_are_made_and_labelled_from_the_page(study, endpoint):
    client = client_of(study, Role.OWNER)
    url = reverse("generation:run-create", args=[study.slug, "scores"])
    assert url in client.get(reverse("generation:run-list", args=[study.slug])).content.decode()
    form = {"endpoint": endpoint.pk, "method": "bm25"}
    assert b"no endpoint is called" in client.post(url, form).content
    assert not Run.objects.exists()
    page = client.post(url, form | {"start": "1"}, follow=True)
    run = Run.objects.get()
    assert (run.kind, run.items.count()) == (RunKind.SCORES, 4)
    assert b"Scores only, no labels" in page.content
    produced(run)
    act = reverse("generation:run-thresholds", args=[study.slug, run.pk])
    assert b"at least two need a consensus" in client.post(act, {"folds": "4"}, follow=True).content
    agree(study, {TEA})
    assert b"Until they are chosen" in client.get(reverse("generation:run", args=[study.slug, run.pk])).content
    page = client.post(act, {"folds": "4"}, follow=True).content
    assert b"new or changed: 24" in page
    assert b"Yes from" in page
    assert b"Choose the thresholds again" in page
    analyst = client_of(study, Role.ANALYST).get(reverse("generation:run", args=[study.slug, run.pk])).content
    assert b"Yes from" not in analyst
    assert b"when stage 2 is closed" in analyst


def test_commands_score_and_choose(study, endpoint, capsys):
    call_command("score", study=study.slug, method="bm25", endpoint="Stand-in")
    produced(Run.objects.get())
    call_command("score", study=study.slug, method="bm25", endpoint="Stand-in")
    out = capsys.readouterr().out
    assert "4 items, 0 calls" in out
    assert "BM25 scores" in out
    assert "Nothing to do" in out
    with pytest.raises(CommandError, match="at least two need a consensus"):
        call_command("choose_thresholds", study=study.slug)
    agree(study, {TEA})
    call_command("choose_thresholds", study=study.slug, rater="BM25", folds=2)
    assert "24 judgments are new or changed" in capsys.readouterr().out
    with pytest.raises(CommandError, match="No such rater"):
        call_command("choose_thresholds", study=study.slug, rater="BM26")
