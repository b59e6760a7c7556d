"""Archives that would unpack to more than they say: no byte of them is unpacked."""

import json
import random
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest
from pyarrow import parquet

from reports.dataset.tables import TABLES
from reports.dataset.versions import SCHEMA_VERSION
from reports.imports import archive
from reports.imports.problems import DatasetRefused
from tests.reports.folders import relisted
from tests.reports.imports.hostile import MEGABYTE, TRAIN


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A dataset without rows."""
    place = tmp_path / "dataset"
    for name, table in TABLES.items():
        (place / "data" / name).mkdir(parents=True)
        parquet.write_table(table.schema().empty_table(), place / "data" / name / "train.parquet")
    for name in ("study.json", "codebook.json"):
        (place / name).write_text("{}")
    files = [{"path": path.relative_to(place).as_posix()} for path in sorted(place.glob("data/*/*.parquet"))]
    (place / "manifest.json").write_text(json.dumps({"schema_version": SCHEMA_VERSION, "files": files}))
    relisted(place)
    return place


def bomb(size: int) -> bytes:
    """Twenty to one when packed: below any bound on ratios, so that something else must stop it."""
    return random.Random(1).randbytes(size // 20) + bytes(size - size // 20)


def hostile_zip(place: Path, folder: Path, content: bytes, *, listed: int | None) -> Path:
    """The dataset with another judgments file, which the manifest says has ``listed`` bytes; not at all with None."""
    manifest = json.loads((folder / "manifest.json").read_text())
    files = [each for each in manifest["files"] if each["path"] != TRAIN]
    if listed is not None:
        files.append({"path": TRAIN, "size": listed, "sha256": sha256(content).hexdigest()})
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr(TRAIN, content)
        opened.writestr("manifest.json", json.dumps(manifest | {"files": files}))
    return place


def written_by(place: Path, target: Path) -> tuple[int, str]:
    """How many bytes were unpacked before the refusal, and what it says."""
    target.mkdir()
    with place.open("rb") as opened, pytest.raises(DatasetRefused) as refused:
        archive.unpack(opened, target)
    return sum(path.stat().st_size for path in target.rglob("*") if path.is_file()), str(refused.value)


@pytest.mark.parametrize(
    ("listed", "said"),
    [
        (None, "expected a file that manifest.json lists, found another one"),
        (1000, "expected 1000 bytes, as manifest.json says, found 4194304"),
        (2**80, "expected 12089258196146291747… bytes|expected 1208925819614629174706176 bytes"),
    ],
)
def test_no_byte_is_unpacked_of_what_the_manifest_does_not_list_at_that_size(folder, tmp_path, listed, said):
    place = hostile_zip(tmp_path / "a.zip", folder, bomb(4 * MEGABYTE), listed=listed)
    written, why = written_by(place, tmp_path / "target")
    assert written == json_size(place)
    assert any(each in why for each in said.split("|"))


def json_size(place: Path) -> int:
    with zipfile.ZipFile(place) as opened:
        return opened.getinfo("manifest.json").file_size


def test_no_byte_is_unpacked_of_a_zip_without_a_manifest(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr(TRAIN, bomb(4 * MEGABYTE))
    assert written_by(tmp_path / "a.zip", tmp_path / "target") == (
        0,
        "the ZIP: expected a file manifest.json, found none.",
    )


def test_no_byte_is_unpacked_of_what_is_packed_too_well(folder, tmp_path):
    place = hostile_zip(tmp_path / "a.zip", folder, bytes(4 * MEGABYTE), listed=4 * MEGABYTE)
    written, why = written_by(place, tmp_path / "target")
    assert written == 0
    assert "expected at most 50 times its packed size, found 4194304 bytes of" in why


@pytest.mark.parametrize(("limit", "value"), [("MOST_BYTES", MEGABYTE), ("KEPT_FREE", 1 << 62)])
def test_no_byte_is_unpacked_where_all_is_too_much_or_the_disk_is_full(folder, tmp_path, monkeypatch, limit, value):
    content = bomb(4 * MEGABYTE)
    place = hostile_zip(tmp_path / "a.zip", folder, content, listed=len(content))
    monkeypatch.setattr(archive, limit, value)
    written, why = written_by(place, tmp_path / "target")
    assert written == json_size(place)
    assert "bytes at most" in why


def test_an_entry_that_is_longer_than_it_says_is_cut_off_there(folder, tmp_path):
    content = bomb(4 * MEGABYTE)
    place = hostile_zip(tmp_path / "a.zip", folder, content, listed=2 * MEGABYTE)
    raw = place.read_bytes().replace(len(content).to_bytes(4, "little"), (2 * MEGABYTE).to_bytes(4, "little"))
    place.write_bytes(raw)
    written, _why = written_by(place, tmp_path / "target")
    assert written <= json_size(place) + 2 * MEGABYTE
