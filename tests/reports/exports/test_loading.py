"""Exports are opened by ``datasets.load_dataset`` as the dataset card says, however many rows and whatever is missing in them."""

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models import Value
from django.db.models.functions import Concat
from django.utils import timezone
from pyarrow import parquet

from conversations.models import Attribute, Case, Comparison, ComparisonAttribute, Prompt, Response, Selection, Study
from judgments.models import Assignment, BlindingAnswer, Judgment, ReadingList, Task
from judgments.work.opening import open_stage
from raters.models import Enrolment
from reports.dataset.tables import TABLES
from reports.enums import FORMATS, ExportFormat, ExportKind
from reports.exports import making
from reports.exports.scope import ExportScope
from tests import factories
from tests.reports.reported import reported_study

# An export reads through a connection of its own, which sees committed rows only.
pytestmark = pytest.mark.django_db(transaction=True)

LOADERS = {ExportFormat.JSONL: "json", ExportFormat.CSV: "csv", ExportFormat.PARQUET: "parquet"}
# What the loader takes for the beginning of a file: bytes of JSON, rows of CSV.
SMALL_LOOKS: dict[ExportFormat, dict[str, Any]] = {
    ExportFormat.JSONL: {"chunksize": 16 << 10},
    ExportFormat.CSV: {"chunksize": 40},
}
TABLE_KINDS = [kind for kind in ExportKind if ExportFormat.PARQUET in FORMATS[kind]]
TEN_MEGABYTES = 10 << 20  # by so much of a file the loader tells the types of columns
RATERS = {1: 24, 2: 6, 3: 24}


