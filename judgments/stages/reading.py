"""How much of a person's conversations a page of stage 1 gives to read: the rule, and what it comes to for a task."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from conversations.enums import ReadingKind
from conversations.models import Stage
from judgments.order import drawn

# English has five letters and a space; conversations are stored with their length in characters, whatever the language.
CHARACTERS_PER_WORD = 6
# Facts of the rules in force, by the names that the report's words know.
READING, OTHERS_DRAWN, WORDS_TO_READ = "reading", "others_drawn", "words_to_read"
_IN_WORDS = {
    ReadingKind.ALL: "whole history",
    ReadingKind.DRAWN: "conversations with evidence, and others by chance",
    ReadingKind.WORDS: "conversations with evidence, and others by chance up to a number of words",
}
_MOST_IS = {ReadingKind.DRAWN: OTHERS_DRAWN, ReadingKind.WORDS: WORDS_TO_READ}


@dataclass(frozen=True, slots=True)
class ReadingRule:
    kind: ReadingKind = ReadingKind.ALL
    most: int = 0  # of other conversations, or of words in all; nothing where all is read

    @property
    def name(self) -> str:
        return f"{self.kind.value}:{self.most}"

    @property
    def most_is(self) -> str:
        """The setting, and the fact, that ``most`` is; empty where all is read."""
        return _MOST_IS.get(self.kind, "")

    @property
    def facts(self) -> dict[str, Any]:
        said: dict[str, Any] = {READING: _IN_WORDS[self.kind]}
        return said | ({self.most_is: self.most} if self.most_is else {})


def rule_of(stage: Stage) -> ReadingRule:
    """The stage's setting now."""
    kind = ReadingKind(stage.reading)
    return ReadingRule(kind, getattr(stage, _MOST_IS[kind]) if kind in _MOST_IS else 0)


def rule_in(facts: Mapping[str, Any]) -> ReadingRule:
    """The rule that is among these facts; before it was stored all was read."""
    kind = next((kind for kind, words in _IN_WORDS.items() if words == facts.get(READING)), ReadingKind.ALL)
    most = facts.get(_MOST_IS.get(kind, ""), 0)
    return ReadingRule(kind, most if type(most) is int else 0)


def chosen(
    lengths: Mapping[int, int], evidence: Collection[int], rule: ReadingRule, *, seed: int, task_id: int
) -> list[int]:
    """The conversations that a task gives to read, in no order: those with evidence, then others as they are drawn.

    ``lengths`` has the characters of each conversation by its id. One that is too long for what is left of the words is
    passed over, so that the budget is kept unless evidence alone exceeds it.
    """
    if rule.kind == ReadingKind.ALL:
        return list(lengths)
    found = [conversation for conversation in lengths if conversation in evidence]
    others = drawn(lengths.keys() - set(found), seed=seed, task_id=task_id)
    if rule.kind == ReadingKind.DRAWN:
        return found + others[: rule.most]
    left = rule.most * CHARACTERS_PER_WORD - sum(lengths[each] for each in found)
    for each in others:
        if lengths[each] <= left:
            found.append(each)
            left -= lengths[each]
    return found
