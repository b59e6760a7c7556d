"""Label Studio's exports: JSON with every annotation, JSON-MIN, and CSV, in which each annotation is a row of its own."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO

from conversations.formats.context import Context
from conversations.formats.fields import FieldError, Record
from conversations.formats.json_elements import guarded, objects_in
from conversations.formats.options import Options, SubjectPolicy
from conversations.formats.reader import Beginning, Reader, proposing
from conversations.formats.readers.tables.table_rows import TableRow, header_of, table_of
from conversations.formats.rows import Row, RowError

from .sides import named_side
from .tasks import AnnotatedTask, about, read_of, rows_of_task
from .verdicts import AnnotatorsAnswer

_TOOL = "Label Studio"
_SIDES = ("left", "right")
_OF_A_FLAT_ROW = frozenset({"annotation_id", "annotator", "lead_time"})
_OWN = frozenset({*_OF_A_FLAT_ROW, "id", "created_at", "updated_at"})


def _rows(stream: BinaryIO, options: Options) -> Iterator[Row | RowError]:
    context = Context(options)
    try:
        table = table_of(stream)
    except FieldError as error:
        yield error.row(1)
        return
    for row in table:
        yield from [row] if isinstance(row, RowError) else _of_row(row, context)


def _of_row(row: TableRow, context: Context) -> Iterator[Row | RowError]:
    build = _annotated if row.record.has("data") else _flat
    return guarded(row.line, lambda: build(row.line, row.record, context))


def _annotated(line: int, record: Record, context: Context) -> Iterator[Row | RowError]:
    fields = record.record("data")
    annotations, problems = objects_in(record, "annotations") if not record.missing("annotations") else ([], [])
    submitted = [each for each in annotations if not each.is_marked("was_cancelled")]
    answers = [answer for index, each in enumerate(submitted) for answer in _answers(each, index)]
    dropped = len(annotations) - len(submitted) + len(record.list_if_any("drafts") or [])
    named = about(record.record_if_any("meta"), fields)
    yield from rows_of_task(line, AnnotatedTask(_TOOL, "data", fields, named, answers, dropped), context)
    yield from (error.row(line, kept=True) for error in problems)
    if record.list_if_any("predictions") and context.first_time("predictions"):
        expected = "annotations of raters; predictions are no judgments and are left out"
        yield FieldError("predictions", expected, "predictions").row(line, kept=True)


def _answers(annotation: Record, index: int) -> Iterator[AnnotatorsAnswer]:
    by = annotation.record_if_any("completed_by")
    rater = by.optional_identifier("id") if by is not None else annotation.optional_identifier("completed_by")
    for result in objects_in(annotation, "result")[0] if not annotation.missing("result") else ():
        if result.is_text("from_name"):
            yield AnnotatorsAnswer(rater, result.text("from_name"), _value(result), _moment(annotation), index)


def _value(result: Record) -> Any:
    """Left is what the control names first, which need not be the first response."""
    value = result.as_it_is().get("value")
    inner = result.record_if_any("value")
    names = result.text("to_name").split(",") if result.is_text("to_name") else []
    if inner is None or len(names) != len(_SIDES) or not inner.is_text("selected"):
        return value
    selected = inner.text("selected")
    is_known = selected in _SIDES and all(named_side(name) is not None for name in names)
    return names[_SIDES.index(selected)] if is_known else selected


def _moment(annotation: Record) -> datetime | None:
    try:
        return annotation.optional_moment("created_at")
    except FieldError:
        return None


def _flat(line: int, record: Record, context: Context) -> Iterator[Row | RowError]:
    by = record.record_if_any("annotator")
    rater = by.optional_identifier("id") if by is not None else record.optional_identifier_or_blank("annotator")
    values = {name: value for name, value in record.as_it_is().items() if name not in _OWN and record.says(name)}
    shown = _shown(record.names(), values)
    read = read_of(shown)
    answers = [
        AnnotatorsAnswer(rater, name, value, _moment(record))
        for name, value in values.items()
        if name not in read and (len(shown.names()) == len(values) or not shown.has(name))
    ]
    yield from rows_of_task(line, AnnotatedTask(_TOOL, "row", shown, about(Record(values)), answers), context)


def _shown(names: list[str], values: dict[str, Any]) -> Record:
    """What raters saw stands before the id of the task; where columns are in the order of the alphabet it may be any."""
    before = names[: names.index("id")] if "id" in names and names != sorted(names) else []
    return Record({name: values[name] for name in before if name in values} or values)


def _recognises(beginning: Beginning) -> bool:
    element = beginning.element
    if element is None:
        return set(header_of(beginning.text)) >= _OF_A_FLAT_ROW
    if element.record_if_any("data") is not None and element.list_if_any("annotations") is not None:
        return True
    return set(element.names()) >= _OF_A_FLAT_ROW


READER = Reader(
    name="label_studio",
    label="Label Studio",
    help="JSON, JSON-MIN or CSV: a prompt with two responses and what raters preferred as judgments given elsewhere; conversations and prompts.",
    section="Argilla and Label Studio",
    recognises=_recognises,
    rows=_rows,
    propose=proposing(Options(SubjectPolicy.CONVERSATION)),
    names_subjects=False,
    place=2,
)
