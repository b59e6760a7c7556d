"""Whose conversation a row is: the field, the conversation or the file that the uploader named."""

import hashlib
from collections.abc import Iterable, Sequence

from .fields import FieldError, Record, identifier
from .options import Options, SubjectPolicy
from .rows import Turn

SUBJECT_FIELDS = ("user_id", "subject", "subject_id", "user", "participant_id", "hashed_ip", "session_id")


def subject_of(
    record: Record, options: Options, conversation: str | None, turns: Sequence[Turn], default_field: str | None = None
) -> str:
    if options.subject_policy is SubjectPolicy.FILE:
        return file_subject(options)
    if options.subject_policy is SubjectPolicy.CONVERSATION:
        return conversation or content_name(turns)
    return field_subject(record, options.subject_field or default_field)


def file_subject(options: Options) -> str:
    if not options.file_subject.strip():
        raise FieldError("subject", "an id for the one subject of this file, stated at upload", "none")
    return identifier(options.file_subject, "subject")


def field_subject(record: Record, name: str | None) -> str:
    if not name:
        raise FieldError(
            "subject", "what one subject is, stated at upload: the file, each conversation, or a field", "nothing"
        )
    if record.has(name):
        return record.identifier(name)
    *parents, last = name.split(".")
    inner = record
    for parent in parents:
        if inner.missing(parent):
            raise FieldError(name, "the field that names the subject", "no such field")
        inner = inner.record(parent)
    return inner.identifier(last)


def content_name(turns: Sequence[Turn]) -> str:
    """An id for a conversation that has none: the same text gets the same one, whatever its place in the file."""
    digest = hashlib.sha256()
    for part in _parts(turns):
        digest.update(len(part).to_bytes(8) + part)
    return f"conversation-{digest.hexdigest()[:24]}"


def _parts(turns: Sequence[Turn]) -> Iterable[bytes]:
    for turn in turns:
        yield turn.role.encode()
        yield turn.content.encode()
