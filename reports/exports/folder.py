"""The whole dataset as a folder that ``datasets.load_dataset`` opens, split by subject."""

import hashlib
import json
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.utils import timezone
from pyarrow import compute

from conversations.models import Subject
from reports.dataset.reading import count_rows, record_batches
from reports.dataset.study_facts import study_facts
from reports.dataset.tables import TABLES, Table
from reports.enums import ExportFormat
from reports.exports import manifest
from reports.exports.card import dataset_card
from reports.exports.scope import Beat, ExportScope
from reports.exports.table_files import ExportIncomplete, Written
from reports.exports.writers import Parquet, Sink

SHARES = {"train": 0.8, "validation": 0.1, "test": 0.1}
SPLITS = tuple(SHARES)


@dataclass(frozen=True, slots=True)
class FileFacts:
    path: str
    table: str
    split: str
    rows: int
    size: int
    sha256: str


def split_of_subjects(keys: Sequence[str], seed: int) -> dict[str, str]:
    """Each subject in one split, drawn by the study's seed: what a model learned of a subject can't help it in the test.

    Every split has a subject as soon as there are three.
    """
    order = sorted(keys, key=lambda key: hashlib.sha256(f"{seed}:{key}".encode()).digest())
    held_out = {name: max(1, round(len(order) * SHARES[name])) if len(order) > 2 else 0 for name in SPLITS[1:]}
    found, taken = {}, 0
    for name, size in held_out.items():
        found.update(dict.fromkeys(order[taken : taken + size], name))
        taken += size
    return found | dict.fromkeys(order[taken:], SPLITS[0])


def write_folder(folder: Path, scope: ExportScope, beat: Beat) -> list[FileFacts]:
    """All tables as the transaction sees them, with card, codebook and manifest. The folder must be empty or absent."""
    folder.mkdir(parents=True, exist_ok=True)
    subjects = Subject.objects.filter(study=scope.study).order_by("number").values_list("number", flat=True)
    split_of = split_of_subjects([f"subject-{number}" for number in subjects], scope.study.seed)
    files = [facts for table in TABLES.values() for facts in _write_splits(folder, table, scope, split_of, beat)]
    study = study_facts(scope.study, scope.withheld)
    said = manifest.manifest(scope, files=[asdict(each) for each in files], splits=split_of, now=timezone.now())
    _write_json(folder / "study.json", study.as_json())
    _write_json(folder / "codebook.json", manifest.codebook())
    _write_json(folder / "manifest.json", said)
    (folder / "README.md").write_text(dataset_card(study, said), "utf-8")
    return files


def zip_folder(folder: Path, target: Path, beat: Beat) -> Written:
    """Stored, not deflated: Parquet is compressed already."""
    with target.open("wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder).as_posix())
                beat()
    digest = hashlib.sha256()
    with target.open("rb") as written:
        for block in iter(lambda: written.read(1 << 20), b""):
            digest.update(block)
            beat()
    rows = sum(each["rows"] for each in json.loads((folder / "manifest.json").read_text("utf-8"))["files"])
    return Written(rows, target.stat().st_size, digest.hexdigest())


def _write_splits(
    folder: Path, table: Table, scope: ExportScope, split_of: Mapping[str, str], beat: Beat
) -> list[FileFacts]:
    splits = SPLITS if "subject_key" in table.names else SPLITS[:1]
    place = folder / "data" / table.name
    place.mkdir(parents=True)
    expected, rows = count_rows(table, scope.study, scope.stages), dict.fromkeys(splits, 0)
    with ExitStack() as opened:
        sinks = {name: Sink(opened.enter_context((place / f"{name}.parquet").open("wb"))) for name in splits}
        writers = {name: opened.enter_context(closing(Parquet(sink, table))) for name, sink in sinks.items()}
        batches = opened.enter_context(closing(record_batches(table, scope.study, scope.stages)))
        for batch in batches:
            for name, part in _parts(batch, splits, split_of).items():
                writers[name].write(part)
                rows[name] += part.num_rows
            beat()
        for writer in writers.values():
            writer.finish()
    if sum(rows.values()) != expected:
        raise ExportIncomplete(f"{sum(rows.values())} rows of {table.name} were written, but there are {expected}.")
    return [_facts(place, table, name, rows[name], sinks[name]) for name in splits]


def _facts(place: Path, table: Table, split: str, rows: int, sink: Sink) -> FileFacts:
    path = f"data/{place.name}/{split}.{ExportFormat.PARQUET}"
    return FileFacts(path, table.name, split, rows, sink.size, sink.sha256)


def _parts(batch: pa.RecordBatch, splits: Sequence[str], split_of: Mapping[str, str]) -> dict[str, pa.RecordBatch]:
    if len(splits) == 1:
        return {splits[0]: batch}
    subject = batch.column(batch.schema.get_field_index("subject_key"))
    return {
        name: part
        for name in splits
        if (part := batch.filter(compute.is_in(subject, value_set=_members(split_of, name)))).num_rows
    }


def _members(split_of: Mapping[str, str], split: str) -> pa.Array:
    return pa.array([key for key, name in split_of.items() if name == split], pa.string())


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2, default=str) + "\n", "utf-8")
