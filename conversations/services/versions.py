"""The same conversation exported again. It counts once: the longer one takes the place of its beginning, or a person chooses."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import User
from accounts.refusals import Refusal
from accounts.services import record
from conversations.enums import StageState, VersionState
from conversations.evidence import Transcript, is_found_by_search
from conversations.models import Attribute, Batch, Conversation, ConversationVersion, Stage, Study
from conversations.services.storing.conversation_texts import ConversationText

type Turns = Sequence[Mapping[str, str]]


class VersionRefused(Refusal):
    """The choice can't be made any more. The message says why."""


def is_beginning(shorter: Turns, longer: Turns) -> bool:
    return len(shorter) <= len(longer) and list(longer[: len(shorter)]) == list(shorter)


def in_use(conversations: Iterable[Conversation]) -> set[int]:
    """Of which something was judged or extracted: evidence that somebody gave points into them, a run wrote attributes of
    their subject, or attributes of it are judged."""
    found = {conversation.pk: conversation.subject_id for conversation in conversations}
    if not found:
        return set()
    opened = Stage.objects.filter(study__subjects__in=set(found.values()), number=1).exclude(state=StageState.DRAFT)
    attributes = Attribute.objects.filter(subject__in=set(found.values()))
    judged = Q(subject__study__in=opened.values("study"))
    subjects = set(attributes.filter(judged | Q(batch=None)).values_list("subject", flat=True))
    used: set[int] = set()
    for evidence in attributes.values_list("evidence", flat=True).iterator(chunk_size=500):
        used |= {pointer["conversation"] for pointer in evidence if not is_found_by_search(pointer)} & found.keys()
    return used | {pk for pk, subject in found.items() if subject in subjects}


def replace_text(conversation: Conversation, text: ConversationText, *, batch: Batch | None) -> None:
    """The text takes the place of the stored one, which is kept: undoing the batch brings it back."""
    ConversationVersion.objects.update_or_create(
        conversation=conversation,
        content_hash=conversation.content_hash,
        defaults={
            "batch": batch,
            "state": VersionState.FORMER,
            "turns": conversation.turns,
            "turn_count": conversation.turn_count,
            "character_count": conversation.character_count,
        },
    )
    _write(conversation, text)


def _write(conversation: Conversation, text: ConversationText) -> None:
    conversation.content_hash, conversation.turns = text.content_hash, list(text.turns)
    conversation.turn_count, conversation.character_count = text.turn_count, text.character_count
    conversation.save(update_fields=["content_hash", "turns", "turn_count", "character_count"])


def waiting_versions(study: Study) -> QuerySet[ConversationVersion]:
    found = ConversationVersion.objects.filter(conversation__subject__study=study, state=VersionState.WAITING)
    return found.select_related("conversation__subject", "batch").order_by("pk")


@transaction.atomic
def choose(*, study: Study, version_id: int, take: bool, actor: User, now: datetime) -> ConversationVersion:
    """Take the other text, or leave it out. Evidence is found again in a text that does not go on where the stored one ends.

    Raises:
        VersionRefused: somebody chose before.
    """
    Study.objects.select_for_update(no_key=True).get(pk=study.pk)
    version = waiting_versions(study).filter(pk=version_id).first()
    if version is None:
        raise VersionRefused("Somebody has chosen already.")
    conversation = version.conversation
    if take:
        before = conversation.turns
        text = ConversationText(version.content_hash, version.turns, version.turn_count, version.character_count)
        replace_text(conversation, text, batch=None)
        if not is_beginning(before, version.turns):
            _locate_again(conversation)
    version.state = VersionState.TAKEN if take else VersionState.DECLINED
    version.decided_by, version.decided_at = actor, now
    version.save(update_fields=["state", "decided_by", "decided_at"])
    record(
        actor=actor,
        action=f"conversation.version.{'take' if take else 'leave'}",
        study_id=study.pk,
        target=f"conversation {conversation.pk}",
    )
    return version


def _locate_again(conversation: Conversation) -> None:
    transcript = Transcript(conversation.turns)
    for attribute in Attribute.objects.filter(subject=conversation.subject_id).iterator(chunk_size=200):
        moved = [_moved(pointer, conversation.pk, transcript) for pointer in attribute.evidence]
        if moved != attribute.evidence:
            Attribute.objects.filter(pk=attribute.pk).update(evidence=moved)


def _moved(pointer: dict[str, Any], conversation: int, transcript: Transcript) -> dict[str, Any]:
    if pointer["conversation"] != conversation:
        return pointer
    found = transcript.locate(pointer["turn"], pointer["quote"] or None, elsewhere=True)
    return pointer | {"turn": found.turn, "start": found.start, "end": found.end, "state": found.state.value}


def why_not_taken_back(batch: Batch) -> str:
    """What came later on a conversation that the batch made longer; empty if nothing did."""
    grown = [version.conversation for version in _former(batch)]
    if in_use(grown):
        return "conversations that it made longer were judged or extracted since"
    later = ConversationVersion.objects.filter(conversation__in=grown, state=VersionState.FORMER)
    newest: dict[int, int] = defaultdict(int)
    for version in later.values_list("conversation", "pk"):
        newest[version[0]] = max(newest[version[0]], version[1])
    ours = dict(_former(batch).values_list("conversation", "pk"))
    return "another batch made its conversations longer still" if any(newest[pk] > ours[pk] for pk in ours) else ""


def take_back(batch: Batch) -> None:
    """The former texts stand again where the batch replaced them, and what waits for a choice goes."""
    for version in _former(batch):
        text = ConversationText(version.content_hash, version.turns, version.turn_count, version.character_count)
        _write(version.conversation, text)
    ConversationVersion.objects.filter(batch=batch).delete()


def _former(batch: Batch) -> QuerySet[ConversationVersion]:
    return ConversationVersion.objects.filter(batch=batch, state=VersionState.FORMER).select_related("conversation")


def grown_by(batch: Batch) -> int:
    return _former(batch).count()


def known_texts(conversations: Iterable[int], digests: Iterable[str]) -> set[tuple[int, str]]:
    """Texts of conversations that were seen before, whatever became of them; those that wait are told again."""
    found = ConversationVersion.objects.filter(conversation__in=conversations, content_hash__in=digests)
    return set(found.exclude(Q(state=VersionState.WAITING)).values_list("conversation", "content_hash"))
