"""The report's figures: they say what was judged, and an export alone gives the same to the last digit."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from django.utils import timezone
from pyarrow import compute

from conversations.enums import Origin
from conversations.models import (
    Attribute,
    Batch,
    Case,
    Comparison,
    ComparisonAttribute,
    Response,
    Selection,
    Study,
    Subject,
)
from judgments.enums import ExclusionReason
from judgments.models import Assignment, BlindingAnswer, Judgment, Unit
from judgments.work.excluding import exclude_judgments
from raters.models import Rater
from reports.dataset.dataset import Dataset, as_array
from reports.dataset.reads import dataset_of
from reports.report.figures.report import report_figures
from tests import factories, worlds
from tests.judgments.rated import NOW
from tests.reports.report.judged_study import figures, judged_study

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def study() -> Study:
    return judged_study()


def numbers(found: Any) -> Iterator[float]:
    if isinstance(found, dict):
        for each in found.values():
            yield from numbers(each)
    elif isinstance(found, list):
        for each in found:
            yield from numbers(each)
    elif isinstance(found, float):
        yield found


def consensus(study: Study, stage: int, **units: Any) -> list[float]:
    """The database's own word on the units."""
    from judgments.models import Consensus  # noqa: PLC0415 - a view, read here only

    wanted = Unit.objects.filter(task__stage__study=study, task__stage__number=stage, **units)
    return list(Consensus.objects.filter(unit__in=wanted).values_list("label", flat=True))


def test_no_figure_is_not_a_number_and_all_of_them_are_json(study):
    found = figures(study)
    assert json.loads(json.dumps(found, allow_nan=False)).keys() == found.keys()
    assert all(np.isfinite(number) for number in numbers(found))


def test_the_first_few_judgments_have_a_report_whichever_they_are(study):
    whole = dataset_of(study)
    chance = np.random.default_rng(20261123)
    for _ in range(60):
        few = first_few(whole, chance, size=int(chance.integers(1, 9)))
        json.dumps(report_figures(few), allow_nan=False)


def first_few(whole: Dataset, chance: np.random.Generator, *, size: int) -> Dataset:
    """Neighbours in one stage (one rater's page), or any judgments at all; a consensus where one was judged."""
    judgments, consensus = whole.tables["judgments"], whole.tables["consensus"]
    stage = as_array(judgments.column("stage"))
    rows = np.flatnonzero(stage == chance.integers(1, 4)) if chance.random() < 0.7 else np.arange(len(stage))
    start = int(chance.integers(0, len(rows) - size))
    taken = rows[start : start + size] if chance.random() < 0.5 else np.sort(chance.choice(rows, size, replace=False))
    judged = compute.is_in(consensus.column("unit_id"), judgments.take(taken).column("unit_id"))
    tables = {**whole.tables, "judgments": judgments.take(taken), "consensus": consensus.filter(judged)}
    return replace(whole, tables=tables)


def test_an_empty_study_has_a_report_that_says_so(db):
    found = figures(worlds.rateable_study(subjects=1))
    assert found["verdict"]["word"] == "not enough evidence yet"
    assert (found["stage_1"], found["stage_2"], found["stage_3"]) == (None, None, None)
    assert found["bottleneck"]["word"] == "unknown"
    assert found["plan"]["curves"] == {}
    assert found["plan"]["raters_needed"]["assumed"]


def test_shares_of_stage_1_are_those_of_the_consensus(study):
    shares = figures(study)["stage_1"]["shares"]
    labels = consensus(study, 1)
    for label, word in ((1, "accept"), (2, "unsure"), (3, "reject")):
        assert shares[word]["value"] == pytest.approx(labels.count(label) / len(labels))
        assert shares[word]["clusters"] == 10
    assert sum(share["value"] for share in shares.values()) == pytest.approx(1)


def test_a_model_that_always_says_yes_selects_too_much_and_misses_nothing(study):
    stage = figures(study)["stage_2"]
    model = next(row for row in stage["raters"] if row["kind"] == "model")
    assert model["yes_rate"]["value"] == 1
    assert model["recall"]["value"] == 1
    assert model["over_selection"]["value"] == pytest.approx(
        1 - stage["consensus"]["yes"] / stage["consensus"]["units"]
    )


