"""Datasets that ask for more than they are: nothing is written, no memory is taken, and the refusal says why.

What may kill a process is read in one of its own, as the product reads it.
"""

import io
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pyarrow as pa
import pytest
from django.core.files import File
from django.core.management import CommandError, call_command
from django.utils import timezone
from pyarrow import parquet

from accounts.models import User
from conversations.models import Study
from reports.dataset.tables import JUDGMENTS, RATERS, TABLES
from reports.dataset.versions import SCHEMA_VERSION
from reports.exports.making import write_dataset_to
from reports.exports.scope import ExportScope
from reports.imports import uploads
from reports.imports.uploads import receive_dataset
from tests.reports.folders import relisted, zipped
from tests.reports.imports.hostile import MEGABYTE, TRAIN, judgments
from tests.reports.reported import close_all, reported_study

ROOT = Path(__file__).resolve().parents[3]
GIGABYTE = 1 << 30
LONG_TEXTS = {"dictionary_pagesize_limit": 1 << 30, "store_schema": False, "write_statistics": False}


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


def read(place: Path, *, archive: Path | None = None, memory: int = GIGABYTE, first: str = "") -> dict[str, Any]:
    """The last word of a process that reads the dataset under a limit of memory. It ends by itself and in order."""
    with (archive or place / "manifest.json").open("rb") as opened:
        asked = {
            "archive": opened.fileno() if archive else None,
            "folder": str(place),
            "salt": "00",
            "schema_version": SCHEMA_VERSION,
            "memory_bytes": memory,
        }
        ended = subprocess.run(
            [sys.executable, "-c", f"from reports.imports import reader\n{first}\nreader.main()"],
            cwd=ROOT,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system"},
            input=json.dumps(asked).encode() + b"\n",
            capture_output=True,
            pass_fds=[opened.fileno()],
            timeout=120,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (memory, memory)),
            check=False,
        )
    assert (ended.returncode, ended.stderr) == (0, b"")
    last: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return last


def repeated(text: str, rows: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array([text]))


def one_long_text(place: Path) -> None:
    table = judgments(1000, note=repeated("a" * (20 * MEGABYTE), 1000))
    parquet.write_table(table, place, compression="zstd", **LONG_TEXTS)
    assert place.stat().st_size < 100_000


def long_texts_in_every_column(place: Path) -> None:
    texts = {
        field.name: repeated("b" * (60 * MEGABYTE), 1000) for field in JUDGMENTS.schema() if field.type == "string"
    }
    table = judgments(1000, **texts)
    parquet.write_table(table, place, compression="zstd", **LONG_TEXTS)


def plain_pages(compression: str) -> Callable[[Path], None]:
    def write(place: Path) -> None:
        table = judgments(1, note=pa.array(["c" * (200 * MEGABYTE)]))
        parquet.write_table(table, place, compression=compression, use_dictionary=False, store_schema=False)
        assert place.stat().st_size < MEGABYTE

    return write


def shared_beginnings(place: Path) -> None:
    """Each text is stored as what it has beyond the one before: nothing."""
    table = judgments(100, note=pa.array(["d" * MEGABYTE] * 100))
    parquet.write_table(
        table, place, use_dictionary=False, column_encoding={"note": "DELTA_BYTE_ARRAY"}, store_schema=False
    )


def nested_lists(place: Path) -> None:
    kind: pa.DataType = pa.string()
    for _depth in range(90):
        kind = pa.list_(kind)
    parquet.write_table(judgments(10, note=pa.nulls(10, kind)), place, store_schema=False)


def a_list_for_a_text(place: Path) -> None:
    parquet.write_table(judgments(10, note=pa.array([["e"] * 1000] * 10)), place)


def many_columns(place: Path) -> None:
    table = judgments(1)
    more = pa.table({f"column {number}": pa.nulls(1, pa.int64()) for number in range(20_000)})
    arrays = [*table.columns, *more.columns]
    parquet.write_table(pa.Table.from_arrays(arrays, names=[*table.column_names, *more.column_names]), place)


def many_row_groups(place: Path) -> None:
    parquet.write_table(judgments(300), place, row_group_size=1)


def no_rows_of_their_own(place: Path) -> None:
    """Half a million rows of nothing."""
    parquet.write_table(judgments(500_000), place, compression="gzip", row_group_size=500_000)
    assert place.stat().st_size < MEGABYTE


def a_footer_of_noise(place: Path) -> None:
    noise = random.Random(2).randbytes(1000)
    place.write_bytes(b"PAR1" + noise + (900).to_bytes(4, "little") + b"PAR1")


def a_footer_that_is_longer_than_the_file(place: Path) -> None:
    place.write_bytes(b"PAR1" + (2**31 - 1).to_bytes(4, "little") + b"PAR1")


