"""Whole datasets and files for other tools: complete, consistent, and openable by those they are for."""

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pyarrow import parquet

from accounts.models import User
from conversations.enums import Role, StageState
from conversations.models import Comparison, Membership, Prompt, Study
from judgments.models import Judgment
from raters.pseudonyms import rater_key
from reports.dataset.tables import TABLES
from reports.enums import FORMATS, ExportFormat, ExportKind
from reports.exports import making, requesting
from reports.exports.folder import split_of_subjects
from reports.models import Export
from tests import factories, worlds
from tests.judgments.rated import careful, work
from tests.rows import made_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def study() -> Study:
    return judged_study()


@made_once
def judged_study() -> Study:
    """Four subjects; two raters judged everything."""
    study = worlds.rateable_study(subjects=4, prompts=2, k=2)
    for _rater in range(2):
        rater = factories.rater(study)
        for stage in study.stages.all():
            work(rater, stage, careful, pages=50)
    return study


@pytest.fixture
def folder(study: Study, tmp_path: Path) -> Path:
    call_command("export", study.slug, "--kind", "dataset", "--output", str(tmp_path / "dataset"))
    return tmp_path / "dataset"


def exported(study: Study, kind: ExportKind, file_format: str | None = None) -> Export:
    user, _ = User.objects.get_or_create(username="owner")
    Membership.objects.get_or_create(study=study, user=user, defaults={"role": Role.OWNER})
    export = requesting.request_export(
        study=study,
        kind=kind,
        file_format=file_format or FORMATS[kind][0],
        requested_by=user,
        now=timezone.now(),
    )
    made = making.make_export(export_id=export.pk, now=timezone.now())
    assert made is not None
    return made


def content(export: Export) -> bytes:
    return Path(export.file.path).read_bytes()


def lines(export: Export) -> list[dict[str, Any]]:
    return [json.loads(line) for line in content(export).decode().splitlines()]


