"""Readers look at fields by typed accessors alone; what none foresaw costs its own row."""

import ast
import json
import logging
import sys
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from conversations import formats
from conversations.formats import (
    ConversationRow,
    Format,
    Options,
    Row,
    RowError,
    SubjectPolicy,
    parse,
    registry,
)
from conversations.formats.context import Context
from conversations.formats.fields import Record
from conversations.formats.json_elements import rows_of_elements
from conversations.formats.readers import openai

FOLDER = Path(formats.__file__).parent
EACH = Options(SubjectPolicy.CONVERSATION)


def raw_looks(source: str) -> list[int]:
    """Lines that take a record's values as they are, outside of Record."""
    tree = ast.parse(source)
    inside = {
        id(node)
        for record in ast.walk(tree)
        if isinstance(record, ast.ClassDef) and record.name == "Record"
        for node in ast.walk(record)
    }
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "_values" and id(node) not in inside
    ]


def name_in_folder(path: Path) -> str:
    return path.relative_to(FOLDER).as_posix()


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.py")), ids=name_in_folder)
def test_no_reader_takes_values_as_they_are(path: Path) -> None:
    assert raw_looks(path.read_text(encoding="utf-8")) == []


def test_such_a_look_would_be_seen() -> None:
    assert raw_looks("def read(record):\n    return record._values.get('a')\n") == [2]
    assert not hasattr(Record({}), "values"), "the values have no public name"


# What readers may stand on; these stand on the standard library alone themselves.
OURS = ("conversations.formats.", "accounts.storable.")
STORABLE = FOLDER.parent.parent / "accounts" / "storable.py"


def imported(source: str) -> set[str]:
    """The modules of others that a file imports."""
    nodes = list(ast.walk(ast.parse(source)))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level}
    return {name for name in names if not f"{name}.".startswith(OURS)}


# Started by containers/tables.py for each file, with little memory and time.
_IN_A_PROCESS_OF_ITS_OWN = {"table_reader.py": {"pyarrow", "openpyxl"}}


@pytest.mark.parametrize("path", [*sorted(FOLDER.rglob("*.py")), STORABLE], ids=str)
def test_no_parser_of_others_reads_an_upload(path: Path) -> None:
    """Foreign bytes meet the standard library alone: a native parser can take the whole server with it."""
    names = imported(path.read_text(encoding="utf-8"))
    assert {name.partition(".")[0] for name in names} - _IN_A_PROCESS_OF_ITS_OWN.get(
        path.name, set()
    ) <= sys.stdlib_module_names


def test_such_a_parser_would_be_seen() -> None:
    source = "import orjson\nfrom conversations.models import Batch\nfrom conversations.formats.rows import Row\n"
    assert imported(source) == {"orjson", "conversations.models"}


def test_fault_of_a_reader_costs_its_row_and_is_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def faulty(line: int, record: Record, context: Context) -> Iterator[Row | RowError]:
        if line == 2:
            raise TypeError("unhashable type: 'list'")
        yield from openai._rows(line, record, context)

    monkeypatch.setitem(registry._READERS, Format.OPENAI, replace(openai.READER, rows=rows_of_elements(faulty)))
    rows = [{"messages": [{"role": "user", "content": f"Question {number}"}]} for number in range(3)]
    with caplog.at_level(logging.ERROR):
        first, second, third = parse(BytesIO("\n".join(map(json.dumps, rows)).encode()), Format.OPENAI, EACH)
    assert isinstance(first, ConversationRow)
    assert isinstance(third, ConversationRow)
    assert isinstance(second, RowError)
    assert second.line == 2
    assert "TypeError" in second.found
    assert "unhashable type" in caplog.text


@pytest.mark.parametrize(
    "messages",
    [
        [{"role": "system", "content": "x"}],
        [{"role": "assistant", "content": "Hello"}],
        [{"role": "user", "content": " "}, {"role": "assistant", "content": "Hello"}],
    ],
)
@pytest.mark.parametrize("file_format", [Format.OPENAI, Format.SHAREGPT, Format.LMSYS])
def test_conversation_in_which_nobody_spoke_is_reported(file_format: Format, messages: list[dict[str, str]]) -> None:
    name = {Format.OPENAI: "messages", Format.SHAREGPT: "conversations", Format.LMSYS: "conversation"}[file_format]
    (row,) = parse(BytesIO(json.dumps({"id": "c", name: messages}).encode()), file_format, EACH)
    assert isinstance(row, RowError)
    assert row.expected == "a turn of the user with text"


def test_turns_are_read_by_what_they_have() -> None:
    messages = [
        {"role": "user", "content": "Weather?"},
        {"role": "assistant", "content": None, "function_call": {"name": "weather", "arguments": "{}"}},
        {"role": "function", "name": "weather", "content": "sunny"},
        {"role": "ai", "content": None, "refusal": "I may not say."},
        {"role": "assistant", "content": [{"type": "text", "text": None}, {"type": "thinking", "thinking": "x"}]},
        {"role": "assistant", "content": [{"type": "output_audio", "transcript": "Sunny."}, {"type": "audio"}]},
    ]
    (row,) = parse(BytesIO(json.dumps({"messages": messages}).encode()), Format.OPENAI, EACH)
    assert isinstance(row, ConversationRow)
    assert [turn.content for turn in row.turns] == [
        "Weather?",
        "[tool call: weather]",
        "sunny",
        "I may not say.",
        "Sunny.\n[audio]",
    ]
