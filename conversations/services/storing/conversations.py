"""Conversations: the same turns twice in one subject are one conversation, and so is the same id, however often it is exported."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from conversations.enums import VersionState
from conversations.formats import ConversationRow, RowError
from conversations.handlers import Stored, problem
from conversations.models import Batch, Conversation, ConversationVersion, Subject
from conversations.services.storing.conversation_texts import ConversationText, text_of
from conversations.services.storing.subjects import ensure_subjects
from conversations.services.versions import in_use, is_beginning, known_texts, replace_text

_TITLE_LENGTH = 100

type Key = tuple[int, str]


@dataclass
class _Told:
    """What the rows of one chunk say of one conversation: its newest text, and on which line it stands."""

    line: int
    text: ConversationText
    others: list[tuple[int, ConversationText]] = field(default_factory=list)  # that neither begin it nor go on from it

    def add(self, line: int, text: ConversationText) -> None:
        if is_beginning(self.text.turns, text.turns):
            self.line, self.text = line, text
        elif not is_beginning(text.turns, self.text.turns):
            self.others.append((line, text))


def store_conversations(batch: Batch, rows: Sequence[ConversationRow]) -> Stored:
    subjects = ensure_subjects(batch, [row.subject for row in rows])
    named: dict[Key, _Told] = {}
    wanted: dict[Key, Conversation] = {}
    for row in rows:
        subject, text = subjects[row.subject], text_of(row)
        if row.conversation and (key := (subject.pk, row.conversation)) in named:
            named[key].add(row.line, text)
            continue
        if row.conversation:
            named[subject.pk, row.conversation] = _Told(row.line, text)
        conversation = _conversation(batch, subject, row, text)
        wanted.setdefault((subject.pk, text.content_hash), conversation)
    _with_newest_text(wanted, named)
    stored = _stored_by_name(named)
    problems, grown = _told_again(batch, named, stored)
    new = _new(wanted, stored)
    Conversation.objects.bulk_create(new, ignore_conflicts=True)
    problems += _others_of_new(batch, named, new)
    return Stored(new=len(new), known=len(rows) - len(new) - grown, grown=grown, problems=problems)


def _with_newest_text(wanted: dict[Key, Conversation], named: Mapping[Key, _Told]) -> None:
    for conversation in list(wanted.values()):
        told = named.get((conversation.subject_id, conversation.external_id))
        if told is not None and told.text.content_hash != conversation.content_hash:
            wanted.pop((conversation.subject_id, conversation.content_hash), None)
            for name in ("content_hash", "turns", "turn_count", "character_count"):
                setattr(conversation, name, getattr(told.text, name))
            wanted[conversation.subject_id, conversation.content_hash] = conversation


def _stored_by_name(named: Mapping[Key, _Told]) -> dict[Key, Conversation]:
    """The first stored of each name: there may be several from before a name was one conversation."""
    subjects, names = {subject for subject, _ in named}, {name for _, name in named}
    found = Conversation.objects.filter(subject__in=subjects, external_id__in=names).order_by("-pk")
    return {(one.subject_id, one.external_id): one for one in found}


def _new(wanted: Mapping[Key, Conversation], stored: Mapping[Key, Conversation]) -> list[Conversation]:
    """Neither their turns nor their name are there."""
    subjects, digests = {subject for subject, _ in wanted}, {digest for _, digest in wanted}
    found = Conversation.objects.filter(subject__in=subjects, content_hash__in=digests)
    known = set(found.values_list("subject_id", "content_hash"))
    return [one for key, one in wanted.items() if key not in known and (one.subject_id, one.external_id) not in stored]


def _told_again(
    batch: Batch, named: Mapping[Key, _Told], stored: Mapping[Key, Conversation]
) -> tuple[list[RowError], int]:
    """What becomes of texts whose conversation is stored: problems, and how many became longer."""
    again = {key: told for key, told in named.items() if key in stored}
    used = in_use(stored[key] for key, told in again.items() if told.text.content_hash != stored[key].content_hash)
    pks = [stored[key].pk for key in again]
    seen = known_texts(pks, [text.content_hash for told in again.values() for text in (told.text, *_texts(told))])
    problems: list[RowError] = []
    grown = 0
    for key, told in again.items():
        conversation = stored[key]
        for line, text in ((told.line, told.text), *told.others):
            if (conversation.pk, text.content_hash) in seen or is_beginning(text.turns, conversation.turns):
                continue
            if is_beginning(conversation.turns, text.turns) and conversation.pk not in used:
                replace_text(conversation, text, batch=batch)
                grown += 1
            else:
                problems.append(_left_to_choose(batch, conversation, text, line))
    return problems, grown


def _texts(told: _Told) -> list[ConversationText]:
    return [text for _line, text in told.others]


def _others_of_new(batch: Batch, named: Mapping[Key, _Told], new: Sequence[Conversation]) -> list[RowError]:
    """One file may tell a conversation twice, each time in another way."""
    told = {(one.subject_id, one.external_id): one for one in new if one.external_id}
    different = [(key, other) for key, each in named.items() if key in told for other in each.others]
    if not different:
        return []
    stored = _stored_by_name({key: named[key] for key, _other in different})
    return [_left_to_choose(batch, stored[key], text, line) for key, (line, text) in different if key in stored]


def _left_to_choose(batch: Batch, conversation: Conversation, text: ConversationText, line: int) -> RowError:
    ConversationVersion.objects.get_or_create(
        conversation=conversation,
        content_hash=text.content_hash,
        defaults={
            "batch": batch,
            "state": VersionState.WAITING,
            "turns": list(text.turns),
            "turn_count": text.turn_count,
            "character_count": text.character_count,
        },
    )
    if is_beginning(conversation.turns, text.turns):
        expected = "a conversation of which nothing is judged or extracted; the shorter one stays until you choose"
        found = f"the same one with {text.turn_count - conversation.turn_count} more turns"
    else:
        expected = "the turns that are stored under this id; they stay until you choose"
        found = "others"
    return problem(line, "conversation", expected, found)


def _conversation(batch: Batch, subject: Subject, row: ConversationRow, text: ConversationText) -> Conversation:
    return Conversation(
        subject=subject,
        batch=batch,
        external_id=row.conversation or "",
        content_hash=text.content_hash,
        turns=list(text.turns),
        turn_count=text.turn_count,
        character_count=text.character_count,
        title=_title(row),
        language=row.language or "",
        model=row.model or "",
        flags=dict(row.flags),
    )


def _title(row: ConversationRow) -> str:
    first = next((turn.content for turn in row.turns if turn.role == "user"), row.turns[0].content if row.turns else "")
    words = " ".join(first[: 4 * _TITLE_LENGTH].split())
    return words if len(words) <= _TITLE_LENGTH else words[:_TITLE_LENGTH].rstrip() + "…"