def test_effect_is_the_mean_of_subjects_not_of_comparisons(study):
    found = figures(study)["verdict"]
    by_subject = []
    for subject in Subject.objects.filter(study=study):
        labels = consensus(study, 3, attribute=None, task__comparison__case__subject=subject)
        by_subject.append(np.mean(labels) - 3)
    assert [found["effect"]["value"], found["effect_these"]["value"]] == pytest.approx([np.mean(by_subject)] * 2)
    assert found["effect_these"]["low"] < found["effect"]["value"] < found["effect_these"]["high"]
    assert (found["subjects"], found["raters"], found["prompts"]) == (10, 3, 1)
    assert found["effect"]["low"] is None
    assert found["effect"]["no_interval"] == "An interval for other raters needs at least 6 raters; there are 3."


def test_fewer_than_fifty_real_conversations_are_never_enough(study):
    found = figures(study)["verdict"]
    assert (found["word"], found["reasons"], found["real_conversations"]) == (
        "not enough evidence yet",
        ["real conversations"],
        0,
    )
    Subject.objects.filter(study=study).update(origin=Origin.REAL)
    assert figures(study)["verdict"]["real_conversations"] == 10
    one = Subject.objects.filter(study=study).earliest("id")
    one.conversations.all().delete()
    Subject.objects.filter(pk=one.pk).update(stated_conversations=41)
    found = figures(study)["verdict"]
    assert (found["real_conversations"], found["missing"]) == (50, {"raters": 3, "prompts": 9})


def test_judge_that_likes_everything_is_inflated_and_consistent(study):
    stage = figures(study)["stage_3"]
    judge = stage["judges"][0]
    assert judge["name"] == "assistant"
    assert judge["overall"]["mean"]["value"] == 5
    assert judge["overall"]["inflation"]["value"] == pytest.approx(5 - np.mean(consensus(study, 3, attribute=None)))
    assert judge["overall"]["rho"]["reason"]
    assert judge["order_consistency"]["value"] == 1
    assert judge["order_consistency"]["low"] < judge["order_consistency"]["high"] == 1
    assert judge["overall"]["kappa"]["value"] == pytest.approx(0)
    assert judge["overall"]["rho_judge"]["reason"]
    assert judge["overall"]["rho_human"]["n"] == 10


def test_mentions_move_those_whom_they_move(study):
    ComparisonAttribute.objects.update(mentioned=False)
    named = ComparisonAttribute.objects.filter(attribute__text="Cooks with weights")
    named.update(mentioned=True)
    units = Unit.objects.filter(task__stage__number=3, attribute__in=named.values("attribute"))
    Judgment.objects.filter(stage_number=3, rater__kind="human").update(label=3)
    Judgment.objects.filter(rater__kind="human", unit__in=units).update(label=4)
    stage = figures(study)["stage_3"]
    assert stage["humans"]["mention_sensitivity"]["value"] == pytest.approx(1)
    assert stage["judges"][0]["mention_sensitivity"]["value"] == pytest.approx(0)
    assert stage["mentions"]["systems"][0]["mention_rate"]["value"] == pytest.approx(0.5)


def test_raters_who_can_tell_are_seen(study):
    pages = list(Assignment.objects.filter(stage__number=3)[:10])
    for page in pages:
        BlindingAnswer.objects.create(assignment=page, guess="personalized", sureness=4, answered_at=timezone.now())
    assert figures(study)["stage_3"]["blinding"]["index"]["value"] == 1
    BlindingAnswer.objects.filter(assignment__in=pages[:5]).update(guess="generic")
    assert figures(study)["stage_3"]["blinding"]["index"]["value"] == 0


def test_excluded_judgments_count_nowhere_but_among_the_exclusions(study):
    before = figures(study)
    rater = Rater.objects.filter(kind="human", judgments__stage_number=1).earliest("id")
    stage = factories.stage(study, 1)
    excluded = exclude_judgments(rater=rater, stage=stage, reason=ExclusionReason.GOLD, actor=None, now=NOW)
    after = figures(study)
    assert after["counts"]["human_judgments"] == before["counts"]["human_judgments"] - excluded
    assert after["stage_1"]["quality"]["exclusions"] == [{"reason": "gold", "judgments": excluded}]
    assert after["stage_1"]["agreement"]["raters"] == 2


