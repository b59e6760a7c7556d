"""What of a conversation changes when it is exported again: its turns, and what follows from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from conversations.formats import ConversationRow
from conversations.hashing import turns_hash


@dataclass(frozen=True, slots=True)
class ConversationText:
    content_hash: str
    turns: Sequence[Mapping[str, str]]
    turn_count: int
    character_count: int


def text_of(row: ConversationRow) -> ConversationText:
    return ConversationText(
        content_hash=turns_hash((turn.role, turn.content) for turn in row.turns),
        turns=[{"role": turn.role, "content": turn.content} for turn in row.turns],
        turn_count=len(row.turns),
        character_count=sum(len(turn.content) for turn in row.turns),
    )