def test_load_dataset_opens_every_table_with_its_splits(study, folder, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    import datasets  # noqa: PLC0415 - heavy, and for this test only

    for name in ("judgments", "items", "consensus", "preferences", "raters"):
        opened = datasets.load_dataset(str(folder), name, cache_dir=str(tmp_path / "cache"))
        assert sum(split.num_rows for split in opened.values()) == manifest(folder)["rows"][name]
    opened = datasets.load_dataset(str(folder), cache_dir=str(tmp_path / "cache"))  # judgments by default
    assert set(opened) == {"train", "validation", "test"}
    assert "answer_recoded" in opened["train"].column_names


def manifest(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    return found


def test_manifest_counts_and_checksums_are_those_of_the_files(study, folder):
    said = manifest(folder)
    assert {file["table"] for file in said["files"]} == set(TABLES)
    for file in said["files"]:
        data = (folder / file["path"]).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (file["size"], file["sha256"])
        assert parquet.read_metadata(folder / file["path"]).num_rows == file["rows"]
    assert said["rows"]["judgments"] == Judgment.objects.count()
    assert (said["seed"], said["withheld"]) == (study.seed, [])


def test_no_subject_is_in_two_splits(folder):
    seen: dict[str, str] = {}
    for path in sorted(folder.glob("data/*/*.parquet")):
        table = parquet.read_table(path)
        for subject in table.column("subject_key").to_pylist() if "subject_key" in table.column_names else ():
            assert seen.setdefault(subject, path.stem) == path.stem
    assert set(seen.values()) == {"train", "validation", "test"}


@pytest.mark.parametrize(
    ("subjects", "sizes"), [(0, {}), (2, {"train": 2}), (3, {"train": 1, "validation": 1, "test": 1})]
)
def test_few_subjects_are_split_as_far_as_they_go(subjects, sizes):
    found = list(split_of_subjects([f"subject-{number}" for number in range(subjects)], seed=1).values())
    assert {name: found.count(name) for name in set(found)} == sizes


def test_splits_are_drawn_by_the_seed():
    keys = [f"subject-{number}" for number in range(100)]
    assert split_of_subjects(keys, seed=1) == split_of_subjects(list(reversed(keys)), seed=1)
    assert split_of_subjects(keys, seed=1) != split_of_subjects(keys, seed=2)
    assert list(split_of_subjects(keys, seed=1).values()).count("train") == 80


def test_card_is_written_from_the_study_and_texts_of_strangers_stay_texts(study, tmp_path):
    Study.objects.filter(pk=study.pk).update(title='Tea"\n---\n# <script>alert(1)</script> [x](http://evil)')
    call_command("export", study.slug, "--kind", "dataset", "--output", str(tmp_path / "card"))
    card = (tmp_path / "card" / "README.md").read_text()
    assert card.count("\n---\n") == 1
    assert "<script>" not in card.split("\n---\n")[1]
    assert "| 1 | attribute extraction | open | 2 |" in card
    assert "Splits are by subject" in card


def test_a_raters_constant_label_and_exclusions_are_told(study, tmp_path):
    Judgment.objects.filter(stage_number=3).update(label=3)
    first = Judgment.objects.filter(stage_number=1).earliest("id")
    Judgment.objects.filter(pk=first.pk).update(excluded_at=timezone.now(), exclusion_reason="gold")
    call_command("export", study.slug, "--kind", "dataset", "--output", str(tmp_path / "dataset"))
    said = manifest(tmp_path / "dataset")
    assert said["exclusions"] == [{"stage": 1, "reason": "gold", "judgments": 1, "raters": 1}]
    key = rater_key(study=study, rater_id=first.rater_id)
    assert any(warning.startswith(key) and "stage 3 the label 3" in warning for warning in said["warnings"])


def test_a_folder_with_something_in_it_is_left_alone(study, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("two years of work")
    with pytest.raises(CommandError, match="not empty"):
        call_command("export", study.slug, "--kind", "dataset", "--output", str(tmp_path / "mine"))
    assert [path.name for path in tmp_path.rglob("*")] == ["mine", "thesis.txt"]


def test_the_page_gives_the_dataset_as_a_zip_without_withheld_stages(study):
    admin = User.objects.create_user("admin")
    Membership.objects.create(study=study, user=admin, role=Role.ADMIN)
    study.stages.filter(number__in=[1, 2]).update(state=StageState.CLOSED)
    asked = requesting.request_export(
        study=study, kind="dataset", file_format="zip", requested_by=admin, now=timezone.now()
    )
    made = making.make_export(export_id=asked.pk, now=timezone.now())
    assert made is not None
    with zipfile.ZipFile(io.BytesIO(content(made))) as archive:
        said = json.loads(archive.read("manifest.json"))
        judged = parquet.read_table(io.BytesIO(archive.read("data/judgments/train.parquet")))
        preferred = [file["rows"] for file in said["files"] if file["table"] in {"preferences", "ties"}]
    assert (said["stages"], said["withheld"]) == ([1, 2], [3])
    assert set(judged.column("stage").to_pylist()) == {1, 2}
    assert not any(preferred)


@pytest.mark.parametrize("kind", [kind for kind in ExportKind if ExportFormat.PARQUET in FORMATS[kind]])
def test_every_table_says_the_same_in_parquet_and_in_jsonl(study, kind):
    table = parquet.read_table(io.BytesIO(content(exported(study, kind, ExportFormat.PARQUET))))
    rows = lines(exported(study, kind, ExportFormat.JSONL))
    assert table.num_rows == len(rows)
    assert table.column_names == TABLES[kind].names
    for column in TABLES[kind].columns:
        if column.kind in {"integer", "number", "text", "truth"}:
            assert table.column(column.name).to_pylist() == [row[column.name] for row in rows]


def test_preference_pairs_take_the_side_of_the_raters(study):
    pairs = {row["unit_id"]: row for row in lines(exported(study, ExportKind.PREFERENCES))}
    assert pairs
    for row in lines(exported(study, ExportKind.CONSENSUS)):
        if row["stage"] != 3:
            continue
        if row["consensus"] == 3:
            assert row["unit_id"] not in pairs
            continue
        pair = pairs[row["unit_id"]]
        comparison = Comparison.objects.get(tasks__units=row["unit_id"])
        liked, other = comparison.personalized, comparison.generic
        if row["consensus"] < 3:
            liked, other = other, liked
        assert (pair["chosen"], pair["rejected"]) == (liked.text, other.text)
        assert pair["margin"] == pytest.approx(abs(row["consensus"] - 3))
        assert pair["raters"] == 2


def test_llm_comparator_gets_the_humans_scores_with_personalized_as_a(study):
    file = json.loads(content(exported(study, ExportKind.LLM_COMPARATOR)))
    assert [model["name"] for model in file["models"]] == ["Personalized", "Generic"]
    assert len(file["examples"]) == Comparison.objects.count()
    for example in file["examples"]:
        labels = Judgment.objects.filter(
            unit__attribute__isnull=True, unit__task__comparison=example["custom_fields"]["comparison"]
        ).values_list("label", flat=True)
        assert example["score"] == pytest.approx((sum(labels) / len(labels) - 3) * 0.75)
        assert -1.5 <= example["score"] <= 1.5
        assert len(example["individual_rater_scores"]) == len(labels) == 2


def test_label_studio_gets_a_task_for_each_unit_and_an_annotation_for_each_label(study):
    tasks = json.loads(content(exported(study, ExportKind.LABEL_STUDIO)))
    assert sum(len(task["annotations"]) for task in tasks) == Judgment.objects.count()
    assert len({task["id"] for task in tasks}) == len(tasks)
    results = [annotation["result"][0] for task in tasks for annotation in task["annotations"]]
    assert {result["type"] for result in results} == {"choices", "rating"}


def test_hostile_texts_come_out_as_they_are(study):
    Prompt.objects.update(text='"]}\n<script>\\u0000 =cmd()')
    example = json.loads(content(exported(study, ExportKind.LLM_COMPARATOR)))["examples"][0]
    assert example["input_text"] == '"]}\n<script>\\u0000 =cmd()'


def test_a_kind_in_a_format_it_does_not_have_is_refused(study):
    with pytest.raises(requesting.ExportRefused, match="only as zip"):
        exported(study, ExportKind.DATASET, ExportFormat.CSV)


@pytest.mark.parametrize(
    ("header", "status", "first", "last"),
    [
        ("bytes=0-9", 206, 0, 9),
        ("bytes=100-", 206, 100, None),
        ("bytes=-7", 206, -7, None),
        ("bytes=1-2,4-5", 200, 0, None),
    ],
)
def test_a_download_that_broke_off_goes_on(study, client, header, status, first, last):
    export = exported(study, ExportKind.JUDGMENTS)
    client.force_login(User.objects.get(username="owner"))
    whole = content(export)
    response = client.get(f"/studies/{study.slug}/exports/{export.pk}/download/", headers={"Range": header})
    assert response.status_code == status
    assert b"".join(response) == whole[first : None if last is None else last + 1]
    assert response["ETag"] == f'"{export.sha256}"'


def test_a_range_beyond_the_file_or_of_another_file_is_not_mixed_in(study, client):
    export = exported(study, ExportKind.JUDGMENTS)
    client.force_login(User.objects.get(username="owner"))
    address = f"/studies/{study.slug}/exports/{export.pk}/download/"
    assert client.get(address, headers={"Range": "bytes=999999999-"}).status_code == 416
    changed = client.get(address, headers={"Range": "bytes=5-", "If-Range": '"another"'})
    assert (changed.status_code, b"".join(changed)) == (200, content(export))