def test_costs_are_what_personalizing_added(study):
    Response.objects.filter(kind="generic").update(latency_ms=100, input_tokens=10, output_tokens=10, cost="0.001")
    Response.objects.filter(kind="personalized").update(latency_ms=150, input_tokens=40, output_tokens=10, cost="0.003")
    cost = figures(study)["stage_3"]["cost"][0]
    assert cost["latency_ms"]["extra"]["value"] == pytest.approx(50)
    assert cost["tokens"]["extra"]["value"] == pytest.approx(30)
    assert cost["money"]["extra"]["value"] == pytest.approx(0.002)


def test_bottleneck_is_named_where_the_loss_is(study):
    system = study.systems.get()
    for unit in Unit.objects.filter(task__stage__number=2, task__stage__study=study).select_related("task"):
        assert unit.task.case is not None
        assert unit.attribute is not None
        Selection.objects.create(system=system, case=unit.task.case, attribute=unit.attribute, selected=True)
    Judgment.objects.filter(stage_number__in=[1, 2], rater__kind="human").update(label=1)
    Judgment.objects.filter(stage_number=3, rater__kind="human").update(label=2)
    found = figures(study)["bottleneck"]
    assert [stage["gap"]["value"] for stage in found["stages"]] == [0, 0, 1]
    assert found["word"] == "response"
    Judgment.objects.filter(stage_number=1, rater__kind="human").update(label=3)
    assert figures(study)["bottleneck"]["word"] == "spread over stages"


def test_without_real_conversations_the_study_may_not_stop(study):
    plan = figures(study)["plan"]
    assert plan["stopping"]["word"] == "not enough evidence yet"
    assert "50 more real conversations are needed" in plan["stopping"]["sentence"]
    assert plan["sentence"].endswith(
        "A verdict needs 50 more real conversations, 3 more raters and 9 more prompts; "
        "in all it takes at least 50 real conversations, 6 raters and 10 prompts."
    )


def test_the_planner_knows_when_it_cannot_know(study):
    plan = figures(study)["plan"]
    assert "So far: 10 of 20 subjects, 3 of 6 raters, 1 of 10 prompts." in plan["sentence"]
    assert (plan["proposal"], plan["levers"], plan["curves"]) == (None, [], {})
    assert plan["raters_needed"]["assumed"]


def test_batches_are_told_apart_in_every_stage(study):
    first, second = (
        Batch.objects.create(study=study, filename="more.jsonl", size=1, sha256="0", format="jsonl", origin="unknown")
        for _ in range(2)
    )
    subjects = list(Subject.objects.filter(study=study).order_by("id"))
    for batch, some in ((first, subjects[:4]), (second, subjects[4:])):
        Attribute.objects.filter(subject__in=some).update(batch=batch)
        Case.objects.filter(subject__in=some).update(batch=batch)
        Comparison.objects.filter(case__subject__in=some).update(batch=batch)
    found = figures(study)
    for stage in (1, 2):
        groups = found[f"stage_{stage}"]["by_batch"]
        each = found[f"stage_{stage}"]["units"] if stage == 1 else found["stage_2"]["consensus"]["units"]
        assert [group["units"] for group in groups] == [each * 0.4, each * 0.6]
        assert [group["name"] for group in groups] == ["more.jsonl", "more.jsonl (2)"]
    assert [group["outcome"]["units"] for group in found["stage_3"]["by_batch"]] == [4, 6]
    relevant = found["stage_2"]["by_batch"]
    assert sum(group["consensus_yes"]["value"] * group["units"] for group in relevant) == pytest.approx(
        found["stage_2"]["consensus"]["yes"]
    )


def test_what_all_prefer_nobody_finds_equal(study):
    human = Judgment.objects.filter(stage_number=3, rater__kind="human")
    human.update(label=4)
    assert len(figures(study)["stage_3"]["examples"]["accepted_by_all"]) == 5
    human.filter(rater=human.latest("rater_id").rater).update(label=3)  # 3, 4, 4
    assert figures(study)["stage_3"]["examples"]["accepted_by_all"] == []
