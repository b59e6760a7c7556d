"""Which statements about one person say the same: by meaning where they are English, else by their words."""

import re
from collections.abc import Callable, Sequence
from functools import cached_property

from conversations.meaning import THRESHOLD
from conversations.meaning.contrasts import are_apart, bare, is_substituted, left_over
from conversations.meaning.encoder import Vectors, embed

# For words that stand in one another's place: "movies" and "films" are closer than "nurse" and "doctor".
_SAME_WORD = 0.75
# Of the content words of both together, shared.
_SAME_WORDS = 0.8
_ASCII = 0.95
_WORD = re.compile(r"[^\W_]+")
_FILLERS = frozenset({"a", "an", "and", "in", "is", "of", "person", "the", "their", "they", "to", "user", "with"})
# Words of statements that are words of no other language that is written with these letters, or rarely.
_ENGLISH = frozenset(
    word
    for row in (
        "the is are has have had of with and for about their they who to not does doesn't don't from",
        "user's user likes like prefers prefer enjoys enjoy loves dislikes hates wants needs uses works",
        "lives plays speaks owns drives writes reads learns teaches studies drinks eats asks interested",
        "learning studying looking working living using trying preparing planning attends avoids",
        "believes can collects commutes cooks develops earns fears follows knows often practices",
        "practises raises rents resides runs seeks sells shows supports tends trusts usually values",
        "volunteers watches worries",
    )
    for word in row.split()
)

_FOREIGN = frozenset(
    word
    for row in (
        "el la los las un una es y en le les une et est der die das und ist ein eine einen nicht mit il",
        "lo gli di che per o os uma um em het een van niet met de del du des que se su mag gern hat",
        "tiene",
    )
    for word in row.split()
)


def are_english(texts: Sequence[str]) -> list[bool]:
    """Which of a person's statements are in the language that rules and model know. In doubt not.

    One whose words may be of any language goes by the others: people are mostly described in one language.
    """
    spoken = [_words_of(text) for text in texts]
    surely = [bool(words & _ENGLISH) for words in spoken]
    mostly = 2 * sum(surely) >= len(texts)
    return [
        bool(words) and (sure or (mostly and not words & _FOREIGN)) for words, sure in zip(spoken, surely, strict=True)
    ]


def _words_of(text: str) -> frozenset[str]:
    """Empty where it is written with other letters."""
    letters = [letter for letter in text if letter.isalpha()]
    if sum(letter.isascii() for letter in letters) < _ASCII * len(letters):
        return frozenset()
    return frozenset(re.findall(r"[a-z']+", text.casefold().replace("\u2019", "'")))


type Embed = Callable[[Sequence[str]], Vectors]


class Statements:
    """Statements about one person, to be compared two by two. Vectors are made when the first two need them.

    Without a threshold they are compared by their words only. ``embed`` gives vectors of unit length.
    """

    def __init__(self, texts: Sequence[str], *, threshold: float | None = THRESHOLD, embed: Embed = embed) -> None:
        self._embed = embed
        self._texts = [bare(text) for text in texts]
        self._threshold = threshold
        self._english = are_english(texts)
        self._words = [_content(text) for text in texts]

    def same(self, one: int, other: int) -> bool:
        """Whether the statements at two positions say the same."""
        texts = self._texts[one], self._texts[other]
        if texts[0] == texts[1]:
            return True
        if are_apart(*texts):
            return False
        return _overlap(self._words[one], self._words[other]) >= _SAME_WORDS or self._same_meaning(one, other)

    def _same_meaning(self, one: int, other: int) -> bool:
        if self._threshold is None or not (self._english[one] and self._english[other]):
            return False
        if float(self._vectors[one] @ self._vectors[other]) < self._threshold:
            return False
        texts = self._texts[one], self._texts[other]
        return not is_substituted(*texts) or _are_synonyms(*left_over(*texts))

    @cached_property
    def _vectors(self) -> Vectors:
        return self._embed(self._texts)


def _are_synonyms(one: str, other: str) -> bool:
    if not (one and other):
        return False
    vectors = embed([one, other])
    return float(vectors[0] @ vectors[1]) >= _SAME_WORD


def _content(text: str) -> frozenset[str]:
    words = frozenset(word.casefold() for word in _WORD.findall(text))
    return words - _FILLERS or words


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    together = one | other
    return len(one & other) / len(together) if together else 1.0
