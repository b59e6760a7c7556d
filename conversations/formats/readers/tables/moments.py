"""When the rows of a table were written: moments as people and spreadsheets write them, and the order they give.

Whether ``1/2/2025`` begins with its day or its month is told by the column, where one of its moments has one reading only.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from conversations.formats.fields import FieldError, Record

from .spool import Numbered, Order

EXPECTED = "a moment, like 2026-05-01T09:30:00"
_LARGEST = 2**63
_SPREADSHEETS_BEGIN = datetime(1899, 12, 30, tzinfo=UTC)
_SERIAL_DAYS = (20_000, 80_000)  # 1954 to 2119; as seconds since 1970 they would be its first day
_TIME = r"(?:[\sT,]+(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,]\d+)?)?\s*([AaPp])?\.?(?:[Mm]\.?)?)?\s*(?:Z|UTC|GMT|Uhr)?$"
_BY_NUMBERS = re.compile(r"(\d{1,4})\s*([./-])\s*(\d{1,2})\s*\2\s*(\d{4}|\d{2})" + _TIME)
_MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
_DAY_AND_NAME = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[\s.-]*([A-Za-z]{3})[a-z]*[\s.,-]*(\d{4})" + _TIME)
_NAME_AND_DAY = re.compile(r"([A-Za-z]{3})[a-z]*[\s.]+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})" + _TIME)


@dataclass(frozen=True, slots=True)
class Moment:
    """In microseconds since 1970, as read with its day and with its month first; where one of them is none, both are the other."""

    day_first: int
    month_first: int
    told: str = ""  # "day" or "month" where it has this one reading only; empty where it is both, or written otherwise


def reading_of(told: set[str]) -> str:
    """Of a column of which so much was told: ``day``, ``month``, or nothing where it allows both or contradicts itself."""
    return next(iter(told)) if len(told) == 1 else ""


def moment_of(record: Record) -> Moment | None:
    """None where nothing stands there. Raises FieldError of what is no moment."""
    value = record.text_or_number("time", EXPECTED)
    if value is None or value != value or (isinstance(value, str) and not value.strip()):  # noqa: PLR0124 - NaN
        return None
    found = _of_text(value.strip()) if isinstance(value, str) else _of_number(value)
    if found is None or max(abs(found.day_first), abs(found.month_first)) >= _LARGEST:
        raise record.error("time", EXPECTED)
    return found


def _of_number(value: float) -> Moment | None:
    if abs(value) >= _LARGEST:
        return None
    if _SERIAL_DAYS[0] <= value <= _SERIAL_DAYS[1]:
        return _plain(_SPREADSHEETS_BEGIN + timedelta(days=value))
    return Moment(number := round(value * 1_000_000), number)


def _of_text(text: str) -> Moment | None:
    number = text.replace(",", ".", 1)
    if number.removeprefix("-").replace(".", "", 1).isdecimal() and number.count(".") <= 1 and len(number) <= 40:
        return _of_number(float(number))
    try:
        return _plain(datetime.fromisoformat(text))
    except ValueError:
        return _by_numbers(text) or _by_names(text)


def _plain(moment: datetime) -> Moment:
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    number = round((aware - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1))
    return Moment(number, number)


def _by_numbers(text: str) -> Moment | None:
    if (found := _BY_NUMBERS.match(text)) is None:
        return None
    first, mark, second, third, *clock = found.groups()
    if len(first) == 4:
        return _dated(int(first), int(second), int(third), clock)
    if len(first) > 2:
        return None
    year = int(third) + (0 if len(third) == 4 else 2000 if int(third) < 70 else 1900)
    day_first = _dated(year, int(second), int(first), clock)
    month_first = None if mark == "." else _dated(year, int(first), int(second), clock)  # dots stand behind days
    if day_first is None or month_first is None:
        only = day_first or month_first
        told = "" if only is None or mark == "." else "day" if month_first is None else "month"
        return only and Moment(only.day_first, only.day_first, told)
    return Moment(day_first.day_first, month_first.day_first)


def _by_names(text: str) -> Moment | None:
    if found := _DAY_AND_NAME.match(text):
        day, month, year, *clock = found.groups()
    elif found := _NAME_AND_DAY.match(text):
        month, day, year, *clock = found.groups()
    else:
        return _of_mail(text)
    number = _MONTHS.get(month.lower())
    return None if number is None else _dated(int(year), number, int(day), clock)


def _of_mail(text: str) -> Moment | None:
    try:
        return _plain(parsedate_to_datetime(text))
    except ValueError:
        return None


def _dated(year: int, month: int, day: int, clock: Sequence[str | None]) -> Moment | None:
    hour, minute, second, half = clock
    hours = int(hour or 0)
    if half is not None:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if half in "pP" else 0)
    try:
        return _plain(datetime(year, month, day, hours, int(minute or 0), int(second or 0), tzinfo=UTC))
    except ValueError:
        return None


def order_of(numbered: Numbered, reading: str) -> tuple[Order, FieldError | None]:
    """By their moments; where those tell no order, as their rows stand, and why."""
    if numbered.without == numbered.turns:
        return Order.ROWS, None
    if numbered.without:
        expected = "a moment of every turn; they are kept in the order of their rows"
        return Order.ROWS, FieldError("time", expected, f"{numbered.without} of {numbered.turns} without one")
    if numbered.is_twofold and not reading:
        expected = "dates of one reading (day or month first); the turns are kept in the order of their rows"
        return Order.ROWS, FieldError("time", expected, "a column that allows both")
    return (Order.MONTH_FIRST if reading == "month" else Order.NUMBER), None
