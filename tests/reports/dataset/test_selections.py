"""Absent from a selection means no in a case that the system spoke about, and nothing in any other case."""

import json
import shutil
from collections import Counter
from typing import Any

import pytest
from django.core.management import call_command

from conversations.models import Attribute, Case, Selection, SelectionRecord, Study
from judgments.models import Judgment
from reports.dataset.dataset import read_folder
from reports.dataset.reads import dataset_of
from reports.exports.making import write_dataset_to
from reports.exports.scope import ExportScope
from reports.imports.dataset import import_folder
from reports.report.figures.report import report_figures
from reports.report.parting import only
from reports.report.parts import Part
from tests import factories, worlds
from tests.judgments.rated import NOW, careful, work

pytestmark = pytest.mark.django_db(transaction=True)

EACH = 3  # attributes of a subject


@pytest.fixture
def study() -> Study:
    """Four cases of three attributes each; humans say yes to all of them at stage 2."""
    made = worlds.rateable_study(subjects=4, prompts=1, k=2)
    for _rater in range(2):
        rater = factories.rater(made)
        for stage in made.stages.all():
            work(rater, stage, careful, pages=50)
    Judgment.objects.filter(stage_number=2).update(label=1)
    return made


def cases(study: Study) -> list[Case]:
    return list(Case.objects.filter(subject__study=study).order_by("id"))


def speak(study: Study, case: Case, *selected: Attribute, system: str = "picker", pool: str = "all") -> None:
    of = {"system": factories.system(study, system), "case": case, "pool": pool}
    SelectionRecord.objects.create(**of)
    for attribute in selected:
        Selection.objects.create(**of, attribute=attribute, selected=True)


def attributes(case: Case) -> list[Attribute]:
    return list(case.subject.attributes.order_by("id"))


def scores(found: dict[str, Any], system: str = "picker") -> tuple[Any, ...]:
    """Units, precision and recall."""
    (row,) = [row for row in found["stage_2"]["selections"] if row["system"] == system]
    return row["units"], row["precision"]["value"], row["recall"]["value"]


def test_what_a_system_left_out_is_a_no(study):
    first, second, *_silent = cases(study)
    speak(study, first, *attributes(first)[:1])
    speak(study, second, *attributes(second))
    found = report_figures(dataset_of(study))
    assert scores(found) == (2 * EACH, 1.0, pytest.approx(4 / 6))
    stage = found["bottleneck"]["stages"][1]
    assert (stage["value"]["n"], stage["value"]["value"]) == (2 * EACH, pytest.approx(0.8))


def test_an_empty_answer_is_a_no_to_all(study):
    speak(study, cases(study)[0])
    found = report_figures(dataset_of(study))
    assert scores(found) == (EACH, None, 0.0)
    assert found["bottleneck"]["stages"][1]["value"]["value"] == 0.0


def test_a_said_no_and_one_left_out_are_the_same(study):
    first, second, *_silent = cases(study)
    for case, name in ((first, "lister"), (second, "judge")):
        speak(study, case, attributes(case)[0], system=name)
    for attribute in attributes(second)[1:]:
        speaker = factories.system(study, "judge")
        Selection.objects.create(system=speaker, case=second, attribute=attribute, selected=False)
    found = report_figures(dataset_of(study))
    assert scores(found, "lister") == scores(found, "judge") == (EACH, 1.0, pytest.approx(1 / 3))


def test_cases_without_a_record_are_missing(study):
    speak(study, cases(study)[0], system="other")
    found = report_figures(dataset_of(study))
    assert [row["system"] for row in found["stage_2"]["selections"]] == ["other"]
    assert scores(found, "other")[0] == EACH


def test_what_was_selected_among_the_accepted_is_in_no_figure_and_survives_an_import(study, tmp_path):
    first, second, *_silent = cases(study)
    speak(study, first, attributes(first)[0])
    before = report_figures(dataset_of(study))
    speak(study, first, *attributes(first), pool="accepted")
    speak(study, second, *attributes(second), pool="accepted")
    speak(study, second, system="other", pool="accepted")
    assert report_figures(dataset_of(study)) == before
    folder, again = tmp_path / "dataset", factories.study()
    write_dataset_to(folder, ExportScope(study, [1, 2, 3]))
    call_command("replay", str(folder))
    import_folder(study=again, folder=folder, actor=None, now=NOW)
    for model, field in ((SelectionRecord, "case__subject__study"), (Selection, "case__subject__study")):
        of_pools = [
            Counter(model.objects.filter(**{field: each}).values_list("pool", flat=True)) for each in (study, again)
        ]
        assert of_pools[0] == of_pools[1]


def test_a_part_keeps_the_records_of_its_system_and_cases(study):
    first, second, *_silent = cases(study)
    speak(study, first)
    speak(study, second, system="assistant")
    part = only(Part("system", "assistant"), dataset_of(study))
    assert [(row["system"], row["units"]) for row in report_figures(part)["stage_2"]["selections"]] == [
        ("assistant", EACH)
    ]


def test_an_export_from_before_there_were_records_has_one_where_something_was_selected(study, tmp_path):
    first, second, *_silent = cases(study)
    speak(study, first, attributes(first)[0])
    speak(study, second)
    folder = tmp_path / "dataset"
    write_dataset_to(folder, ExportScope(study, [1, 2, 3]))
    call_command("replay", str(folder))
    shutil.rmtree(folder / "data" / "selection_records")
    found = report_figures(read_folder(folder))
    assert scores(found) == (EACH, 1.0, pytest.approx(1 / 3))


def test_an_import_from_before_there_were_records_gives_what_was_selected_one(study, tmp_path):
    first, second, *_silent = cases(study)
    speak(study, first, attributes(first)[0])
    speak(study, second)
    folder = tmp_path / "dataset"
    write_dataset_to(folder, ExportScope(study, [1, 2, 3]))
    said = json.loads((folder / "manifest.json").read_text())
    said["files"] = [file for file in said["files"] if file["table"] != "selection_records"]
    (folder / "manifest.json").write_text(json.dumps(said))
    again = factories.study()
    import_folder(study=again, folder=folder, actor=None, now=NOW)
    assert scores(report_figures(dataset_of(again))) == (EACH, 1.0, pytest.approx(1 / 3))
    (record,) = SelectionRecord.objects.filter(case__subject__study=again)
    assert (record.system.name, record.spoken_at) == ("picker", NOW)