SHAPES: list[tuple[Callable[[Path], None], str]] = [
    (one_long_text, "bytes at most in one row"),
    (long_texts_in_every_column, "read in little memory|bytes at most in one row"),
    (plain_pages("gzip"), "read in little memory|bytes at most in one row"),
    (plain_pages("zstd"), "read in little memory|bytes at most in one row"),
    (shared_beginnings, "Parquet that can be read|read in little memory|a whole number"),
    (nested_lists, "Parquet that can be read"),
    (a_list_for_a_text, "string"),
    (many_columns, "a whole number"),
    (many_row_groups, "a whole number"),
    (no_rows_of_their_own, "a whole number"),
    (a_footer_of_noise, "Parquet that can be read"),
    (a_footer_that_is_longer_than_the_file, "Parquet that can be read"),
]


@pytest.mark.parametrize(("shape", "said"), SHAPES, ids=lambda each: getattr(each, "__name__", ""))
def test_parquet_that_comes_out_large_is_refused_in_words_within_a_gigabyte(folder, shape, said):
    shape(folder / TRAIN)
    answer = read(relisted(folder))
    assert any(each in answer["problems"][0]["expected"] for each in said.split("|")), answer
    assert answer["problems"][0]["file"] == TRAIN


def test_rows_that_cost_nothing_are_counted_by_what_they_come_to(folder):
    """Right each by itself, and as many as the file likes: told by what the database would have to store."""
    rows = 200_000
    columns = {"rater_key": "r1", "rater_kind": "human", "is_subject": False, "judgments": 1}
    arrays = [
        pa.array([columns[field.name]]).dictionary_encode().dictionary.take(pa.array([0] * rows))
        if field.name in columns
        else pa.nulls(rows, field.type)
        for field in RATERS.schema()
    ]
    place = folder / "data/raters/train.parquet"
    parquet.write_table(pa.Table.from_arrays(arrays, names=RATERS.names), place)
    assert place.stat().st_size < 20_000
    answer = read(relisted(folder), first="reader.LEAST_ALLOWED_BYTES, reader.MOST_TIMES_PACKED = 1 << 20, 10")
    assert answer["problems"][0]["expected"].startswith("rows that come to 10 times the size of the files")


@pytest.fixture
def upload(transactional_db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    study = reported_study(subjects=3)
    close_all(study)
    write_dataset_to(tmp_path / "exported", ExportScope(study, [1, 2, 3]))
    user = User.objects.create_user("importer", is_staff=True)

    def received(change: Callable[[Path], None] = lambda _place: None) -> int:
        change(tmp_path / "exported" / TRAIN)
        content = zipped(relisted(tmp_path / "exported"), tmp_path / "a.zip").read_bytes()
        file = io.BytesIO(content)
        made = receive_dataset(
            file=File(file, name="a.zip"), filename="a.zip", title="Again", user=user, now=timezone.now()
        )
        return made.pk

    return received


def test_an_upload_that_takes_all_memory_is_refused_once_and_nothing_stays(upload, settings):
    made = uploads.import_upload(import_id=upload(one_long_text), now=timezone.now())
    assert (made.state, made.attempts, bool(made.file)) == ("refused", 1, False)
    assert made.problems[0]["expected"] == "16777216 bytes at most in one row"
    assert Study.objects.count() == 1
    assert list((Path(settings.MEDIA_ROOT) / "datasets").iterdir()) == []


def test_an_upload_whose_reader_is_killed_is_refused_in_words_and_nothing_stays(upload, monkeypatch):
    """As the system kills what takes too much."""
    number = upload()
    beat = uploads._Progress.__call__

    def kills(self: Any, done: int, expected: int) -> None:
        beat(self, done, expected)
        for child in psutil.Process().children():
            if child.status() != psutil.STATUS_ZOMBIE and "reports.imports.reader" in child.cmdline():
                child.kill()

    monkeypatch.setattr(uploads._Progress, "__call__", kills)
    made = uploads.import_upload(import_id=number, now=timezone.now())
    assert (made.state, made.problems[0]["found"]) == ("refused", "one that ended the process that read it (SIGKILL)")
    assert Study.objects.count() == 1


@pytest.mark.parametrize("name", ["exported", "a.zip"])
def test_the_command_says_the_same_and_leaves_nothing_behind(upload, tmp_path, monkeypatch, name):
    upload(one_long_text)
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    with pytest.raises(CommandError, match=r"judgments/train\.parquet: expected 16777216 bytes at most in one row"):
        call_command("import_dataset", tmp_path / name, study="again", user="importer")
    assert not Study.objects.filter(slug="again").exists()
    assert list((tmp_path / "temporary").iterdir()) == []
