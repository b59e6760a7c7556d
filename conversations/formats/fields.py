"""Reading fields of one decoded row. What is wrong is raised with its place, and never mended."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from accounts.storable import where_not_storable

from .limits import CUT_OFF, MAX_FIELD_PATH_CHARACTERS, MAX_ID_CHARACTERS, MAX_INTEGER, MAX_TEXT_CHARACTERS
from .rows import RowError

_EXCERPT = 60
_FIRST_YEAR = 1970
_SHORTEST_CUT = 100_000


class FieldError(Exception):
    """A field that can't be taken."""

    def __init__(self, field: str, expected: str, found: str) -> None:
        super().__init__(f"{field}: expected {expected}, found {found}")
        self.field = field
        self.expected = expected
        self.found = found

    def row(self, line: int, *, kept: bool = False) -> RowError:
        return RowError(line=line, field=printable(self.field), expected=self.expected, found=self.found, kept=kept)


def problem(line: int, expected: str, found: str) -> RowError:
    """What is wrong with a row as a whole."""
    return RowError(line=line, field="", expected=expected, found=found)


def printable(name: str) -> str:
    """A field's path as it may be stored: keys are the uploader's and can be of any length and content."""
    return ascii(name[:MAX_FIELD_PATH_CHARACTERS])[1:-1][:MAX_FIELD_PATH_CHARACTERS]


def excerpt(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, dict):
        return f"an object with {len(value)} fields"
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > MAX_INTEGER:
        return "a larger number"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _quoted(text: str) -> str:
    start = text[:_EXCERPT]
    shown = repr(start) if start.isprintable() else ascii(start)
    return shown if len(text) <= _EXCERPT else f"{shown}, {len(text):,} characters"


def storable(value: str, path: str) -> str:
    """The rule of ``accounts.storable``. Raises FieldError that says where in the text."""
    if len(value) > _SHORTEST_CUT and CUT_OFF in value:
        raise FieldError(path, f"at most {MAX_TEXT_CHARACTERS:,} characters", "a longer text")
    index = where_not_storable(value)
    if index is None:
        return value
    if value[index] == "\x00":
        raise FieldError(path, "text without the character U+0000", f"U+0000 at character {index + 1}")
    raise FieldError(path, "valid Unicode text in UTF-8", f"{value[index]!a} at character {index + 1}")


