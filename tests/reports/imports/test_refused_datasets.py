"""Datasets that are refused in words: nothing of them is kept."""

import json
import stat
import zipfile

import pyarrow as pa
import pytest
from django.core.management import CommandError, call_command

from conversations.models import Study
from reports.exports.making import write_dataset_to
from reports.exports.scope import ExportScope
from tests.reports.folders import change, zipped
from tests.reports.imports.imported import full_study, imported

# The dataset is read in a transaction of its own kind.
pytestmark = pytest.mark.django_db(transaction=True)

# By this one subjects 4 and 5 are held out. Silent cases are of the first three, and by some seeds none of those is in the train split.
_SEED = 7


@pytest.fixture
def study():
    return full_study()


@pytest.fixture
def folder(study, tmp_path):
    """Every table has rows in the train split, whose first ones are changed."""
    study.seed = _SEED
    study.save(update_fields=["seed"])
    write_dataset_to(tmp_path / "dataset", ExportScope(study, [1, 2, 3]))
    return tmp_path / "dataset"


def test_a_study_with_material_refuses(study, folder):
    with pytest.raises(CommandError, match="a study without material, raters and judgments"):
        call_command("import_dataset", folder, study=study.slug)


@pytest.mark.parametrize(
    ("table", "column", "value", "said"),
    [
        ("judgments", "answer_recoded", 9, "answer_recoded: expected a whole number from 0 to 5, found 9"),
        ("judgments", "unit_id", 2**40, "unit_id: expected one of the table items, found 1099511627776"),
        ("judgments", "note", "a\x00b", "note: expected a text without the character U\\+0000"),
        ("items", "attribute_evidence", "[" * 100_000, "attribute_evidence: expected a JSON list"),
        ("items", "task_kind", "secret", "task_kind: expected one of regular, gold"),
        ("guidelines", "text", "Do otherwise.", "sha256: expected the SHA-256 of the text"),
        (
            "judgments",
            "guidelines_version",
            9,
            "guidelines_version: expected a version of the stage in the table guidelines",
        ),
        ("comparisons", "control", "obvious", "arm_id: expected none of a control"),
        ("silent_cases", "prompt_id", "other", "prompt_id: expected the same in all rows of one case_id, found other"),
        ("silent_cases", "arm_id", None, "arm_policy: expected an arm with its policy and settings, or none of them"),
        ("consensus", "consensus", 2.5, "consensus: expected .* raters, as the judgments say"),
    ],
)
def test_a_value_that_is_wrong_is_named_by_file_row_and_field_and_nothing_is_kept(folder, table, column, value, said):
    change(folder, table, column, value)
    with pytest.raises(CommandError, match=rf"data/{table}/train.parquet, row 1, {said}"):
        imported(folder)
    assert not Study.objects.filter(slug="again").exists()


def test_a_file_that_was_changed_or_is_missing_is_refused(folder):
    (folder / "data/judgments/train.parquet").write_bytes(b"PAR1" * 100)
    (folder / "data/items/train.parquet").unlink()
    with pytest.raises(CommandError) as refused:
        imported(folder)
    assert "data/items/train.parquet: expected a file of the dataset, found a link, or nothing" in str(refused.value)
    assert "data/judgments/train.parquet: expected" in str(refused.value)


def test_another_schema_and_texts_that_are_not_utf_8_are_refused(folder):
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"schema_version": "99"}))
    with pytest.raises(CommandError, match=r"manifest\.json, schema_version: expected \"1\", found '99'"):
        imported(folder)
    (folder / "manifest.json").write_bytes(b'{"a": "\xff"}')
    with pytest.raises(CommandError, match=r"manifest\.json: expected UTF-8"):
        imported(folder)
    (folder / "manifest.json").write_text(json.dumps(manifest))
    broken = pa.Array.from_buffers(pa.binary(), 1, pa.array([b"\xff\xfe"]).buffers()).view(pa.string())
    change(folder, "judgments", "note", broken)
    with pytest.raises(CommandError, match="texts in UTF-8"):
        imported(folder)


def test_hostile_archives_are_refused_in_words(folder, tmp_path):
    outside = tmp_path / "secret"
    outside.write_text("{}")
    for name, mode, said in (
        ("../../escaped", 0o100644, "expected the files of an exported dataset only"),
        ("/etc/escaped", 0o100644, "expected the files of an exported dataset only"),
        ("data/judgments/../../study.json", 0o100644, "expected the files of an exported dataset only"),
        ("codebook.json", stat.S_IFLNK | 0o777, "expected a file, found a link"),
    ):
        target = zipped(folder, tmp_path / "hostile.zip", without="codebook.json")
        with zipfile.ZipFile(target, "a") as opened:
            entry = zipfile.ZipInfo(name)
            entry.external_attr = mode << 16
            opened.writestr(entry, str(outside))
        with pytest.raises(CommandError, match=said):
            imported(target)
    bomb = zipped(folder, tmp_path / "bomb.zip", without="README.md")
    with zipfile.ZipFile(bomb, "a", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("README.md", b"0" * (3 << 20))
    with pytest.raises(CommandError, match="at most 50 times its packed size"):
        imported(bomb)
    (folder / "study.json").unlink()
    (folder / "study.json").symlink_to(outside)
    with pytest.raises(CommandError, match=r"study\.json: expected a file, found a link"):
        imported(folder)
