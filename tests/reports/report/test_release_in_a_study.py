"""The release imported as a study: the report says what the files say, and BM25 is one more rater of it.

The figures are printed, whatever pytest captures. Nothing of the release is copied here.
"""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import pytest
from django.core.files import File
from django.utils import timezone

from conversations.enums import Origin
from conversations.models import Study
from conversations.services import batches, importing
from generation.enums import ItemState
from generation.kinds.scores.choosing_thresholds import choose_thresholds
from generation.kinds.scores.configuration import ScoresConfiguration, ScoringMethod
from generation.kinds.scores.start import start_scores
from generation.services.endpoints import ensure_default_endpoint
from judgments.models import Consensus, Judgment
from reports.dataset.reads import dataset_of
from reports.report.figures.report import report_figures
from reports.stats.ceiling import NO_CEILING
from tests import factories
from tests.generation.runs import produce_all
from tests.reports.release import DATA, EXACT, MODELS, labels

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not DATA.exists(), reason="../shared/data is not there"),
]

type Labels = Mapping[Any, float]


@pytest.fixture
def study(settings, tmp_path) -> Study:
    settings.MEDIA_ROOT = tmp_path
    made = factories.study()
    factories.stage(made, 2)
    for name in ("task5_items.jsonl", *MODELS.values(), "human_majority_stage2.jsonl"):
        file = File(BytesIO((DATA / name).read_bytes()))
        batch = batches.receive(study=made, file=file, filename=name, origin=Origin.UNKNOWN, user=None)
        importing.import_batch(batch_id=batch.pk, now=timezone.now())
    return made


def scores_of(said: Labels, truth: Labels) -> dict[str, float]:
    """By a plain loop, over the units that both have."""
    both = [(said[unit], truth[unit]) for unit in truth if unit in said]
    hits = sum(one and other for one, other in both)
    yes, true = sum(one for one, _ in both), sum(other for _, other in both)
    return {
        "yes_rate": sum(said.values()) / len(said),
        "over_selection": (yes - true) / len(both),
        "precision": hits / yes,
        "recall": hits / true,
        "f1": 2 * hits / (yes + true),
        "accuracy": sum(one == other for one, other in both) / len(both),
    }


def kappa_of(first: Labels, second: Labels) -> float:
    n = len(first)
    agreed = sum(first[unit] == second[unit] for unit in first) / n
    yes = [sum(given.values()) / n for given in (first, second)]
    chance: float = yes[0] * yes[1] + (1 - yes[0]) * (1 - yes[1])
    return (agreed - chance) / (1 - chance)


def test_the_report_of_the_release_says_what_its_files_say(study, capsys):
    found = report_figures(dataset_of(study))["stage_2"]
    given = [labels(name) for name in MODELS.values()]
    truth = labels("human_majority_stage2.jsonl")
    kappa = found["pairwise"]["model_model"]
    assert kappa["value"] == pytest.approx(kappa_of(*given), abs=EXACT)
    assert kappa["value"] == pytest.approx(0.6201546786, abs=1e-10)
    assert kappa["low"] < kappa["value"] < kappa["high"]
    rows = [row for row in found["raters"] if row["kind"] == "model"]
    assert [row["judgments"] for row in rows] == [3_973, 3_973]
    for said in given:
        expected = scores_of(said, truth)
        (row,) = [row for row in rows if row["yes_rate"]["value"] == pytest.approx(expected["yes_rate"], abs=EXACT)]
        assert {name: row[name]["value"] for name in expected} == pytest.approx(expected, abs=EXACT)
        for name in expected:
            assert row[name]["low"] < row[name]["value"] < row[name]["high"], name
            assert row[name]["over"] == "subjects and prompts"
        with capsys.disabled():
            print(f"\n  {row['name']} in a study: {expected}", end="")  # noqa: T201


def test_the_preselection_of_the_release_says_no_to_what_it_did_not_list(study, capsys):
    found = report_figures(dataset_of(study))
    (row,) = found["stage_2"]["selections"]
    given = {name: row[name]["value"] for name in ("precision", "recall", "f1", "selected")}
    assert (row["system"], row["units"]) == ("release preselection", 2_094)
    assert given == pytest.approx({"precision": 0.541, "recall": 0.423, "f1": 0.475, "selected": 0.138}, abs=0.0005)
    everything = found["stage_2"]["lines"][0]
    assert everything["f1"]["value"] == pytest.approx(2 * 371 / (371 + 2_094), abs=EXACT)
    # The bottleneck measures the same selection on the same units.
    selection = found["bottleneck"]["stages"][1]
    assert selection["value"]["value"] == pytest.approx(given["f1"], abs=EXACT)
    assert selection["gap"]["reason"] == NO_CEILING  # a panel is no human
    with capsys.disabled():
        print(f"\n  the preselection on 2,094 units: {given}", end="")  # noqa: T201


def test_bm25_finds_what_matters_in_the_release_better_than_by_chance(study, capsys):
    run = start_scores(
        study=study,
        endpoint=ensure_default_endpoint(study),
        configuration=ScoresConfiguration(method=ScoringMethod.BM25),
        now=timezone.now(),
    )
    while run.items.filter(state=ItemState.WAITING).exists():
        produce_all(run)
    assert run.rater is not None
    rater = run.rater
    choose_thresholds(study=study, rater=rater, now=timezone.now())
    said = dict(Judgment.objects.filter(rater=rater).values_list("unit_id", "label"))
    truth = dict(Consensus.objects.filter(stage__study=study).values_list("unit_id", "label"))
    assert (len(said), len(truth)) == (3_973, 2_094)
    expected = scores_of(said, truth)
    rows = report_figures(dataset_of(study))["stage_2"]["raters"]
    (row,) = [row for row in rows if row["name"] == rater.name]
    assert {name: row[name]["value"] for name in expected} == pytest.approx(expected, abs=EXACT)
    by_chance = sum(truth.values()) / len(truth)  # the precision of whoever says yes without looking
    assert expected["precision"] > by_chance
    with capsys.disabled():
        print(f"\n  BM25 on 2,094 units, thresholds from other subjects: {expected}", end="")  # noqa: T201
