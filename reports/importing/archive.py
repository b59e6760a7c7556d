"""The files of an exported dataset out of a ZIP or a folder. Both are hostile: nothing is written but by known names."""

import hashlib
import json
import re
import stat
import zipfile
import zlib
from pathlib import Path
from typing import Any, BinaryIO

from reports.importing.problems import DatasetRefused, Problem, refusal
from reports.tables import TABLES

MOST_FILES = 200
MOST_BYTES = 64 << 30  # of all files together, unpacked
MOST_RATIO = 200  # of a file's size to its packed size
MOST_JSON_BYTES = 4 << 20
_SMALL = {"manifest.json", "study.json", "codebook.json", "README.md"}
_DATA = re.compile(rf"data/({'|'.join(TABLES)})/(train|validation|test)\.parquet")
_BLOCK = 1 << 20
_JSON_DEPTH = "JSON that is not nested too deeply"


def unpack(archive: BinaryIO, folder: Path) -> None:
    """The known files of the ZIP into an empty folder of our own. Raises DatasetRefused."""
    try:
        with zipfile.ZipFile(archive) as opened:
            for entry in _entries(opened):
                target = folder / entry.filename
                target.parent.mkdir(parents=True, exist_ok=True)
                _copy(opened, entry, target)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise refusal("the ZIP", "a ZIP that can be read", str(error)) from error


def _entries(opened: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    entries = [entry for entry in opened.infolist() if not entry.is_dir()]
    if len(entries) > MOST_FILES:
        raise refusal("the ZIP", f"{MOST_FILES} files at most", str(len(entries)))
    if sum(entry.file_size for entry in entries) > MOST_BYTES:
        raise refusal("the ZIP", f"{MOST_BYTES} bytes at most when unpacked", "more")
    problems = [Problem("the ZIP", 0, entry.filename[:200], *why) for entry in entries if (why := _why_not(entry))]
    names = [entry.filename for entry in entries]
    problems += [
        Problem("the ZIP", 0, name, "each file once", "it twice") for name in set(names) if names.count(name) > 1
    ]
    if problems:
        raise DatasetRefused(problems)
    return entries


def _why_not(entry: zipfile.ZipInfo) -> tuple[str, str] | None:
    """What was expected of the entry, and what was found."""
    if not (entry.filename in _SMALL or _DATA.fullmatch(entry.filename)):
        return "the files of an exported dataset only", "another name"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "a file", "a link"
    if entry.flag_bits & 1:
        return "a file that is not encrypted", "an encrypted one"
    if entry.filename in _SMALL and entry.file_size > MOST_JSON_BYTES:
        return f"{MOST_JSON_BYTES} bytes at most", str(entry.file_size)
    if entry.file_size > MOST_RATIO * max(entry.compress_size, 1024):
        return f"at most {MOST_RATIO} times its packed size", f"{entry.file_size} bytes of {entry.compress_size}"
    return None


def _copy(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> None:
    """What the entry says of its size is not believed."""
    written = 0
    with opened.open(entry) as source, target.open("xb") as file:
        while block := source.read(_BLOCK):
            written += len(block)
            if written > entry.file_size:
                raise refusal("the ZIP", f"{entry.file_size} bytes", "more", field=entry.filename)
            file.write(block)


def data_files(folder: Path, schema_version: str) -> dict[str, list[tuple[str, Path]]]:
    """The Parquet files of each table, by manifest.json, each as long as it says and of its SHA-256.

    Raises DatasetRefused.
    """
    manifest = read_json(folder, "manifest.json")
    if manifest.get("schema_version") != schema_version:
        version = repr(manifest.get("schema_version"))
        raise refusal("manifest.json", f'"{schema_version}"', version, field="schema_version")
    listed = manifest.get("files")
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise refusal("manifest.json", "a list of objects", type(listed).__name__, field="files")
    found: dict[str, list[tuple[str, Path]]] = {name: [] for name in TABLES}
    problems = []
    for each in listed:
        path = str(each.get("path"))
        named = _DATA.fullmatch(path)
        if named is None:
            problems.append(Problem("manifest.json", 0, "files", "data/TABLE/SPLIT.parquet", path[:80]))
        elif why := _why_changed(folder, path, each):
            problems.append(Problem(path, 0, "", *why))
        else:
            found[named[1]].append((path, folder / path))
    if problems:
        raise DatasetRefused(problems)
    _refuse_missing(found)
    return found


def _refuse_missing(found: dict[str, list[tuple[str, Path]]]) -> None:
    for table in ("judgments", "items", "consensus", "comparisons", "selections", "subjects", "raters"):
        if not found[table]:
            raise refusal("manifest.json", f"files of the table {table}", "none", field="files")


def _why_changed(folder: Path, path: str, said: dict[str, Any]) -> tuple[str, str] | None:
    place = folder / path
    if not _is_inside(folder, place):
        return "a file of the dataset", "a link, or nothing"
    if place.stat().st_size != said.get("size"):
        return f"{said.get('size')} bytes, as manifest.json says", str(place.stat().st_size)
    digest = hashlib.sha256()
    with place.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    if digest.hexdigest() != said.get("sha256"):
        return f"the SHA-256 {str(said.get('sha256'))[:64]}, as manifest.json says", digest.hexdigest()
    return None


def read_json(folder: Path, name: str) -> dict[str, Any]:
    place = folder / name
    if not _is_inside(folder, place):
        raise refusal(name, "a file", "a link, or nothing")
    if place.stat().st_size > MOST_JSON_BYTES:
        raise refusal(name, f"{MOST_JSON_BYTES} bytes at most", str(place.stat().st_size))
    try:
        content = json.loads(place.read_text("utf-8"))
    except UnicodeDecodeError as error:
        raise refusal(name, "UTF-8", str(error)) from error
    except (ValueError, RecursionError) as error:
        raise refusal(name, _JSON_DEPTH, str(error)) from error
    if not isinstance(content, dict):
        raise refusal(name, "an object", type(content).__name__)
    return content


def _is_inside(folder: Path, place: Path) -> bool:
    """A plain file, with no link on the way to it."""
    steps = [place, *place.relative_to(folder).parents]
    links = any((folder / step).is_symlink() for step in steps[1:] if step != Path())
    return place.is_file() and not place.is_symlink() and not links
