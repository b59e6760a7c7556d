"""How large a file and a function may be, and what tests may lean on."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ["accounts", "conversations", "raters", "judgments", "generation", "reports", "yardstick"]
LONGEST_FILE = 300
LONGEST_FUNCTION = 60


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


def test_what_breaks_the_rules_is_found(tmp_path: Path) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text("from tests.rooms import test_room\n\ndef endless():\n" + "    pass\n" * 300)
    assert too_long(planted) == [f"{planted}: endless has 301 lines", f"{planted} has 303 lines"]
    assert list(imported(planted)) == ["tests.rooms.test_room"]
