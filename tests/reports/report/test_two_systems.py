"""Two systems of which one helps, from the database to the report: found, and the other's verdict is its own."""

from typing import Any

import numpy as np
import pytest
from django.core.management import call_command
from pyarrow import parquet

from conversations.models import Study
from reports.dataset.reads import dataset_of
from reports.exports.making import write_dataset_to
from reports.exports.scope import ExportScope
from reports.imports.dataset import import_folder
from reports.report.figures.report import report_figures
from reports.report.parting import only
from reports.report.parts import Part
from tests import factories
from tests.judgments.rated import NOW
from tests.reports.report.compared import HELPS, OTHER, PROMPTS, SUBJECTS, compared_study

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def study() -> Study:
    return compared_study()


def verdict(study: Study) -> dict[str, Any]:
    found: dict[str, Any] = report_figures(dataset_of(study))["verdict"]
    return found


def test_the_contrast_is_found_and_the_other_systems_verdict_is_its_own(study):
    found = verdict(study)
    assert {arm["name"]: arm["word"] for arm in found["arms"]} == {OTHER: "no difference seen", HELPS: "better"}
    (between,) = found["contrasts"]
    assert (between["first"], between["second"], between["word"]) == (HELPS, OTHER, "better")
    assert (between["cases"], between["silent"]) == (SUBJECTS * PROMPTS, SUBJECTS)
    helps = next(arm for arm in found["arms"] if arm["name"] == HELPS)
    assert (helps["share_silent"]["value"], helps["silent"]) == (pytest.approx(1 / PROMPTS), SUBJECTS)


def test_a_plain_script_comes_to_the_same_from_the_exported_tables(study, tmp_path):
    folder = tmp_path / "dataset"
    write_dataset_to(folder, ExportScope(study, [1, 2, 3]))
    call_command("replay", str(folder))
    judged, silent = (_rows(folder, table) for table in ("judgments", "silent_cases"))
    items = {row["unit_id"]: row for row in _rows(folder, "items")}
    ratings: dict[tuple[str, str, int], list[float]] = {}
    for row in judged:
        unit = items[row["unit_id"]]
        key = (unit["response_system"], unit["subject_key"], unit["case_id"])
        ratings.setdefault(key, []).append(row["answer_recoded"] - 3)
    points = {key: float(np.mean(each)) for key, each in ratings.items()}
    points |= {(row["response_system"], row["subject_key"], row["case_id"]): 0.0 for row in silent}
    found = verdict(study)
    effects = {
        name: _mean_of_subjects({key[1:]: each for key, each in points.items() if key[0] == name})
        for name in (HELPS, OTHER)
    }
    assert {arm["name"]: arm["effect"]["value"] for arm in found["arms"]} == pytest.approx(effects)
    apart = {key[1:]: each - points[(OTHER, *key[1:])] for key, each in points.items() if key[0] == HELPS}
    assert found["contrasts"][0]["effect"]["value"] == pytest.approx(_mean_of_subjects(apart))
    again = factories.study()
    import_folder(study=again, folder=folder, actor=None, now=NOW)
    assert verdict(again) == found, "an imported study says the same"


def _rows(folder: Any, table: str) -> list[dict[str, Any]]:
    return [
        row
        for path in sorted((folder / "data" / table).glob("*.parquet"))
        for row in parquet.read_table(path).to_pylist()
    ]


def _mean_of_subjects(points: dict[tuple[str, int], float]) -> float:
    subjects = {key[0] for key in points}
    return float(np.mean([np.mean([each for key, each in points.items() if key[0] == one]) for one in subjects]))


def test_each_arm_and_contrast_has_a_plan_and_looks(study):
    plan = report_figures(dataset_of(study))["plan"]
    assert [each["name"] for each in plan["arms"]] == [OTHER, HELPS]
    (between,) = plan["stopping"]["contrasts"]
    assert between["planned"] == 2 * (SUBJECTS * PROMPTS * 2 - SUBJECTS)
    assert len(between["looks"]) == 5
    assert [each["name"] for each in plan["contrasts"]] == [f"{HELPS} \N{MINUS SIGN} {OTHER}"]


def test_a_part_that_is_one_system_keeps_its_silent_cases_and_has_no_contrast(study):
    alone = report_figures(only(Part("system", HELPS), dataset_of(study)))["verdict"]
    whole = verdict(study)
    assert alone["contrasts"] == alone["arms"] == []
    assert alone["effect"]["value"] == next(arm for arm in whole["arms"] if arm["name"] == HELPS)["effect"]["value"]
    food = report_figures(only(Part("prompt_topic", "food"), dataset_of(study)))["verdict"]
    assert [arm["silent"] for arm in food["arms"]] == [0, 0], "the silent prompt is about travel"
