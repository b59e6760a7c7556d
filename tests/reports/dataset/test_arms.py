"""Arms are named apart, shown apart, and pooled by no figure without a word."""

import json
from hashlib import sha256
from typing import Any

import pytest
from django.core.management import call_command
from pyarrow import parquet

from conversations.enums import Policy
from conversations.models import Arm, Comparison, Response, Study
from conversations.services.arms import ensure_arm
from judgments.models import Judgment, Unit
from reports.dataset.arms import arms_of
from reports.dataset.dataset import read_folder
from reports.dataset.reads import dataset_of
from reports.exports.making import write_dataset_to
from reports.exports.scope import ExportScope
from reports.imports.dataset import import_folder
from reports.imports.problems import DatasetRefused
from reports.report.figures.report import report_figures
from reports.report.parting import only, parts_of
from reports.report.parts import Part
from reports.report.presenting.document import document
from tests import factories
from tests.judgments.rated import NOW
from tests.reports.folders import change
from tests.reports.reported import close_all, reported_study

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def study() -> Study:
    made = reported_study(subjects=4)
    close_all(made)
    return made


def comparisons(study: Study) -> list[Comparison]:
    return list(Comparison.objects.filter(system__study=study).order_by("id"))


def move(arm: Arm, moved: list[Comparison]) -> None:
    """These comparisons are of that arm."""
    Comparison.objects.filter(pk__in=[each.pk for each in moved]).update(arm=arm)
    Response.objects.filter(comparison_as_personalized__in=moved).update(arm=arm)


def two_arms(study: Study, **stated: Any) -> tuple[list[Comparison], list[Comparison]]:
    """Half of the comparisons are of another arm, which people like less."""
    every = comparisons(study)
    first, second = every[::2], every[1::2]
    move(ensure_arm(system=factories.system(study), **stated), second)
    for half, label in ((first, 4), (second, 2)):
        Judgment.objects.filter(unit__task__comparison__in=half, rater__kind="human").update(label=label)
    return first, second


def shown(study: Study) -> list[str]:
    return [arm.name for arm in arms_of(dataset_of(study))]


def test_a_system_with_one_arm_goes_by_its_name(study):
    found = report_figures(dataset_of(study))
    assert [group["name"] for group in found["stage_3"]["by_system"]] == ["assistant"]
    assert (found["pooled"], found["verdict"]["arms"], found["bottleneck"]["pooled"]) == ("", [], [])


@pytest.mark.parametrize(
    ("stated", "names"),
    [
        ({"name": "memory 2"}, ["assistant (unnamed)", "assistant (memory 2)"]),
        ({"policy": Policy.OWN}, ["assistant (unnamed)", "assistant (its own selection)"]),
        ({"name": "new", "policy": Policy.ALL}, ["assistant (unnamed)", "assistant (new, all attributes)"]),
        (
            {"settings": {"attributes": 5, "parameters": {"temperature": 0.2}}},
            [
                "assistant (unnamed, attributes none, temperature none)",
                "assistant (unnamed, attributes 5, temperature 0.2)",
            ],
        ),
    ],
)
def test_each_arm_is_named_by_what_tells_it_apart(study, stated, names):
    two_arms(study, **stated)
    assert shown(study) == names


def test_names_stay_apart_whatever_settings_are_called(study):
    every = comparisons(study)
    alike: list[dict[str, Any]] = [{"a": 1}, {"inner": {"a": 1}}]
    for place, settings in enumerate(alike):
        move(ensure_arm(system=factories.system(study), name="x", settings=settings), every[place::3])
    names = shown(study)
    assert len(names) == len(set(names)) == 3
    assert len({arm.short for arm in arms_of(dataset_of(study))}) == 3


def test_a_chart_shows_what_tells_an_arm_from_the_others_of_its_system(study):
    every = comparisons(study)
    for place, number in enumerate((5, 10)):
        move(
            ensure_arm(system=factories.system(study), policy=Policy.OWN, settings={"attributes": number}),
            every[place::3],
        )
    found = report_figures(dataset_of(study))
    chart = document(found).charts["outcomes"]
    assert {"attributes 5, assistant", "attributes 10, assistant", "unnamed, assistant"} <= {
        row[0] for row in chart.rows
    }


def test_outcomes_costs_and_mentions_are_by_arm(study):
    first, second = two_arms(study, name="memory 2")
    found = report_figures(dataset_of(study))["stage_3"]
    names = ["assistant (unnamed)", "assistant (memory 2)"]
    by_arm = {group["name"]: group["outcome"] for group in found["by_system"]}
    assert {name: (one["units"], one["mean"]["value"]) for name, one in by_arm.items()} == {
        names[0]: (len(first), pytest.approx(4)),
        names[1]: (len(second), pytest.approx(2)),
    }
    assert [(cost["system"], cost["comparisons"]) for cost in found["cost"]] == list(
        zip(names, (len(first), len(second)), strict=True)
    )
    assert [row["system"] for row in found["mentions"]["systems"]] == names
    of_unit = dict(Unit.objects.filter(task__stage__study=study).values_list("id", "task__comparison"))
    told = {(of_unit[row["unit_id"]], row["arm"]) for rows in found["examples"].values() for row in rows}
    assert told
    assert all(arm == names[pair in {each.pk for each in second}] for pair, arm in told), "examples say whose they are"


