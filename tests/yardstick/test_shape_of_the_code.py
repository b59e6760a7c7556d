"""How large a file and a function may be, and what tests may lean on."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ["accounts", "conversations", "raters", "judgments", "generation", "reports", "yardstick"]
LONGEST_FILE = 300
LONGEST_FUNCTION = 60
# Django looks for classes of these names.
NAMED_BY_DJANGO = {"Command", "Meta"}


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in sorted((ROOT / folder).rglob("*.py")) if "migrations" not in path.parts)


def too_long(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    lines = len(text.splitlines())
    functions = [
        f"{path}: {node.name} has {length} lines"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > LONGEST_FUNCTION
    ]
    return functions + [f"{path} has {lines} lines"] * (lines > LONGEST_FILE)


def imported(path: Path) -> Iterator[str]:
    """The modules of tests that a file imports, or may import."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("tests."))
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "tests":
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("folder", [*APPS, "tests"])
def test_no_file_and_no_function_is_too_long(folder: str) -> None:
    assert [found for path in sources(folder) for found in too_long(path)] == []


def test_tests_import_helpers_and_never_another_test_module() -> None:
    found = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sources("tests", "benchmarks", "script")
        for name in imported(path)
        if re.search(r"\.(test_\w+|conftest)(\.|$)", name)
    ]
    assert found == []


def named_twice(paths: Iterable[Path]) -> dict[str, list[Path]]:
    """Public classes by name, where several have it."""
    found = defaultdict(list)
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(path)
    return {name: places for name, places in found.items() if len(places) > 1 and name not in NAMED_BY_DJANGO}


def test_no_two_public_classes_have_one_name() -> None:
    """A search for the name, and an import of it, tell which is meant."""
    assert named_twice(sources(*APPS, "benchmarks", "script")) == {}


def test_what_breaks_the_rules_is_found(tmp_path: Path) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text("from tests.rooms import test_room\n\ndef endless():\n" + "    pass\n" * 300)
    assert too_long(planted) == [f"{planted}: endless has 301 lines", f"{planted} has 303 lines"]
    assert list(imported(planted)) == ["tests.rooms.test_room"]


def test_a_name_that_is_given_twice_is_found(tmp_path: Path) -> None:
    one, other = tmp_path / "one.py", tmp_path / "other.py"
    one.write_text("class Answer:\n    class Meta:\n        pass\n\nclass _Row:\n    pass\n")
    other.write_text("class _Row:\n    pass\n\ndef make():\n    class Answer:\n        class Meta:\n            pass\n")
    assert named_twice([one, other]) == {"Answer": [one, other]}
