"""A ladder in which extraction is what breaks, from the database to the report and back from its export."""

from collections import defaultdict
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from django.core.management import call_command
from pyarrow import parquet

from conversations.enums import Origin, Policy
from conversations.models import Arm, Study
from conversations.services.arms import ensure_arm
from judgments.models import Judgment, Unit
from judgments.work.opening import open_stage
from reports.dataset.reads import dataset_of
from reports.exports.making import write_dataset_to
from reports.exports.scope import ExportScope
from reports.report.figures.report import report_figures
from reports.report.presenting.document import document
from tests import factories
from tests.judgments.rated import NOW
from tests.rows import made_once

pytestmark = pytest.mark.django_db(transaction=True)
SUBJECTS, PROMPTS, EACH, RATERS = 10, 10, 5, 9
POLICIES = (Policy.OWN, Policy.ACCEPTED, Policy.RELEVANT)
EFFECTS: dict[str, float] = {Policy.OWN: -0.6, Policy.ACCEPTED: 0.7, Policy.RELEVANT: 0.7}


@made_once
def climbed_study() -> Study:
    """Of the last prompt the system was given nothing in its own arm; two of nine raters rate each pair."""
    study = factories.study()
    prompts = [factories.prompt(study) for _ in range(PROMPTS)]
    memory = factories.system(study, "memory")
    arms = [ensure_arm(system=memory, policy=policy) for policy in POLICIES]
    for place in range(SUBJECTS):
        person = factories.subject(study, origin=Origin.REAL, stated_conversations=5)
        for about in (prompts + prompts)[place : place + EACH]:
            case = factories.case(person, about)
            for arm in arms:
                if arm.policy == Policy.OWN and about == prompts[-1]:
                    factories.silent_case(case, arm)
                else:
                    factories.comparison(case, [], by=memory, arm=arm)
    open_stage(stage=factories.stage(study, 3, k=2), actor=None, now=NOW)
    _judge(study)
    study.stages.update(state="closed")
    return study


def _judge(study: Study) -> None:
    chance = np.random.default_rng(3)
    raters = [factories.rater(study) for _ in range(RATERS)]
    units = Unit.objects.filter(task__stage__study=study, attribute=None).order_by("id")
    rows = []
    for unit, policy in units.values_list("id", "task__comparison__arm__policy"):
        raters = raters[2:] + raters[:2]
        for rater in raters[:2]:
            label = np.clip(np.floor(3 + EFFECTS[policy] + chance.normal(0, 0.4) + chance.uniform()), 1, 5)
            rows.append(Judgment(unit_id=unit, rater=rater, label=int(label), stage_number=3, submitted_at=NOW))
    Judgment.objects.bulk_create(rows)


@pytest.fixture
def study() -> Study:
    return climbed_study()


def test_the_report_names_the_stage_and_its_steps_are_the_heads_contrasts(study):
    figures = report_figures(dataset_of(study))
    found = figures["bottleneck"]
    assert (found["evidence"], found["word"]) == ("ladder", "extraction")
    (ladder,) = found["ladders"]
    assert (ladder["cases"], ladder["silent"], ladder["system"]) == (SUBJECTS * EACH, EACH, "memory")
    contrasts = {(each["second"], each["first"]): each["effect"] for each in figures["verdict"]["contrasts"]}
    names = [rung["arm"] for rung in ladder["rungs"]]
    assert [step["effect"] for step in ladder["steps"]] == [contrasts[pair] for pair in pairwise(names)]
    page = document(figures)
    section = next(each for each in page.sections if each.key == "bottleneck")
    assert section.lead.startswith("Most is lost at extraction: for memory removing the attributes that people reject")
    assert {"ladder"} <= {chart.key for chart in section.charts}


def test_its_export_replays_and_a_plain_script_finds_the_same_steps(study, tmp_path):
    folder = tmp_path / "dataset"
    write_dataset_to(folder, ExportScope(study, [1, 2, 3]))
    call_command("replay", str(folder))
    items = {row["unit_id"]: row for row in _rows(folder, "items")}
    policies = {row["comparison_id"]: row["arm_policy"] for row in _rows(folder, "comparisons")}
    points: dict[tuple[str, str, int], list[float]] = defaultdict(list)
    for row in _rows(folder, "judgments"):
        item = items[row["unit_id"]]
        points[policies[item["comparison_id"]], item["subject_key"], item["case_id"]].append(row["answer_recoded"] - 3)
    for row in _rows(folder, "silent_cases"):
        points[row["arm_policy"], row["subject_key"], row["case_id"]].append(0.0)
    of_subjects: dict[tuple[str, str], list[float]] = defaultdict(list)
    for (policy, subject, _case), given in points.items():
        of_subjects[policy, subject].append(float(np.mean(given)))
    means = [np.mean([np.mean(each) for (its, _), each in of_subjects.items() if its == policy]) for policy in EFFECTS]
    (ladder,) = report_figures(dataset_of(study))["bottleneck"]["ladders"]
    assert [step["effect"]["value"] for step in ladder["steps"]] == pytest.approx(np.diff(means))
    assert [rung["effect"]["value"] for rung in ladder["rungs"]] == pytest.approx(means)


def _rows(folder: Any, table: str) -> list[dict[str, Any]]:
    files = sorted((folder / "data" / table).glob("*.parquet"))
    return [row for file in files for row in parquet.read_table(file).to_pylist()]


def test_without_one_arm_the_report_says_what_the_others_show(study):
    Arm.objects.filter(policy=Policy.ACCEPTED).update(policy=Policy.ALL)
    found = report_figures(dataset_of(study))["bottleneck"]
    assert (found["evidence"], found["word"]) == ("gaps", "unknown")
    (ladder,) = found["ladders"]
    assert [step["name"] for step in ladder["steps"]] == ["extraction and selection"]
    assert "together, is worth +1." in ladder["sentence"]
