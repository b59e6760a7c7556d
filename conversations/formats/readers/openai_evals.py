"""What OpenAI Evals gives back: output items of runs, rows of datasets, and the log of the open-source runner.

An answered item is a conversation; an item alone is a prompt. Grades are no judgments of raters here and are reported once.
"""

from collections.abc import Iterator
from typing import Any

from conversations.formats.context import Context
from conversations.formats.conversation_rows import conversation_and_problems
from conversations.formats.fields import FieldError, Record
from conversations.formats.items import message_list
from conversations.formats.json_elements import rows_of_elements
from conversations.formats.limits import MAX_NAME_CHARACTERS
from conversations.formats.options import Options, SubjectPolicy
from conversations.formats.reader import Beginning, Reader, proposing
from conversations.formats.rows import PromptRow, Row, RowError
from conversations.formats.turns import transcript

_ITEMS = ("datasource_item", "item")
_QUESTIONS = ("input", "question", "prompt", "query", "messages", "user_input", "text")
_GRADES = ("results", "grader_results", "scores", "grades")
# Lines of the open-source runner's log that hold no answer.
_EVENTS = frozenset({"match", "metrics", "cond_logp", "error", "raw_sample", "function_call"})


def _rows(line: int, record: Record, context: Context) -> Iterator[Row | RowError]:
    if record.has("spec") or record.has("final_report"):
        return
    if record.has("event_id", "type"):
        yield from _event(line, record, context)
        return
    item = next((each for each in map(record.record_if_any, _ITEMS) if each is not None), Record({}))
    sample = record.record_if_any("sample")
    answered = [] if sample is None else _answer(sample)
    if not answered:
        yield _prompt(line, record, item, sample or Record({}))
        yield from _grades(line, record, context)
        return
    asked = _asked(sample or Record({})) or _asked(item)
    about = _about(record, item, sample or Record({}))
    yield from conversation_and_problems(line, about, context, transcript([*asked, *answered], "sample"))
    yield from _grades(line, record, context)


def _event(line: int, record: Record, context: Context) -> Iterator[Row | RowError]:
    kind = record.text("type")
    if kind != "sampling":
        if kind in _EVENTS:
            yield from _told_once(line, "type", kind, context)
        return
    data = record.record("data")
    sampled = data.list_if_any("sampled") or [data.optional_text_if_any("sampled") or ""]
    answered = [{"role": "assistant", "content": each} for each in sampled[:1]]
    about = Record({"conversation_id": record.identifier("sample_id")})
    said = transcript([*_listed(data, "prompt"), *answered], "data")
    yield from conversation_and_problems(line, about, context, said)


def _about(record: Record, item: Record, sample: Record) -> Record:
    """What is known of the conversation beside its turns: its id and model, and the fields that may name a person."""
    name = next((each.identifier("id") for each in (record, item) if not each.missing("id")), None)
    model = (sample.optional_text_if_any("model") or "")[:MAX_NAME_CHARACTERS] or None
    metadata = (record.record_if_any("metadata") or Record({})).as_it_is()
    return Record({**item.as_it_is(), **metadata, "conversation_id": name, "model": model})


def _prompt(line: int, record: Record, item: Record, sample: Record) -> PromptRow:
    place = item if item.names() else record
    said = transcript(_asked(place) or _asked(sample), "item").turns
    name = next(
        (each.identifier(key) for each in (record, item) for key in ("id", "item_id") if not each.missing(key)), None
    )
    return PromptRow(line=line, prompt=name or f"item-{line}", text="\n\n".join(turn.content for turn in said))


def _asked(place: Record) -> list[Any]:
    name = next((each for each in _QUESTIONS if not place.missing(each)), None)
    return [] if name is None else _listed(place, name)


def _listed(place: Record, name: str) -> list[Any]:
    if place.is_text(name) and not place.text(name, blank=True).lstrip().startswith(("[", "{")):
        return [{"role": "user", "content": place.text(name, blank=True)}]
    return message_list(place, name)


def _answer(sample: Record) -> list[Any]:
    for name in ("output", "outputs", "output_text", "completion"):
        if not sample.missing(name):
            if sample.is_text(name):
                return [{"role": "assistant", "content": sample.text(name, blank=True)}]
            return message_list(sample, name)
    return []


def _grades(line: int, record: Record, context: Context) -> Iterator[RowError]:
    name = next((each for each in _GRADES if record.list_if_any(each) or record.record_if_any(each)), None)
    if name is not None:
        yield from _told_once(line, name, "grades", context)


def _told_once(line: int, field: str, found: str, context: Context) -> Iterator[RowError]:
    if context.first_time("grades of OpenAI Evals"):
        expected = "answers; grades are not judgments of raters and are left out (docs/from-openai-evals.md)"
        yield FieldError(field, expected, found).row(line, kept=True)


def _recognises(beginning: Beginning) -> bool:
    element = beginning.element
    if element is None:
        return False
    if element.starts_with("object", "eval.") or (element.has("run_id", "event_id") and element.has("sample_id")):
        return True
    if element.record_if_any("spec") is not None and element.record("spec").has("completion_fns"):
        return True
    return any(element.record_if_any(name) is not None for name in _ITEMS) and set(element.names()) <= _KNOWN


_KNOWN = {
    *_ITEMS,
    *_GRADES,
    "sample",
    "id",
    "item_id",
    "object",
    "status",
    "run_id",
    "eval_id",
    "created_at",
    "metadata",
}

READER = Reader(
    name="openai_evals",
    label="OpenAI Evals",
    help="Output items of runs, rows of datasets, or the log of the open-source runner: answered items are conversations, items alone prompts.",
    section="OpenAI Evals",
    recognises=_recognises,
    rows=rows_of_elements(_rows),
    propose=proposing(Options(SubjectPolicy.CONVERSATION)),
    names_subjects=False,
)
