"""Argilla's records: as its client writes them, as its API gives them, and as datasets of the Hub keep them in columns.

Answers stand by question (``responses``, version 2), by rater (version 1), or in columns (``question.responses`` beside
``question.responses.users``; of version 1 ``question`` beside ``question-suggestion``).
"""

from collections.abc import Iterator
from typing import Any

from conversations.formats.context import Context
from conversations.formats.fields import FieldError, Record
from conversations.formats.json_elements import objects_in, rows_of_elements
from conversations.formats.options import Options, SubjectPolicy
from conversations.formats.reader import Beginning, Reader, proposing
from conversations.formats.rows import Row, RowError

from .tasks import AnnotatedTask, about, rows_of_task
from .verdicts import AnnotatorsAnswer

_RESPONSES, _OF_VERSION_1 = ".responses", "-suggestion"
_SUGGESTIONS = (".suggestion", _OF_VERSION_1)
_OWN = frozenset(
    {"id", "_server_id", "external_id", "status", "inserted_at", "updated_at", "metadata", "vectors", "fields"}
    | {"responses", "suggestions", "dataset_id"}
)
type _Given = tuple[AnnotatorsAnswer, bool]  # and whether it was submitted


def _rows(line: int, record: Record, context: Context) -> Iterator[Row | RowError]:
    nested = record.record_if_any("fields")
    given = [*_by_question(record), *_by_rater(record), *_in_columns(record)]
    fields = nested if nested is not None else _fields_of_columns(record)
    task = AnnotatedTask(
        tool="Argilla",
        place="fields",
        fields=fields,
        about=about(_named(record), record.record_if_any("metadata"), fields),
        answers=[answer for answer, is_submitted in given if is_submitted],
        dropped=len({(answer.by, answer.question) for answer, is_submitted in given if not is_submitted}),
    )
    yield from rows_of_task(line, task, context)
    if _has_suggestions(record) and context.first_time("suggestions"):
        expected = "answers of raters; suggestions are no judgments and are left out"
        yield FieldError("suggestions", expected, "suggestions").row(line, kept=True)


def _named(record: Record) -> Record:
    """Its id is that of the conversation."""
    name = next((record.identifier(each) for each in ("external_id", "id") if not record.missing(each)), None)
    return Record({"conversation_id": name})


def _by_question(record: Record) -> Iterator[_Given]:
    responses = record.record_if_any("responses") or Record({})
    for question in responses.names():
        for each in objects_in(Record({question: responses.list(question)}), question)[0]:
            yield _given(each, question, each)


def _by_rater(record: Record) -> Iterator[_Given]:
    if record.list_if_any("responses") is None:
        return
    for each in objects_in(record, "responses")[0]:
        values = each.optional_record("values") or Record({})
        answered = [_given(each, question, values.record(question)) for question in values.names()]
        yield from answered or ([_given(each, "", Record({}))] if not _is_submitted(each) else [])


def _in_columns(record: Record) -> Iterator[_Given]:
    for name in record.names():
        if name.endswith(_RESPONSES) and record.list_if_any(name):
            users = record.list_if_any(f"{name}.users") or []
            states = record.list_if_any(f"{name}.status") or []
            for index, value in enumerate(record.list(name)):
                said = Record({"value": value, "user_id": _at(users, index), "status": _at(states, index)})
                yield _given(said, name.removesuffix(_RESPONSES), said)
    for question in _questions_of_version_1(record):
        for said in _objects(record, question):
            yield _given(said, question, said)


def _questions_of_version_1(record: Record) -> list[str]:
    return [name for name in record.names() if record.has(f"{name}{_OF_VERSION_1}")]


def _objects(record: Record, name: str) -> list[Record]:
    """A list of objects, or an object of lists, as tables keep it."""
    columns = record.record_if_any(name)
    if columns is None:
        return objects_in(record, name)[0] if record.list_if_any(name) else []
    lists = {each: columns.list_if_any(each) or [] for each in columns.names()}
    longest = max(map(len, lists.values()), default=0)
    return [Record({each: _at(values, index) for each, values in lists.items()}) for index in range(longest)]


def _at(values: list[Any], index: int) -> Any:
    return values[index] if index < len(values) else None


def _given(who: Record, question: str, said: Record) -> _Given:
    value = said.as_it_is().get("value")
    return AnnotatorsAnswer(who.optional_identifier("user_id"), question, value), _is_submitted(
        who
    ) and value is not None


def _is_submitted(response: Record) -> bool:
    """Those of version 2 may say nothing of it."""
    return response.missing("status") or response.text("status").casefold().endswith("submitted")


def _fields_of_columns(record: Record) -> Record:
    questions = _questions_of_version_1(record)
    return Record(
        {
            name: value
            for name, value in record.as_it_is().items()
            if name not in _OWN
            and name not in questions
            and not name.startswith("metadata.")
            and _RESPONSES not in name
            and not any(each in name for each in _SUGGESTIONS)
        }
    )


def _has_suggestions(record: Record) -> bool:
    if record.list_if_any("suggestions") or (record.record_if_any("suggestions") or Record({})).names():
        return True
    return any(name.endswith(_SUGGESTIONS) and not record.missing(name) for name in record.names())


def _recognises(beginning: Beginning) -> bool:
    element = beginning.element
    if element is None:
        return False
    if element.record_if_any("fields") is not None and (element.has("responses") or element.has("suggestions")):
        return True
    names = set(element.names())
    return any(
        (name.endswith(_RESPONSES) and f"{name}.users" in names)
        or (name.endswith(_OF_VERSION_1) and name.removesuffix(_OF_VERSION_1) in names and "metadata" in names)
        for name in names
    )


READER = Reader(
    name="argilla",
    label="Argilla",
    help="Records, or a dataset of the Hub: a prompt with two responses and what raters preferred as judgments given elsewhere; conversations and prompts.",
    section="Argilla and Label Studio",
    recognises=_recognises,
    rows=rows_of_elements(_rows),
    propose=proposing(Options(SubjectPolicy.CONVERSATION)),
    names_subjects=False,
    place=2,
)
