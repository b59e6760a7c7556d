"""Rows of a table in the order of their moments, however a spreadsheet writes those; no date costs a turn."""

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.formats import ConversationRow, Format, Options, RowError, parse
from conversations.formats.fields import FieldError, Record
from conversations.formats.readers.tables.moments import moment_of

DAY = datetime(2025, 2, 1, 9, 5, tzinfo=UTC)


def moment(written: Any) -> tuple[datetime, datetime]:
    found = moment_of(Record({"time": written}))
    assert found is not None
    return tuple(datetime.fromtimestamp(each / 1e6, UTC) for each in (found.day_first, found.month_first))  # type: ignore[return-value]


@pytest.mark.parametrize(
    "written",
    [
        *("2025-02-01T09:05:00Z", "2025-02-01 10:05+01:00", "2025/02/01 9:05", "01.02.2025 09:05", "1.2.25, 9:05"),
        *("1 Feb 2025 09:05", "Feb 1, 2025 9:05 AM", "1st February 2025, 9:05 a.m.", "Sat, 01 Feb 2025 09:05:00 GMT"),
        *(45689.378472222226, "45689.378472222226", "45689,378472222226", 1738400700, "1738400700.0"),
    ],
)
def test_a_moment_of_one_reading(written: Any) -> None:
    for read in moment(written):
        assert abs((read - DAY).total_seconds()) < 1, written


def test_a_moment_of_two_readings_has_both() -> None:
    assert moment("1/2/2025 9:05 AM") == (DAY, datetime(2025, 1, 2, 9, 5, tzinfo=UTC))
    assert moment("13/2/2025 12:00 am")[0] == moment("2/13/2025 0:00")[0] == datetime(2025, 2, 13, tzinfo=UTC)


@pytest.mark.parametrize("written", ["yesterday", "32/1/2025", "1/2/2025 25:00", "13:00 PM", "1/2/2025 13:00 PM", "9" * 400, "1e400", "-", "1/2", True])  # fmt: skip
def test_what_is_no_moment_is_a_problem(written: Any) -> None:
    with pytest.raises(FieldError):
        moment_of(Record({"time": written}))


@given(st.text(max_size=40) | st.floats() | st.integers())
def test_anything_is_a_moment_or_a_problem(written: Any) -> None:
    try:
        moment_of(Record({"time": written}))
    except FieldError as error:
        assert error.field == "time"


def told(*rows: tuple[str, str]) -> tuple[list[str], list[tuple[str, bool]]]:
    """Texts of the one conversation, and what is reported."""
    lines = "".join(f'u1,c1,"{when}",user,{text}\n' for when, text in rows)
    found = list(parse(BytesIO(b"user_id,conversation_id,date,role,content\n" + lines.encode()), Format.CSV, Options()))
    (row,) = [each for each in found if isinstance(each, ConversationRow)]
    return [turn.content for turn in row.turns], [(e.field, e.kept) for e in found if isinstance(e, RowError)]


def test_a_column_that_allows_one_reading_is_read_by_it() -> None:
    assert told(("10/2/2025", "second"), ("3/3/2025", "third"), ("13/1/2025", "first")) == (["first", "second", "third"], [])  # fmt: skip
    assert told(("10/2/2025", "third"), ("3/3/2025", "second"), ("1/13/2025", "first")) == (["first", "second", "third"], [])  # fmt: skip


def test_an_ambiguous_column_is_a_problem_only_where_its_readings_differ() -> None:
    assert told(("1/2/2025 10:00", "b"), ("1/2/2025 9:00", "a")) == (["a", "b"], [])
    assert told(("10/2/2025", "b"), ("3/3/2025", "a")) == (["b", "a"], [("time", True)])
    contradictory = told(("13/1/2025", "a"), ("1/14/2025", "b"), ("10/2/2025", "d"), ("3/3/2025", "c"))
    assert contradictory == (["a", "b", "d", "c"], [("time", True)])


def test_a_moment_that_is_missing_or_none_keeps_the_order_of_the_rows() -> None:
    assert told(("2025-01-02", "a"), ("", "b"), ("2025-01-01", "c")) == (["a", "b", "c"], [("time", True)])
    assert told(("", "b"), ("", "a")) == (["b", "a"], [])
    assert told(("soon", "b"), ("2025-01-01", "a")) == (["b", "a"], [("time", True), ("time", True)])
