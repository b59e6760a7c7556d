"""The files of an exported dataset out of a ZIP or a folder. Both are hostile: nothing is written but by known names.

Of a ZIP ``manifest.json`` is read first. Only what it lists is unpacked, at the size it lists.
"""

import hashlib
import json
import re
import shutil
import stat
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from reports.dataset.tables import TABLES
from reports.imports.problems import DatasetRefused, Problem, excerpt, refusal

MOST_FILES = 200
MOST_BYTES = 64 << 30  # of all files together, unpacked
MOST_RATIO = 50  # of a file's size to its packed size; Parquet is packed already
MOST_JSON_BYTES = 4 << 20
KEPT_FREE = 256 << 20  # bytes of the disk that are left to others
_MANIFEST = "manifest.json"
_SMALL = {_MANIFEST, "study.json", "codebook.json", "README.md"}
_DATA = re.compile(rf"data/({'|'.join(TABLES)})/(train|validation|test)\.parquet")
_BLOCK = 1 << 20
_JSON_DEPTH = "JSON that is not nested too deeply"


def unpack(archive: BinaryIO, folder: Path) -> None:
    """The known files of the ZIP into an empty folder of our own. Raises DatasetRefused."""
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = _entries(opened)
            if _MANIFEST not in entries:
                raise refusal("the ZIP", "a file manifest.json", "none")
            _copy(opened, entries.pop(_MANIFEST), folder)
            _refuse_unlisted(entries, _listed(folder))
            _refuse_too_large(entries, folder)
            for entry in entries.values():
                _copy(opened, entry, folder)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise refusal("the ZIP", "a ZIP that can be read", str(error)) from error


def _entries(opened: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """By name. What they say of themselves is in order."""
    entries = [entry for entry in opened.infolist() if not entry.is_dir()]
    if len(entries) > MOST_FILES:
        raise refusal("the ZIP", f"{MOST_FILES} files at most", str(len(entries)))
    problems = [Problem("the ZIP", 0, entry.filename[:200], *why) for entry in entries if (why := _why_not(entry))]
    names = [entry.filename for entry in entries]
    problems += [
        Problem("the ZIP", 0, name, "each file once", "it twice") for name in set(names) if names.count(name) > 1
    ]
    if problems:
        raise DatasetRefused(problems)
    return dict(zip(names, entries, strict=True))


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


def _refuse_unlisted(entries: Mapping[str, zipfile.ZipInfo], listed: Mapping[str, object]) -> None:
    problems = []
    for name, entry in entries.items():
        if name in _SMALL:
            continue
        if name not in listed:
            problems.append(Problem("the ZIP", 0, name, "a file that manifest.json lists", "another one"))
        elif listed[name] != entry.file_size:
            expected = f"{excerpt(listed[name])} bytes, as manifest.json says"
            problems.append(Problem("the ZIP", 0, name, expected, str(entry.file_size)))
    if problems:
        raise DatasetRefused(problems)


def _refuse_too_large(entries: Mapping[str, zipfile.ZipInfo], folder: Path) -> None:
    size = sum(entry.file_size for entry in entries.values())
    if size > MOST_BYTES:
        raise refusal("the ZIP", f"{MOST_BYTES} bytes at most when unpacked", str(size))
    free = max(0, shutil.disk_usage(folder).free - KEPT_FREE)
    if size > free:
        raise refusal("the ZIP", f"{free} bytes at most, which the disk here has free", str(size))


def _copy(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path) -> None:
    """What the entry says of its size is not believed."""
    target = folder / entry.filename
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with opened.open(entry) as source, target.open("xb") as file:
        while block := source.read(_BLOCK):
            written += len(block)
            if written > entry.file_size:
                raise refusal("the ZIP", f"{entry.file_size} bytes", "more", field=entry.filename)
            file.write(block)


def _listed(folder: Path) -> dict[str, object]:
    """The size of each file, as the manifest says."""
    return {str(each.get("path")): each.get("size") for each in _files_said(read_json(folder, _MANIFEST))}


def _files_said(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    listed = manifest.get("files")
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise refusal(_MANIFEST, "a list of objects", type(listed).__name__, field="files")
    if len(listed) > MOST_FILES:
        raise refusal(_MANIFEST, f"{MOST_FILES} files at most", str(len(listed)), field="files")
    return listed


def data_files(folder: Path, schema_version: str) -> dict[str, list[tuple[str, Path]]]:
    """The Parquet files of each table, by manifest.json, each as long as it says and of its SHA-256.

    Raises DatasetRefused.
    """
    manifest = read_json(folder, _MANIFEST)
    if manifest.get("schema_version") != schema_version:
        version = repr(manifest.get("schema_version"))
        raise refusal(_MANIFEST, f'"{schema_version}"', version, field="schema_version")
    found: dict[str, list[tuple[str, Path]]] = {name: [] for name in TABLES}
    problems, seen = [], set()
    for each in _files_said(manifest):
        path = str(each.get("path"))
        named = _DATA.fullmatch(path)
        if named is None:
            problems.append(Problem(_MANIFEST, 0, "files", "data/TABLE/SPLIT.parquet", path[:80]))
        elif path in seen:
            problems.append(Problem(_MANIFEST, 0, "files", "each file once", f"{path} twice"))
        elif why := _why_changed(folder, path, each):
            problems.append(Problem(path, 0, "", *why))
        else:
            seen.add(path)
            found[named[1]].append((path, folder / path))
    if problems:
        raise DatasetRefused(problems)
    _refuse_missing(found)
    return found


def _refuse_missing(found: dict[str, list[tuple[str, Path]]]) -> None:
    for table in ("judgments", "items", "consensus", "comparisons", "selections", "subjects", "raters"):
        if not found[table]:
            raise refusal(_MANIFEST, f"files of the table {table}", "none", field="files")


def _why_changed(folder: Path, path: str, said: dict[str, Any]) -> tuple[str, str] | None:
    place = folder / path
    if not _is_inside(folder, place):
        return "a file of the dataset", "a link, or nothing"
    if place.stat().st_size != said.get("size"):
        return f"{excerpt(said.get('size'))} bytes, as manifest.json says", str(place.stat().st_size)
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
