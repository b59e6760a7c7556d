"""Conversations: the same turns twice in one subject are one conversation, whatever they are called."""

from collections.abc import Sequence

from conversations.formats import ConversationRow
from conversations.handlers import Stored
from conversations.hashing import turns_hash
from conversations.models import Batch, Conversation, Subject
from conversations.services.storing.subjects import ensure_subjects

_TITLE_LENGTH = 100


def store_conversations(batch: Batch, rows: Sequence[ConversationRow]) -> Stored:
    subjects = ensure_subjects(batch, [row.subject for row in rows])
    wanted: dict[tuple[int, str], Conversation] = {}
    for row in rows:
        conversation = _conversation(batch, subjects[row.subject], row)
        wanted.setdefault((conversation.subject_id, conversation.content_hash), conversation)
    known = set(
        Conversation.objects.filter(
            subject__in={subject_id for subject_id, _ in wanted}, content_hash__in={digest for _, digest in wanted}
        ).values_list("subject_id", "content_hash")
    )
    new = [conversation for key, conversation in wanted.items() if key not in known]
    Conversation.objects.bulk_create(new, ignore_conflicts=True)
    return Stored(new=len(new), known=len(rows) - len(new))


def _conversation(batch: Batch, subject: Subject, row: ConversationRow) -> Conversation:
    return Conversation(
        subject=subject,
        batch=batch,
        external_id=row.conversation or "",
        content_hash=turns_hash((turn.role, turn.content) for turn in row.turns),
        turns=[{"role": turn.role, "content": turn.content} for turn in row.turns],
        turn_count=len(row.turns),
        character_count=sum(len(turn.content) for turn in row.turns),
        title=_title(row),
        language=row.language or "",
        model=row.model or "",
        flags=dict(row.flags),
    )


def _title(row: ConversationRow) -> str:
    first = next((turn.content for turn in row.turns if turn.role == "user"), row.turns[0].content if row.turns else "")
    words = " ".join(first[: 4 * _TITLE_LENGTH].split())
    return words if len(words) <= _TITLE_LENGTH else words[:_TITLE_LENGTH].rstrip() + "…"
