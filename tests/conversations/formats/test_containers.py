"""A file is read whatever it is wrapped in, and what can't be read is named by its cause, with the remedy."""

import gzip
import io
import json
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import ipc, parquet

from conversations.formats import (
    ConversationRow,
    NotRecognised,
    Options,
    PassedOver,
    Row,
    RowError,
    SubjectPolicy,
    default_options,
    examine,
    parse,
)
from conversations.formats.containers import archives
from tests.conversations.workbooks import workbook

MESSAGES = [{"role": "user", "content": "Größe?"}, {"role": "assistant", "content": "75 cm."}]
TABLE = "user_id,conversation_id,turn,role,content\nu1,c1,0,user,Größe?\nu1,c1,1,assistant,75 cm.\n"
FILE = Options(SubjectPolicy.FILE, file_subject="p1")


def conversation(name: str) -> dict[str, Any]:
    return {"user_id": "u1", "conversation_id": name, "messages": MESSAGES}


def lines(*names: str) -> bytes:
    return "".join(json.dumps(conversation(name)) + "\n" for name in names).encode()


def archive(**files: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in files.items():
            packed.writestr(name, data)
    return content.getvalue()


SHEET: list[list[Any]] = [
    ["user_id", "conversation_id", "turn", "role", "content"],
    ["u1", "c1", 0, "user", "Größe?"],
    ["u1", "c1", 1.0, "assistant", "75 cm."],
]


def arrow_table(*names: str) -> pa.Table:
    return pa.Table.from_pylist([conversation(name) for name in names])


def parquet_file(*names: str) -> bytes:
    content = io.BytesIO()
    parquet.write_table(arrow_table(*names), content)
    return content.getvalue()


def arrow_file(*, is_stream: bool) -> bytes:
    table, content = arrow_table("c1"), io.BytesIO()
    with (ipc.new_stream if is_stream else ipc.new_file)(content, table.schema) as writer:
        writer.write_table(table)
    return content.getvalue()


def named(value: object) -> str:
    """Packed files hold the moment of packing: they must not name a test, which each process collects by itself."""
    return str(value) if isinstance(value, str) else "file"


def imported(content: bytes, options: Options | None = None) -> list[Row | RowError | PassedOver]:
    """As a batch is: recognised first, then read by what its format proposes."""
    stream = io.BytesIO(content)
    seen = examine(stream, options)
    return list(parse(stream, seen.format, options or default_options(seen.format, seen.head)))


def names(rows: list[Row | RowError | PassedOver]) -> list[str | None]:
    return [row.conversation for row in rows if isinstance(row, ConversationRow)]


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(lines("c1")),
        archive(**{"chats.jsonl": lines("c1")}),
        archive(**{"folder/chats.csv": TABLE.encode("utf-16")}),
        parquet_file("c1"),
        arrow_file(is_stream=True),
        arrow_file(is_stream=False),
        workbook(Chats=SHEET),
        workbook(Notes=[], Chats=SHEET),
        TABLE.encode("utf-16"),
        TABLE.encode("utf-16-le"),
        TABLE.encode("utf-16-be"),
        TABLE.encode("utf-32"),
        TABLE.encode("utf-8-sig"),
        TABLE.replace("\n", "\r").encode(),
        TABLE.replace("\n", "\r\n").encode(),
        lines("c1").decode().encode("utf-16"),
        gzip.compress(TABLE.encode("utf-16")),
        json.dumps(conversation("c1"), indent=4).encode("utf-16"),
    ],
    ids=named,
)
def test_same_conversation_in_every_wrapping(content: bytes) -> None:
    (row,) = imported(content)
    assert isinstance(row, ConversationRow)
    assert (row.subject, row.conversation) == ("u1", "c1")
    assert [(turn.role, turn.content) for turn in row.turns] == [("user", "Größe?"), ("assistant", "75 cm.")]


def test_files_of_an_archive_are_read_in_the_order_people_count_and_others_named() -> None:
    content = archive(
        **{
            "chats-10.jsonl": lines("c10"),
            "chats-2.jsonl": lines("c2"),
            "chats-1.jsonl": lines("c1a", "c1b"),
            "user.json": b'{"id": "u", "email": "somebody@example.org"}',
            "page.html": b"<html>",
            "picture.png": b"\x89PNG\r\n",
            "inner.zip": archive(**{"chats.jsonl": lines("c9")}),
            "__MACOSX/chats.jsonl": b"\x00\x05",
        }
    )
    rows = imported(content)
    assert names(rows) == ["c1a", "c1b", "c2", "c10"]
    assert [(row.file, row.line) for row in rows if isinstance(row, ConversationRow)][1:3] == [
        ("chats-1.jsonl", 2),
        ("chats-2.jsonl", 1),
    ]
    passed = {row.name: row.why for row in rows if isinstance(row, PassedOver)}
    assert sorted(passed) == ["inner.zip", "page.html", "picture.png", "user.json"]
    assert "upload it by itself" in passed["inner.zip"]
    assert "somebody" not in repr(passed)


def test_files_of_several_formats_in_an_archive_are_each_read_by_their_own() -> None:
    rows = imported(archive(**{"a.csv": TABLE.encode(), "b.jsonl": lines("c2")}), Options(subject_field="user_id"))
    assert names(rows) == ["c1", "c2"]


