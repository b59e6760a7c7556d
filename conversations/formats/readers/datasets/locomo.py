"""LoCoMo: two people who talk over many sessions, and questions about what they said."""

import re
from collections.abc import Iterator

from conversations.formats.context import Context
from conversations.formats.fields import FieldError, Record
from conversations.formats.json_elements import objects_in, rows_of_elements, with_fields
from conversations.formats.parts import IMAGE, bounded
from conversations.formats.reader import Reader
from conversations.formats.rows import CaseRow, ConversationRow, PromptRow, Row, RowError, Turn
from conversations.formats.turns import said_turns

_SESSION = re.compile(r"session_(\d+)")


def _rows(line: int, record: Record, context: Context) -> Iterator[Row | RowError]:
    conversation = record.record("conversation")
    speaker = conversation.text("speaker_a")
    sample = record.optional_identifier("sample_id") or f"sample-{line}"
    subject = f"{sample} {speaker}"
    for name in sorted(
        filter(_SESSION.fullmatch, conversation.names()), key=lambda each: int(each.removeprefix("session_"))
    ):
        try:
            yield from _session(line, conversation, name, speaker, subject)
        except FieldError as error:
            yield error.row(line)
    for number, question in enumerate(record.records("qa", optional=True), start=1):
        prompt = f"{sample} question {number}"
        yield PromptRow(line=line, prompt=prompt, text=question.text("question"))
        yield CaseRow(line=line, subject=subject, prompt=prompt)


def _session(line: int, conversation: Record, name: str, speaker: str, subject: str) -> Iterator[Row | RowError]:
    messages, problems = objects_in(conversation, name)
    said = said_turns(messages, conversation.at(name), lambda message: _turns(message, speaker))
    yield ConversationRow(line=line, subject=subject, conversation=name, turns=said.turns)
    yield from (problem.row(line, kept=True) for problem in (*problems, *said.problems))


def _turns(message: Record, speaker: str) -> list[Turn]:
    """The other person stands where the assistant does; a picture is named."""
    picture = IMAGE if message.has("img_url") or message.has("blip_caption") else ""
    text = "\n".join(filter(None, [picture, message.optional_text("text") or ""]))
    role = "user" if message.text("speaker") == speaker else "assistant"
    return [Turn(role, bounded(text, message.at("text")))] if text.strip() else []


def _is_sample(record: Record) -> bool:
    return record.record("conversation").has("speaker_a", "speaker_b")


READER = Reader(
    name="locomo",
    label="LoCoMo",
    help="Two people over many sessions: the first speaker is the subject, sessions are conversations, questions are prompts.",
    section="Datasets of research",
    recognises=with_fields("conversation", and_looks=_is_sample),
    rows=rows_of_elements(_rows),
)
