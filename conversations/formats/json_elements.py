"""What readers of JSON share: telling a format by one element, and making rows of each."""

from collections.abc import Callable, Iterator
from typing import BinaryIO

from .context import Context
from .faults import unforeseen
from .fields import FieldError, Record
from .options import Options
from .reader import Beginning, ReadRows, Recognise
from .records import read_records
from .rows import Row, RowError

type Build = Callable[[int, Record, Context], Iterator[Row | RowError]]
type Look = Callable[[Record], bool]


def with_fields(*names: str, and_looks: Look | None = None) -> Recognise:
    """The fields that together tell a format, and what one of its parts looks like where their names tell too little."""

    def recognises(beginning: Beginning) -> bool:
        element = beginning.element
        return element is not None and element.has(*names) and (and_looks is None or holds(and_looks, element))

    return recognises


def turns_in(name: str, *fields: str) -> Look:
    """The first turn has one of these fields, if there is one and the head was not cut off before it."""

    def looks(record: Record) -> bool:
        turn = first(record, name)
        return turn is None or not turn.names() or any(turn.has(field) for field in fields)

    return looks


def holds(look: Look, record: Record) -> bool:
    try:
        return look(record)
    except FieldError:
        return False


def first(record: Record, name: str) -> Record | None:
    """The first object of a list; None of an empty one. Raises FieldError where there is no list of objects."""
    objects, problems = objects_in(record, name)
    if problems and not objects:
        raise problems[0]
    return next(iter(objects), None)


def objects_in(record: Record, name: str) -> tuple[list[Record], list[FieldError]]:
    """The objects of a list, and what stands among them that is none: it costs itself. Raises FieldError where there is no list."""
    objects: list[Record] = []
    problems: list[FieldError] = []
    for index, value in enumerate(record.list(name)):
        try:
            objects.append(Record.of(value, f"{record.at(name)}[{index}]"))
        except FieldError as error:
            problems.append(error)
    return objects, problems


def rows_of_elements(build: Build) -> ReadRows:
    """Read a JSON Lines file or an array, in memory bounded by ``MAX_LINE_BYTES``."""

    def rows(stream: BinaryIO, options: Options) -> Iterator[Row | RowError]:
        context = Context(options)
        for record in read_records(stream):
            if isinstance(record, RowError):
                yield record
            else:
                yield from _built(*record, build, context)
            del record  # or it would stand in memory beside the next one

    return rows


def guarded(line: int, build: Callable[[], Iterator[Row | RowError]]) -> Iterator[Row | RowError]:
    """The rows that are built, and what ends the building as this row's problem."""
    try:
        yield from build()
    except FieldError as error:
        yield error.row(line)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is this row's problem and not its neighbours'
        yield unforeseen(line, error)


def _built(line: int, value: object, build: Build, context: Context) -> Iterator[Row | RowError]:
    return guarded(line, lambda: build(line, Record.of(value), context))
