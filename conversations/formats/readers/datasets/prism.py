"""PRISM: conversations in which people chose between models' replies, and what they said of themselves in its survey."""

from collections.abc import Iterator

from conversations.formats.context import Context
from conversations.formats.fields import FieldError, Record
from conversations.formats.json_elements import objects_in, rows_of_elements
from conversations.formats.limits import MAX_NAME_CHARACTERS
from conversations.formats.options import Options
from conversations.formats.reader import Beginning, Reader, proposing
from conversations.formats.rows import AttributeRow, ConversationRow, Row, RowError
from conversations.formats.statements import statements_of
from conversations.formats.turns import message_turns, said_turns

SURVEY = "PRISM survey"
_SAID = {"self_description": "self-description", "system_string": "stated preference"}


def _rows(line: int, record: Record, context: Context) -> Iterator[Row | RowError]:
    if record.has("conversation_history"):
        yield from _conversation(line, record)
    else:
        yield from _survey(line, record, context.options)


def _conversation(line: int, record: Record) -> Iterator[Row | RowError]:
    messages, problems = objects_in(record, "conversation_history")
    seen = [
        message for message in messages if not message.starts_with("role", "model") or message.is_marked("if_chosen")
    ]
    said = said_turns(seen, "conversation_history", message_turns)
    yield ConversationRow(
        line=line,
        subject=record.identifier("user_id"),
        conversation=record.optional_identifier("conversation_id"),
        turns=said.turns,
        model=next(
            (each.optional_text("model_name", MAX_NAME_CHARACTERS) for each in seen if each.is_text("model_name")), None
        ),
    )
    yield from (problem.row(line, kept=True) for problem in (*problems, *said.problems))
    if others := len(messages) - len(seen):
        found = f"{others} other repl{'y' if others == 1 else 'ies'}"
        expected = "the reply that was chosen; the conversation goes on with it"
        yield FieldError("conversation_history", expected, found).row(line, kept=True)


def _survey(line: int, record: Record, options: Options) -> Iterator[Row | RowError]:
    subject = record.identifier("user_id")
    for name, kind in _SAID.items():
        for statement in statements_of(record.optional_text_if_any(name) or ""):
            yield AttributeRow(line=line, subject=subject, text=statement, type=kind, system=options.system or SURVEY)


def _recognises(beginning: Beginning) -> bool:
    element = beginning.element
    if element is None:
        return False
    return element.has("conversation_history", "user_id") or element.has("self_description", "system_string", "user_id")


READER = Reader(
    name="prism",
    label="PRISM",
    help="conversations.jsonl with the replies that people chose, and survey.jsonl, whose own words become attributes.",
    section="Datasets of research",
    recognises=_recognises,
    rows=rows_of_elements(_rows),
    propose=proposing(Options(subject_field="user_id", system=SURVEY)),
)