@dataclass(frozen=True, slots=True)
class Record:
    """A JSON object and where it stands in its row."""

    _values: Mapping[str, Any]
    path: str = ""

    @classmethod
    def of(cls, value: object, path: str = "") -> Self:
        if not isinstance(value, dict):
            raise FieldError(path, "an object", excerpt(value))
        return cls(value, path)

    def at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def error(self, name: str, expected: str) -> FieldError:
        return FieldError(self.at(name), expected, excerpt(self._values.get(name)))

    def only(self, allowed: frozenset[str]) -> None:
        for name in self._values:
            if name not in allowed:
                raise FieldError(
                    self.at(name), f"one of the fields {', '.join(sorted(allowed))}", f"the field {_quoted(name)}"
                )

    def names(self) -> list[str]:
        """The fields it has, in the order of the file."""
        return list(self._values)

    def has(self, *names: str) -> bool:
        return all(name in self._values for name in names)

    def missing(self, name: str) -> bool:
        """Nothing stands there; pandas writes nothing as NaN."""
        value = self._values.get(name)
        return value is None or value != value  # noqa: PLR0124 - only NaN is not itself

    def text(self, name: str, limit: int = MAX_TEXT_CHARACTERS, *, blank: bool = False) -> str:
        value = self._values.get(name)
        if not isinstance(value, str) or not (blank or value.strip()):
            raise self.error(name, "text" if blank else "text that is not empty")
        if len(value) > limit:
            raise self.error(name, f"at most {limit:,} characters")
        return storable(value, self.at(name))

    def optional_text(self, name: str, limit: int = MAX_TEXT_CHARACTERS) -> str | None:
        return None if self.missing(name) else self.text(name, limit, blank=True) or None

    def says(self, name: str) -> bool:
        """Whether something stands there that is not empty."""
        value = self._values.get(name)
        return not self.missing(name) and value not in ("", [])

    def text_or_list(self, name: str) -> str | list[Any] | None:
        """What a message says: a text of any length that is not looked at yet, its parts, or nothing."""
        value = self._values.get(name)
        if value is not None and not isinstance(value, str | list):
            raise self.error(name, "text, or a list of parts")
        return value

    def text_or_container(self, name: str) -> "str | list[Any] | Record | None":
        """Messages are a list, columns of a table, or either of them written as a text."""
        value = self._values.get(name)
        if isinstance(value, dict):
            return Record.of(value, self.at(name))
        if value is not None and not isinstance(value, str | list):
            raise self.error(name, "a list of messages")
        return value

    def is_text(self, name: str) -> bool:
        return isinstance(self._values.get(name), str)

    def text_or_number(self, name: str, expected: str) -> str | int | float | None:
        value = self.scalar(name, expected)
        if isinstance(value, bool):
            raise self.error(name, expected)
        return value

    def scalar(self, name: str, expected: str) -> str | int | float | bool | None:
        value = self._values.get(name)
        if not isinstance(value, str | int | float | None):
            raise self.error(name, expected)
        return value

    def identifier(self, name: str) -> str:
        return identifier(self._values.get(name), self.at(name))

    def optional_identifier(self, name: str) -> str | None:
        return None if self.missing(name) else self.identifier(name)

    def optional_identifier_or_blank(self, name: str) -> str | None:
        """Of a table, in which an empty cell is nothing."""
        return None if self.missing(name) or self._values.get(name) == "" else self.identifier(name)

    def optional_share(self, name: str) -> float | None:
        """A number from 0 to 1, which a table may hold as a text."""
        value = self._values.get(name)
        if isinstance(value, str):
            if not value.strip():
                return None
            try:
                return Record({name: float(value.strip().replace(",", "."))}, self.path).number(name, 0, 1)
            except ValueError:
                raise self.error(name, "a number from 0 to 1") from None
        return None if self.missing(name) else self.number(name, 0, 1)

    def optional_text_if_any(self, name: str) -> str | None:
        """For a field in which others keep what they like."""
        return self.optional_text(name) if self.is_text(name) else None

    def starts_with(self, name: str, beginning: str) -> bool:
        value = self._values.get(name)
        return isinstance(value, str) and value.startswith(beginning)

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        value = self._values.get(name)
        if not isinstance(value, str) or value not in choices:
            raise self.error(name, f"one of {', '.join(choices)}")
        return value

    def integer(self, name: str, minimum: int = 0, maximum: int = MAX_INTEGER) -> int:
        value = self._values.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not minimum <= value <= maximum:
            raise self.error(name, f"a whole number from {minimum} to {maximum}")
        return value

    def optional_integer(self, name: str) -> int | None:
        return None if self.missing(name) else self.integer(name)

    def number(self, name: str, minimum: float = -math.inf, maximum: float = math.inf) -> float:
        value = self._values.get(name)
        expected = "a number" if minimum == -math.inf else f"a number from {minimum:g} to {maximum:g}"
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise self.error(name, expected)
        if isinstance(value, int) and abs(value) > 2**53:
            raise self.error(name, expected)
        if not math.isfinite(value) or not minimum <= value <= maximum:
            raise self.error(name, expected)
        return float(value)

    def optional_number(self, name: str, minimum: float = -math.inf, maximum: float = math.inf) -> float | None:
        return None if self._values.get(name) is None else self.number(name, minimum, maximum)

    def optional_moment(self, name: str) -> datetime | None:
        if self.missing(name):
            return None
        value = self._values.get(name)
        expected = "a moment with its time zone, like 2026-05-01T09:30:00Z"
        try:
            moment = datetime.fromisoformat(value) if isinstance(value, str) else None
            in_utc = moment.astimezone(UTC) if moment is not None and moment.tzinfo is not None else None
        except (ValueError, OverflowError):
            raise self.error(name, expected) from None
        if in_utc is None or in_utc.year < _FIRST_YEAR:
            raise self.error(name, expected)
        return in_utc

    def boolean(self, name: str) -> bool:
        value = self._values.get(name)
        if not isinstance(value, bool):
            raise self.error(name, "true or false")
        return value

    def optional_boolean(self, name: str) -> bool | None:
        return None if self.missing(name) else self.boolean(name)

    def list_if_any(self, name: str) -> list[Any] | None:
        """As ``record_if_any``, for a list."""
        value = self._values.get(name)
        return value if isinstance(value, list) else None

    def list(self, name: str, *, optional: bool = False) -> list[Any]:
        if optional and self.missing(name):
            return []
        value = self._values.get(name)
        if not isinstance(value, list):
            raise self.error(name, "a list")
        return value

    def record(self, name: str) -> "Record":
        return Record.of(self._values.get(name), self.at(name))

    def optional_record(self, name: str) -> "Record | None":
        return None if self.missing(name) else self.record(name)

    def record_if_any(self, name: str) -> "Record | None":
        """For a field in which others keep what they like."""
        value = self._values.get(name)
        return Record.of(value, self.at(name)) if isinstance(value, dict) else None

    def is_true(self, name: str) -> bool:
        """Whether it is said to be so; nothing said is no."""
        return self.optional_boolean(name) is True

    def with_field(self, name: str, value: str | None) -> "Record":
        return Record({**self._values, name: value}, self.path)

    def renamed(self, names: Mapping[str, str]) -> "Record":
        """With our names for the fields; ``names`` says which of its own each is."""
        return Record({ours: self._values.get(theirs) for ours, theirs in names.items()}, self.path)

    def as_it_is(self) -> dict[str, Any]:
        """To be made a record of again, where it stands in a list."""
        return dict(self._values)

    def is_marked(self, name: str) -> bool:
        """Whether a flag stands there; whatever else others keep under that name is none."""
        return self._values.get(name) is True

    def records(self, name: str, *, optional: bool = False) -> Iterator["Record"]:
        """The objects in a list; raises at the first element that is none."""
        for index, value in enumerate(self.list(name, optional=optional)):
            yield Record.of(value, f"{self.at(name)}[{index}]")


def identifier(value: object, path: str) -> str:
    """A whole number that passed through a table of decimal ones is still that number."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63:
        return str(value)
    if not isinstance(value, str) or not value.strip():
        raise FieldError(path, "an id (text or a whole number)", excerpt(value))
    if len(value) > MAX_ID_CHARACTERS:
        raise FieldError(path, f"an id of at most {MAX_ID_CHARACTERS} characters", excerpt(value))
    return storable(value, path)