@pytest.fixture
def load(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    import datasets  # noqa: PLC0415 - heavy, and for these tests only

    def opened(*names: str, **options: Any) -> Any:
        return datasets.load_dataset(*names, cache_dir=str(tmp_path / "cache"), **options)

    return opened


def exported(study: Study, place: Path, kind: ExportKind, file_format: ExportFormat) -> Path:
    making.write_export_to(place, ExportScope(study, [1, 2, 3]), kind=kind, file_format=file_format)
    return place


@pytest.fixture
def large_study() -> Study:
    """30,720 judgments, those of stage 1 first. What later rows alone have is missing in more than ten megabytes."""
    study = factories.study(seed=7)
    factories.material(study, subjects=10, attributes_each=100)
    for number in (1, 2, 3):
        open_stage(stage=factories.stage(study, number), actor=None, now=timezone.now())
    raters = [factories.rater(study).pk for _rater in range(24)]
    for number, most in RATERS.items():
        judge(study, number, raters[:most])
    last = Judgment.objects.filter(stage_number=1).latest("id")
    Judgment.objects.filter(pk=last.pk).update(
        label=3, failure_mode="other", excluded_at=timezone.now(), exclusion_reason="speeding"
    )
    point_at_something(study)
    return study


@pytest.fixture
def study() -> Study:
    """Every table has rows, and what may be missing is missing in all of them but the last."""
    study = plain_study(subjects=6)
    subject = study.subjects.latest("id")
    Attribute.objects.filter(subject=subject).update(type="habit", confidence=0.5)
    Prompt.objects.filter(pk=study.prompts.latest("id").pk).update(topic="travel")
    Response.objects.filter(case__subject=subject).update(latency_ms=900, input_tokens=5, output_tokens=9, cost="0.01")
    comparison = Comparison.objects.filter(case__subject=subject).latest("id")
    Comparison.objects.filter(pk=comparison.pk).update(leak_reasons=["Says who it is for."])
    ComparisonAttribute.objects.filter(comparison=comparison).update(mentioned=True, mention_model="some-model")
    Selection.objects.filter(pk=Selection.objects.filter(case__subject=subject).latest("id").pk).update(score=0.5)
    Enrolment.objects.filter(pk=study.enrolments.latest("id").pk).update(languages=["en"])
    page = Task.objects.filter(subject=subject).latest("id")
    ReadingList.objects.create(task=page, rule="drawn:1", conversation_ids=[1], frozen_at=timezone.now())
    judged = Judgment.objects.filter(unit__task__stage__study=study)
    judged.filter(pk=judged.latest("id").pk).update(excluded_at=timezone.now(), exclusion_reason="speeding")
    last = judged.filter(stage_number=1).latest("id")
    judged.filter(pk=last.pk).update(label=3, failure_mode="other")
    point_at_something(study)
    return study


@pytest.fixture
def other_study() -> Study:
    return plain_study(subjects=2)


def plain_study(*, subjects: int) -> Study:
    """Judged at all stages, without anything that may be missing."""
    study = reported_study(subjects=subjects)
    of_study = {"case__subject__study": study}
    Attribute.objects.filter(subject__study=study).update(type="", confidence=None, evidence=[])
    Prompt.objects.filter(study=study).update(topic="")
    Response.objects.filter(**of_study).update(latency_ms=None, input_tokens=None, output_tokens=None)
    ComparisonAttribute.objects.filter(comparison__case__subject__study=study).update(mentioned=None)
    judged = Judgment.objects.filter(unit__task__stage__study=study)
    judged.update(failure_mode="")
    tie, better = judged.filter(stage_number=3).order_by("unit").values_list("unit", flat=True).distinct()[:2]
    judged.filter(unit=tie).update(label=3)
    judged.filter(unit=better).update(label=5)
    quiet = factories.arm(factories.system(study), "quiet")
    for case in Case.objects.filter(subject__study=study):
        factories.silent_case(case, quiet)
    page = Assignment.objects.filter(stage__study=study, stage__number=3).earliest("started_at")
    BlindingAnswer.objects.create(assignment=page, guess="generic", sureness=2, answered_at=timezone.now())
    return study


def judge(study: Study, number: int, raters: list[int]) -> None:
    """By every rater, each unit. In SQL: thirty thousand rows would take pages an hour."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO judgments_judgment (unit_id, rater_id, presentation, stage_number, label, failure_mode, note, "
            " revision, submitted_at, exclusion_reason) "
            "SELECT unit.id, rater, 0, stage.number, 1, '', '', 1, now(), '' "
            "FROM judgments_unit unit JOIN judgments_task task ON task.id = unit.task_id "
            "JOIN conversations_stage stage ON stage.id = task.stage_id CROSS JOIN unnest(%s::bigint[]) rater "
            "WHERE stage.study_id = %s AND stage.number = %s ORDER BY unit.id, rater",
            [raters, study.pk, number],
        )


def point_at_something(study: Study) -> None:
    """The evidence of the last attribute alone, with keys that are missing in most of it."""
    last = Attribute.objects.filter(subject__study=study).latest("id")
    spoken = last.subject.conversations.get()
    pointer = {"conversation": spoken.pk, "turn": 0, "quote": "I", "start": 0, "end": 1, "state": "exact"}
    last.evidence = [dict.fromkeys(pointer) | {"quote": "Yes"}, pointer]
    last.save()


def test_the_judgments_export_opens_at_thirty_thousand_rows_of_all_stages(large_study, load, tmp_path):
    file = exported(large_study, tmp_path / "judgments.jsonl", ExportKind.JUDGMENTS, ExportFormat.JSONL)
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    assert is_missing_longer_than_the_loader_looks(rows, "comparison_id")
    opened = load("json", data_files=str(file))["train"]
    assert opened.num_rows == len(rows) == Judgment.objects.count() > 30_000
    types = {name: str(feature.dtype) for name, feature in opened.features.items() if hasattr(feature, "dtype")}
    assert types["prompt_text"] == types["failure_mode"] == types["exclusion_reason"] == "string"
    assert types["comparison_id"] == "int64"
    assert types["attribute_mentioned"] in {"null", "bool"}
    assert sorted(opened["judgment_id"]) == sorted(Judgment.objects.values_list("id", flat=True))


def test_every_table_opens_whose_first_rows_lack_what_later_ones_have(study, load, tmp_path):
    """As the judgments above: the loader is told to look at little of a small file."""
    for kind, (file_format, options) in itertools.product(TABLE_KINDS, SMALL_LOOKS.items()):
        file = exported(study, tmp_path / f"{kind}.{file_format}", kind, file_format)
        parquet_file = exported(study, tmp_path / f"{kind}.parquet", kind, ExportFormat.PARQUET)
        opened = load(LOADERS[file_format], data_files=str(file), **options)["train"]
        assert opened.num_rows == parquet.read_metadata(parquet_file).num_rows > 0
        assert opened.column_names == TABLES[kind].names


def test_files_of_two_studies_become_one_dataset(study, other_study, load, tmp_path):
    import datasets  # noqa: PLC0415 - heavy, and for these tests only

    for kind, file_format in itertools.product(TABLE_KINDS, (ExportFormat.JSONL, ExportFormat.PARQUET)):
        opened = [
            load(LOADERS[file_format], data_files=str(exported(each, tmp_path / name, kind, file_format)))["train"]
            for each, name in ((study, f"{kind}-1.{file_format}"), (other_study, f"{kind}-2.{file_format}"))
        ]
        together = datasets.concatenate_datasets(opened)
        assert together.num_rows == sum(each.num_rows for each in opened) > 1
        assert together[-1] == opened[1][-1]


@pytest.mark.parametrize("file_format", [ExportFormat.JSONL, ExportFormat.CSV, ExportFormat.PARQUET])
def test_trl_takes_preference_pairs_as_they_are(study, load, tmp_path, file_format):
    """Its own reading of a dataset for DPOTrainer and KTOTrainer, up to where a model's tokenizer begins."""
    from trl.data_utils import is_conversational, maybe_extract_prompt, unpair_preference_dataset  # noqa: PLC0415

    Response.objects.update(text=Concat(Value("- About 29 inches.\n- Or more: "), "text"))
    file = exported(study, tmp_path / f"pairs.{file_format}", ExportKind.PREFERENCES, file_format)
    pairs = load(LOADERS[file_format], data_files=str(file))["train"]
    texts = set(Response.objects.values_list("text", flat=True))
    assert pairs.num_rows > 0
    for pair in pairs:
        assert not is_conversational(pair)
        assert maybe_extract_prompt(pair) == pair
        assert Prompt.objects.filter(text=pair["prompt"]).exists()
        assert {pair["chosen"], pair["rejected"]} <= texts
    unpaired = unpair_preference_dataset(pairs.select_columns(["prompt", "chosen", "rejected"]))
    assert unpaired.num_rows == 2 * pairs.num_rows
    assert set(unpaired.column_names) == {"prompt", "completion", "label"}


def test_every_table_of_a_dataset_folder_opens(study, load, tmp_path):
    making.write_dataset_to(tmp_path / "dataset", ExportScope(study, [1, 2, 3]))
    said = json.loads((tmp_path / "dataset" / "manifest.json").read_text())
    for name, table in TABLES.items():
        opened = load(str(tmp_path / "dataset"), name)
        assert sum(split.num_rows for split in opened.values()) == said["rows"][name] > 0
        for split in opened.values():
            assert split.features.arrow_schema.remove_metadata() == table.schema()


def test_every_table_of_an_empty_dataset_folder_opens_as_a_stream(load, tmp_path):
    """The loader can't hold a table without rows in memory ("Instruction "train" corresponds to no data!")."""
    making.write_dataset_to(tmp_path / "dataset", ExportScope(factories.study(), [1, 2, 3]))
    for name, table in TABLES.items():
        opened = load(str(tmp_path / "dataset"), name, streaming=True)
        assert opened
        for split in opened.values():
            assert split.features.arrow_schema.remove_metadata() == table.schema()
            assert len(list(split)) == (3 if name == "guidelines" else 0)


def is_missing_longer_than_the_loader_looks(rows: list[dict[str, Any]], column: str) -> bool:
    """In the order of their ids."""
    ordered = sorted(rows, key=lambda row: row["judgment_id"])
    lacking = ordered[: next(place for place, row in enumerate(ordered) if row[column] is not None)]
    return sum(len(json.dumps(row, separators=(",", ":"))) for row in lacking) > TEN_MEGABYTES
