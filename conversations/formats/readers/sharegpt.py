"""ShareGPT's rows: turns of from and value, or pairs of what a human and an assistant said."""

from collections.abc import Iterator
from dataclasses import replace

from conversations.formats.context import Context
from conversations.formats.conversation_rows import conversation_and_problems
from conversations.formats.fields import FieldError, Record
from conversations.formats.html_texts import is_html, text_of_html
from conversations.formats.items import is_pair, message_list
from conversations.formats.json_elements import first, holds, rows_of_elements, turns_in
from conversations.formats.options import Options, SubjectPolicy
from conversations.formats.parts import bounded
from conversations.formats.reader import Beginning, Reader, proposing
from conversations.formats.rows import Row, RowError, Turn
from conversations.formats.turns import SaidTurns, check_size, transcript

_LISTS = ("conversations", "conversation", "items")
_TURN_FIELDS = ("from", "value", "role", "content")


def _rows(line: int, record: Record, context: Context) -> Iterator[Row | RowError]:
    name = next((name for name in _LISTS if record.has(name)), _LISTS[0])
    if _has_pairs(record, name):
        said = _pairs(record, name)
    else:
        said = transcript(message_list(record, name), record.at(name), "from", "value")
    turns = tuple(map(_without_html, said.turns))
    yield from conversation_and_problems(line, record, context, replace(said, turns=turns))


def _without_html(turn: Turn) -> Turn:
    """Older copies of the page hold the page's markup."""
    return replace(turn, content=text_of_html(turn.content)) if is_html(turn.content) else turn


def _pairs(record: Record, name: str) -> SaidTurns:
    turns: list[Turn] = []
    problems: list[FieldError] = []
    for pair in record.records(name):
        for field, role in (("human", "user"), ("assistant", "assistant")):
            try:
                text = bounded(pair.optional_text(field) or "", pair.at(field))
            except FieldError as error:
                problems.append(error)
                continue
            if text.strip():
                turns.append(Turn(role, text))
    check_size(len(turns), sum(len(turn.content) for turn in turns), name)
    if not turns:
        raise problems[0] if problems else record.error(name, "at least one turn with text")
    return SaidTurns(tuple(turns), tuple(problems))


def _has_pairs(record: Record, name: str) -> bool:
    return holds(lambda each: _is_pair(first(each, name)), record)


def _is_pair(element: Record | None) -> bool:
    return element is not None and element.has("human", "assistant")


def _recognises(beginning: Beginning) -> bool:
    element = beginning.element
    if element is None:
        return False
    is_list = element.has("conversations") and holds(_looks_like_turns, element)
    is_old_list = element.has("items") and holds(turns_in("items", "from"), element)
    return is_list or is_old_list or any(element.has(name) and _has_pairs(element, name) for name in _LISTS)


def _looks_like_turns(element: Record) -> bool:
    """The list may be columns of a table, or either written as a text; an empty one is a row without turns."""
    listed = message_list(element, "conversations")
    if listed and is_pair(listed[0]):
        return True
    turn = Record.of(next((each for each in listed if isinstance(each, dict)), listed[0])) if listed else None
    return turn is None or any(turn.has(field) for field in _TURN_FIELDS)


READER = Reader(
    name="sharegpt",
    label="ShareGPT",
    help="{conversations: [{from, value}]}. Carries no user id: say what one subject is.",
    section="ShareGPT",
    recognises=_recognises,
    rows=rows_of_elements(_rows),
    propose=proposing(Options(SubjectPolicy.CONVERSATION)),
    names_subjects=False,
    holds_conversations_only=True,
)
