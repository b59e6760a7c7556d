"""Google Takeout's activity of Gemini: what was asked, with the answer as HTML. An activity is one exchange."""

from collections.abc import Iterator

from conversations.formats.context import Context
from conversations.formats.fields import FieldError, Record
from conversations.formats.html_texts import text_of_html
from conversations.formats.json_elements import rows_of_elements, with_fields
from conversations.formats.options import Options, SubjectPolicy
from conversations.formats.parts import bounded
from conversations.formats.reader import Reader, proposing
from conversations.formats.rows import ConversationRow, Row, RowError, Turn
from conversations.formats.subjects import subject_of

# The first word of an activity's title, in the language of the account; what follows is what was asked.
_ASKED = ("Prompted ", "Said ", "Asked ", "Eingegebener Prompt: ", "Requête : ", "Petición: ", "Richiesta: ")


def _rows(line: int, record: Record, context: Context) -> Iterator[Row | RowError]:
    title = record.text("title")
    beginning = next((each for each in _ASKED if title.startswith(each)), None)
    if beginning is None:
        raise FieldError("title", "what was asked (“Prompted ...”)", title.split(" ", 1)[0][:40])
    answers = [each.optional_text("html") or "" for each in record.records("safeHtmlItem", optional=True)]
    answer = text_of_html("\n".join(answers))
    turns = [Turn("user", bounded(title[len(beginning) :], "title"))]
    if answer.strip():
        turns.append(Turn("assistant", bounded(answer, "safeHtmlItem")))
    moment = record.optional_text("time")
    subject = subject_of(record, context.options, moment, turns)
    yield ConversationRow(line=line, subject=subject, conversation=moment, turns=tuple(turns))


def _is_gemini(record: Record) -> bool:
    return record.is_text("title") and (record.starts_with("header", "Gemini") or record.starts_with("header", "Bard"))


READER = Reader(
    name="gemini_takeout",
    label="Gemini (Google Takeout)",
    help="MyActivity.json of Gemini in a Google Takeout: each activity is one exchange; usually one file is one subject.",
    section="Exports of other chats",
    recognises=with_fields("header", "title", and_looks=_is_gemini),
    rows=rows_of_elements(_rows),
    propose=proposing(Options(SubjectPolicy.FILE)),
    names_subjects=False,
    holds_conversations_only=True,
)
