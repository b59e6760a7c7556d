"""What keeps two statements apart however alike they sound: rules for English, where vectors are blind. Pure.

"Likes tea" and "dislikes tea" have a cosine similarity of 0.77, "has a son" and "has a daughter" of 0.78: more than
most paraphrases. A merge that is wrong loses a statement, one that is missed only shows it twice; so any doubt keeps
two statements apart.
"""

import re
from functools import lru_cache

from conversations.meaning.families import FAMILIES, KIN
from conversations.scans import stem

# Of a subject with many statements each is looked at again and again.
_REMEMBERED = 4096
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_FRAME = re.compile(r"^(?:(?:the|this) )?(?:user|person|subject|they|he|she)\b(?:'s)?\s+", re.IGNORECASE)
_NUMBERS = {
    word: str(number)
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
    )
} | {"once": "1", "twice": "2", "single": "1", "dozen": "12"}
_NEGATIVE = re.compile(
    r"\b(?:not|no|never|neither|nor|none|nothing|cannot|without|lacks?|hardly|rarely|seldom|except|\w+n't|"
    r"dislik\w*|distrust\w*|disagre\w*|disinterest\w*|hat(?:es?|ed|ing)|avoid\w*|doubt\w*|refus\w*|reject\w*|oppos\w*|detest\w*|"
    r"unable|un(?:employed|married|interested|comfortable|familiar|sure|happy|willing|aware|satisfied)|"
    r"sceptical|skeptical|non|in(?:experienced|formal|dependent))\b",
    re.IGNORECASE,
)
_DIRECTION = re.compile(r"\b(?:to|from|into|than|over|by|rather|instead|versus|vs)\b", re.IGNORECASE)
# What of a statement's time and standing has to be the same.
_STANDINGS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?:used to|former\w*|previous\w*|once was|no longer|was|were|had|in the past|ex)\b",
        r"\b(?:quit\w*|stopp\w*|stops?|g(?:ave|ives?|iven|iving) up|ended|clos(?:ed|es|ing)|left)\b",
        r"\b(?:start\w*|began|begins?|beginning to|open(?:ed|s|ing)|found(?:ed|s)?|joined)\b",
        (
            r"\b(?:plans?|planning|planned|want(?:s|ed)? (?:to|an?)|try(?:ing)?|tries|hop(?:es|ing)|intend\w*|going to|"
            r"consider\w*|thinking (?:of|about)|would like|wish\w*|aspir\w*|saves? up|sav(?:es|ing) (?:money|up))\b"
        ),
        r"\b(?:moved)\b",
        r"\b(?:might|may|maybe|perhaps|possibly|probably|likely)\b",
        r"\b(?:only|sole|except)\b",
    )
)
_LITTLE = frozenset({"a", "an", "the", "in", "at", "on", "from", "into", "for", "by"})
_FILLERS = frozenset(
    word
    for row in (
        "a an and are as at be being by for from has have in is it its of on or s so that the their them",
        "they this to very with who user person likes like prefers prefer enjoys enjoy wants want uses",
        "use using does do",
    )
    for word in row.split()
)


def bare(text: str) -> str:
    """The statement without "The user", which all of them begin with and which makes all of them alike."""
    return _FRAME.sub("", text.strip().replace("\u2019", "'")).rstrip(" .") or text


def are_apart(one: str, other: str) -> bool:
    """Whether a rule says that two statements (``bare``) differ in what they claim."""
    return any(sign(one) != sign(other) for sign in _SIGNS) or _in_one_family(one, other) or _turned(one, other)


def is_substituted(one: str, other: str) -> bool:
    """Whether they are alike word by word but for one that is not the verb: "works as a nurse", "works as a doctor".

    Articles and places' little words don't count: "exercises in the gym", "exercises at home".
    """
    ones, others = ([word for word in text.casefold().split() if word not in _LITTLE] for text in (one, other))
    if ones == others:
        return one.casefold().split() != other.casefold().split()
    if len(ones) != len(others):
        return False
    places = [place for place, pair in enumerate(zip(ones, others, strict=True)) if pair[0] != pair[1]]
    return len(places) == 1 and places[0] > 0


def left_over(one: str, other: str) -> tuple[str, str]:
    """The words that only one of them has, but for those that say little."""
    ones, others = _content(one), _content(other)
    return (
        " ".join(word for known, word in ones.items() if known not in others),
        " ".join(word for known, word in others.items() if known not in ones),
    )


@lru_cache(_REMEMBERED)
def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text))


@lru_cache(_REMEMBERED)
def _content(text: str) -> dict[str, str]:
    lowered = [word.casefold() for word in _words(text)]
    return {stem(word): word for word in lowered if word not in _FILLERS}


@lru_cache(_REMEMBERED)
def _numbers(text: str) -> tuple[str, ...]:
    digits = re.findall(r"\d+(?:[.,]\d+)*", text)
    return tuple(sorted({*digits, *(_NUMBERS[word] for word in map(str.casefold, _words(text)) if word in _NUMBERS)}))


@lru_cache(_REMEMBERED)
def _is_negative(text: str) -> bool:
    return len(_NEGATIVE.findall(text)) % 2 == 1


@lru_cache(_REMEMBERED)
def _standing(text: str) -> tuple[bool, ...]:
    return tuple(bool(pattern.search(text)) for pattern in _STANDINGS)


@lru_cache(_REMEMBERED)
def _names(text: str) -> frozenset[str]:
    """Words with a capital that begin no statement: people, places, products."""
    return frozenset(word.casefold() for word in _words(text)[1:] if word[0].isupper() or word[1:] != word[1:].lower())


_SIGNS = (_numbers, _is_negative, _standing, _names)


@lru_cache(_REMEMBERED)
def _members(text: str) -> tuple[frozenset[int], ...]:
    words = {word.casefold() for word in _words(text)}
    return tuple(frozenset(n for n, side in enumerate(row) if side & words) for row in FAMILIES)


def _in_one_family(one: str, other: str) -> bool:
    """Whether each names a member of a family that the other does not, or one alone speaks of a relative."""
    ones, others = _members(one), _members(other)
    return bool(ones[KIN]) != bool(others[KIN]) or any(a - b and b - a for a, b in zip(ones, others, strict=True))


def _turned(one: str, other: str) -> bool:
    """Whether what they share stands in another order around a word of direction: "tea to coffee", "coffee to tea"."""
    if not _DIRECTION.search(one):
        return False
    shared = [known for known in _content(one) if known in _content(other)]
    return shared != [known for known in _content(other) if known in _content(one)]