def test_problem_in_an_archive_names_its_file() -> None:
    rows = imported(archive(**{"a.jsonl": lines("c1") + b"{oops\n", "b.jsonl": lines("c2")}))
    assert names(rows) == ["c1", "c2"]
    assert [(row.file, row.line) for row in rows if isinstance(row, RowError)] == [("a.jsonl", 2)]


def test_one_file_of_an_archive_is_chosen_by_its_name() -> None:
    content = archive(**{"a.jsonl": lines("c1"), "b.jsonl": lines("c2")})
    rows = imported(content, Options(SubjectPolicy.FIELD, "user_id", part="b.jsonl"))
    assert names(rows) == ["c2"]


def tar() -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as packed:
        packed.addfile(tarfile.TarInfo("a"), io.BytesIO())
    return content.getvalue()


def encrypted() -> bytes:
    content = bytearray(archive(a=lines("c1")))
    content[6] |= 1
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (archive(a=lines("c1"))[:-30], "ZIP archive is damaged or was cut off"),
        (archive(), "ZIP archive is empty"),
        (encrypted(), "encrypted: unpack it with its password"),
        (archive(**{"page.html": b"<html>"}), "no format that is known"),
        (gzip.compress(lines(*"abcdefgh" * 50))[:60], "gzip file is damaged or was cut off"),
        (tar(), "tar archive"),
        (parquet_file("c1")[:-9], "Parquet file is damaged or was cut off"),
        (b"ARROW1\x00\x00" + b"\x01" * 80, "Arrow file is damaged"),
        (workbook(One=SHEET, Two=SHEET, Three=SHEET), "has 3 sheets: choose one. They are “One”, “Two”, “Three”"),
        (workbook(One=[]), "no sheet with anything in it"),
        (workbook(One=SHEET)[:-40], "Excel workbook is damaged"),
        (archive(**{"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"}), "Excel workbook is damaged"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 40, r"old Excel workbook \(.xls\): open it and save it as .xlsx"),
        (b"%PDF-1.7", "PDF"),
        (b"SQLite format 3\x00", "SQLite"),
        (TABLE.encode("cp1252"), "it is Windows-1252: choose that encoding, or save the sheet as “CSV UTF-8”"),
    ],
    ids=named,
)
def test_refusal_names_the_cause_and_the_remedy(content: bytes, words: str) -> None:
    with pytest.raises(NotRecognised, match=words):
        examine(io.BytesIO(content))


def test_sheet_and_encoding_are_chosen() -> None:
    book = workbook(Empty=[], One=SHEET, Two=[SHEET[0], ["u2", "c2", 0, "user", "Hi"]])
    options = Options(SubjectPolicy.FIELD, columns={}, part="Two")
    assert names(imported(book, options)) == ["c2"]
    with pytest.raises(NotRecognised, match="no sheet “Three”: it has “Empty”, “One”, “Two”"):
        examine(io.BytesIO(book), Options(part="Three"))
    (row,) = imported(TABLE.encode("cp1252"), Options(encoding="windows-1252"))
    assert isinstance(row, ConversationRow)
    assert row.turns[0].content == "Größe?"


def test_values_of_a_sheet_are_what_people_see() -> None:
    rows = [*SHEET, [None, None, None, None, None], [7.0, "c2", 0, "user", 3.5], [7, "c2", 1, "assistant", True]]
    found = imported(workbook(Chats=rows))
    assert [(row.subject, row.turns[-1].content) for row in found if isinstance(row, ConversationRow)] == [
        ("u1", "75 cm."),
        ("7", "true"),
    ]


def test_values_of_parquet_that_json_has_not(tmp_path: Path) -> None:
    table = pa.table({"user_id": [float("nan"), 7.0], "conversation_id": ["a", "b"], "messages": [MESSAGES, MESSAGES]})
    parquet.write_table(table, tmp_path / "table")
    rows = imported((tmp_path / "table").read_bytes())
    assert [type(row) for row in rows].count(RowError) >= 1


def test_archive_that_unpacks_to_more_than_anybody_packs_is_not_read_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "LEAST_ALLOWED_BYTES", 1_000_000)
    bomb = lines("c1") + b" " * 40_000_000
    for content in (gzip.compress(bomb), archive(**{"a.jsonl": bomb})):
        *rows, problem = imported(content)
        assert names(rows) == ["c1"]
        assert isinstance(problem, RowError)
        assert "unpacks to more than" in problem.found


def test_table_that_declares_more_than_memory_holds_ends_its_own_process_only(tmp_path: Path) -> None:
    """4 kB whose dictionary stands for 20 GB."""
    words = pa.DictionaryArray.from_arrays(pa.array([0] * 1000, pa.int32()), pa.array(["a" * (20 << 20)]))
    table = pa.table({"user_id": words, "messages": [MESSAGES] * 1000})
    parquet.write_table(
        table, tmp_path / "table", compression="zstd", dictionary_pagesize_limit=1 << 30, store_schema=False
    )
    assert (tmp_path / "table").stat().st_size < 20_000
    with pytest.raises(NotRecognised, match="memory"):
        examine(io.BytesIO((tmp_path / "table").read_bytes()))
