"""From Parquet to rows that are right. Pure: no database."""

import hashlib
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from pyarrow import parquet

from reports.dataset.tables import TABLES
from reports.imports.expected import RULES
from reports.imports.problems import DatasetRefused
from reports.imports.rows import RowChecker, columns_of

NAME = "guidelines.parquet"
SCHEMA = TABLES["guidelines"].schema()


def guidelines(**facts):
    text = "Judge kindly."
    written = hashlib.sha256(text.encode()).hexdigest()
    own = {"stage": 1, "version": 1, "text": text, "sha256": written, "created_at": datetime(2026, 1, 2, tzinfo=UTC)}
    return own | facts


def read(tmp_path, rows, schema=SCHEMA):
    parquet.write_table(pa.Table.from_pylist(rows, schema=schema), tmp_path / NAME)
    checker = RowChecker(b"salt")
    return list(checker.rows("guidelines", NAME, tmp_path / NAME)), checker.problems


def test_rows_that_are_right_pass_with_their_place(tmp_path):
    rows, problems = read(tmp_path, [guidelines(), guidelines(version=2)])
    assert problems == []
    assert [(row["version"], row["file_"], row["row_"]) for row in rows] == [(1, NAME, 1), (2, NAME, 2)]
    assert list(rows[0]) == columns_of("guidelines")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"version": 0}, "version"),
        ({"text": None}, "text"),
        ({"text": "a\0b"}, "text"),
        ({"sha256": "0" * 64}, "sha256"),
    ],
)
def test_a_row_that_is_wrong_is_told_by_its_place_and_the_others_pass(tmp_path, wrong, field):
    rows, [problem] = read(tmp_path, [guidelines(), guidelines(**wrong), guidelines(version=3)])
    assert [row["version"] for row in rows] == [1, 3]
    assert (problem.file, problem.row, problem.field) == (NAME, 2, field)
    assert str(problem).startswith(f"{NAME}, row 2, {field}: expected {problem.expected}, found ")


def test_a_column_of_another_type_refuses_the_file(tmp_path):
    place = SCHEMA.get_field_index("version")
    with pytest.raises(DatasetRefused, match="version: expected int64, found string"):
        read(tmp_path, [guidelines(version="1")], SCHEMA.set(place, pa.field("version", pa.string())))


def test_what_is_no_parquet_is_refused_by_its_name(tmp_path):
    (tmp_path / NAME).write_bytes(b"PAR1 and no more")
    with pytest.raises(DatasetRefused, match="Parquet that can be read"):
        list(RowChecker(b"").rows("guidelines", NAME, tmp_path / NAME))


def test_every_rule_is_of_a_column_that_there_is():
    assert {table: set(rules) - set(TABLES[table].names) for table, rules in RULES.items()} == {
        each: set() for each in RULES
    }
