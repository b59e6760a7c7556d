"""LongMemEval: each question with the sessions that a memory of the person would rest on."""

from collections.abc import Iterator

from conversations.formats.context import Context
from conversations.formats.fields import FieldError, Record
from conversations.formats.json_elements import rows_of_elements, with_fields
from conversations.formats.limits import MAX_NAME_CHARACTERS
from conversations.formats.reader import Reader
from conversations.formats.rows import CaseRow, ConversationRow, PromptRow, Row, RowError
from conversations.formats.turns import transcript


def _rows(line: int, record: Record, context: Context) -> Iterator[Row | RowError]:
    subject = record.identifier("question_id")
    names = [name for name in record.list("haystack_session_ids", optional=True) if isinstance(name, str)]
    for index, session in enumerate(record.list("haystack_sessions")):
        path = f"haystack_sessions[{index}]"
        try:
            said = transcript(_listed(session, path), path)
        except FieldError as error:
            yield error.row(line)
            continue
        name = names[index] if index < len(names) else f"session-{index + 1}"
        yield ConversationRow(line=line, subject=subject, conversation=name, turns=said.turns)
        yield from (problem.row(line, kept=True) for problem in said.problems)
    topic = record.optional_text("question_type", MAX_NAME_CHARACTERS) or ""
    yield PromptRow(line=line, prompt=subject, text=record.text("question"), topic=topic)
    yield CaseRow(line=line, subject=subject, prompt=subject)


def _listed(session: object, path: str) -> list[object]:
    if not isinstance(session, list):
        raise FieldError(path, "a list of messages", "something else")
    return session


READER = Reader(
    name="longmemeval",
    label="LongMemEval",
    help="Questions with their haystack sessions: each question is a subject, its sessions are conversations, the question is a prompt.",
    section="Datasets of research",
    recognises=with_fields("question_id", "haystack_sessions"),
    rows=rows_of_elements(_rows),
)