def test_what_pools_arms_says_so_on_every_section_of_stage_three(study):
    first, second = two_arms(study, name="memory 2")
    found = report_figures(dataset_of(study))
    words = (
        "pool 2 arms, which are different treatments "
        f"(assistant (unnamed): {len(first)}; assistant (memory 2): {len(second)} comparisons)"
    )
    assert words in found["pooled"]
    assert [arm["name"] for arm in found["verdict"]["arms"]] == ["assistant (unnamed)", "assistant (memory 2)"]
    page = document(json.loads(json.dumps(found)))
    saying = {
        section.key
        for section in (page.verdict, *page.sections)
        if words in section.lead or any(words in str(block) for block in section.blocks)
    }
    assert saying == {"bottleneck", "stage-3", "judges"}


def test_two_systems_are_two_arms_that_are_pooled(study):
    other = factories.system(study, "other")
    move(ensure_arm(system=other), moved := comparisons(study)[::2])
    Comparison.objects.filter(pk__in=[each.pk for each in moved]).update(system=other)
    Response.objects.filter(comparison_as_personalized__in=moved).update(system=other)
    found = report_figures(dataset_of(study))
    assert [group["name"] for group in found["stage_3"]["by_system"]] == ["assistant", "other"]
    assert "pool 2 arms" in found["pooled"]
    assert [arm["name"] for arm in found["plan"]["stopping"]["arms"]] == ["assistant", "other"]
    assert [(arm["name"], arm["comparisons"]) for arm in found["verdict"]["arms"]] == [("assistant", 4), ("other", 4)]
    assert [part for part in parts_of(dataset_of(study)) if part["column"] == "arm"] == []


def test_an_arm_is_a_part_of_the_report(study):
    _first, second = two_arms(study, name="memory 2")
    dataset = dataset_of(study)
    options = [part for part in parts_of(dataset) if part["column"] == "arm"]
    assert [part["name"] for part in options] == ["assistant (unnamed)", "assistant (memory 2)"]
    part = Part.parse(f"arm:{options[1]['value']}")
    found = report_figures(only(part, dataset))
    assert (found["stage_3"]["overall"]["units"], found["stage_3"]["overall"]["mean"]["value"]) == (len(second), 2)
    assert found["pooled"] == ""
    whole = report_figures(dataset)
    assert found["stage_1"]["units"] == whole["stage_1"]["units"], "attributes are its system's"
    assert [row["system"] for row in found["stage_2"]["selections"]] == ["assistant"]


def test_arms_survive_replay_and_import(study, tmp_path):
    selector = factories.system(study, "selector")
    two_arms(study, policy=Policy.SELECTION, selecting_system=selector, settings={"attributes": 5, "share": 0.5})
    folder = tmp_path / "dataset"
    write_dataset_to(folder, ExportScope(study, [1, 2, 3]))
    call_command("replay", str(folder))
    again = factories.study()
    import_folder(study=again, folder=folder, actor=None, now=NOW)
    figures, rebuilt = (report_figures(dataset_of(each)) for each in (study, again))
    assert rebuilt["arms"] == figures["arms"]
    assert rebuilt["stage_3"]["by_system"] == figures["stage_3"]["by_system"]
    identity = ("system__name", "name", "policy", "selecting_system__name", "settings", "settings_hash")
    arms = [
        list(Arm.objects.filter(system__study=each).order_by("id").values_list(*identity)) for each in (study, again)
    ]
    assert arms[0] == arms[1]
    assert all(each.arm == each.personalized.arm and each.generic.arm is None for each in comparisons(again))


def test_a_dataset_from_before_there_were_arms_has_one_for_each_system(study, tmp_path):
    folder = tmp_path / "dataset"
    two_arms(study, name="memory 2")
    write_dataset_to(folder, ExportScope(study, [1, 2, 3]))
    _without_arms(folder)
    assert [arm.name for arm in arms_of(read_folder(folder))] == ["assistant"]
    again = factories.study()
    import_folder(study=again, folder=folder, actor=None, now=NOW)
    (arm,) = Arm.objects.filter(system__study=again)
    assert (arm.name, arm.policy, arm.settings) == ("", Policy.UNSTATED, {})
    assert {each.arm for each in comparisons(again)} == {arm}


def _without_arms(folder):
    said = json.loads((folder / "manifest.json").read_text())
    for path in sorted((folder / "data" / "comparisons").glob("*.parquet")):
        table = parquet.read_table(path)
        kept = [name for name in table.column_names if not name.startswith("arm_")]
        parquet.write_table(table.select(kept), path)
        for file in said["files"]:
            if file["path"] == path.relative_to(folder).as_posix():
                content = path.read_bytes()
                file |= {"size": len(content), "sha256": sha256(content).hexdigest()}
    (folder / "manifest.json").write_text(json.dumps(said))


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("arm_policy", "mine", "one of own, accepted"),
        ("arm_policy", None, "an arm with its policy and settings"),
        ("arm_settings", "[1]", "a JSON object"),
        ("arm_settings", '{"a": NaN}', "a JSON object"),
        ("arm_selection_of", "selector", "the system that selected"),
        ("arm_name", "x" * 121, "1 to 120 characters"),
        ("arm_name", "other", "the same in all rows of one arm_id"),
    ],
)
def test_an_arm_that_is_not_as_exported_is_refused(study, tmp_path, column, value, expected):
    two_arms(study, name="memory 2")
    folder = tmp_path / "dataset"
    write_dataset_to(folder, ExportScope(study, [1, 2, 3]))
    change(folder, "comparisons", column, value)
    with pytest.raises(DatasetRefused) as refused:
        import_folder(study=factories.study(), folder=folder, actor=None, now=NOW)
    assert any(expected in problem.expected for problem in refused.value.problems)
