"""What the texts of two responses give away, as documented rules (docs/generation.md). Pure: no ORM, no model.

Uploaded and generated responses go through the same scans.
"""

import re
from collections.abc import Iterable, Sequence

LEAK_RULES = 1  # raise it when other texts are held than before

# Words of products and makers that a response uses to name its own author.
MODEL_NAMES = (
    "anthropic",
    "chatgpt",
    "claude",
    "command r",
    "deepseek",
    "gemini",
    "gemma",
    "google ai",
    "gpt",
    "grok",
    "llama",
    "mistral",
    "openai",
    "qwen",
    "smollm",
)
_SHORTEST_NAME = 4
_EXCERPT = 80

# A phrase that only a text with knowledge about its reader can hold. Said as what the admin reads.
_LEAKS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (reason, re.compile(pattern, re.IGNORECASE))
    for reason, pattern in (
        (
            "names a profile of the reader",
            (
                r"\b(?:based on|according to|given|considering|from|looking at) (?:your|the user'?s) "
                r"(?:user )?(?:profile|history|past (?:conversations?|chats?|messages)|previous (?:conversations?|chats?|"
                r"messages)|earlier (?:conversations?|chats?|messages)|preferences|background|attributes|interests)\b"
            ),
        ),
        (
            "refers to something the reader said before",
            (
                r"\b(?:as|like|since) you(?:'ve| have)? (?:told|mentioned|said|shared|noted|described|asked)\b"
                r"|\byou(?:'ve| have)? (?:previously|earlier|already|once) (?:told|mentioned|said|shared|noted|asked)\b"
                r"|\byou(?:'ve| have)? (?:told|mentioned|said|shared)(?: to)?(?: me)? (?:before|earlier|previously|"
                r"last time|in (?:the past|our))\b"
            ),
        ),
        (
            "claims to remember or know the reader",
            (
                r"\bI (?:remember|recall|know|understand|see) (?:that )?you(?:'re|'ve| are| have| like| love| prefer| work"
                r"| live| enjoy)\b|\bknowing (?:that )?you(?:'re|'ve| are| have| like| prefer)\b"
                r"|\b(?:our|your) (?:previous|past|earlier|last) (?:conversations?|chats?|discussions?)\b"
            ),
        ),
        (
            "addresses the reader as one of a kind",
            (
                r"\bas an? [\w-]+(?: [\w-]+){0,3} (?:like|such as) you(?:rself)?\b"
                r"|\b(?:for|to) (?:an? )?[\w-]+(?: [\w-]+){0,2} like you(?:rself)?\b"
                r"|\b(?:since|because|given that|as) you(?:'re| are) an? [\w-]+"
            ),
        ),
        (
            "says that it is personalized",
            (
                r"\b(?:personali[sz]ed|tailored|customi[sz]ed) (?:(?:response|answer|advice|recommendations?|suggestions?) )?"
                r"(?:for|to|just for) you\b|\bthe (?:user|person)'s (?:attributes|profile)\b|\battributes? (?:provided|given)\b"
            ),
        ),
    )
)

_OF_PERSONALIZED, _OF_GENERIC = "Personalized text", "Generic text"
_WORD = re.compile(r"[^\W_]+")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_MENTION_SHARE = 0.6
_STOP_TEXT = (
    "a about also an and are as at be been being both but by can do does for from had has have he her hers his i in "
    "into is it its likes like may more most much of often on or other over own prefers prefer she should so some "
    "such than that the their them they this to user users uses use very was were what when which who will with "
    "would you your interested interest enjoys enjoy wants want subject person"
)
_STOP_WORDS = frozenset(_STOP_TEXT.split())


def leak_reasons(text: str, *, names: Iterable[str] = ()) -> list[str]:
    """Why a rater who reads the text would know which one it is or who wrote it; empty when nothing was found."""
    found = [f"{reason}: “{_excerpt(match.group())}”" for reason, pattern in _LEAKS if (match := pattern.search(text))]
    return found + [f"names a model: “{name}”" for name in _names_in(text, names)]


def pair_leak_reasons(*, generic: str, personalized: str, names: Iterable[str] = ()) -> list[str]:
    """The reasons of both texts of a comparison, each with the text it was found in."""
    names = tuple(names)
    return [f"{_OF_PERSONALIZED} {reason}" for reason in leak_reasons(personalized, names=names)] + [
        f"{_OF_GENERIC} {reason}" for reason in leak_reasons(generic, names=names)
    ]


def kinds_at_fault(reasons: Iterable[str]) -> list[str]:
    """Which of the two texts the reasons of a comparison were found in; both where they don't say."""
    starts = {"generic": _OF_GENERIC, "personalized": _OF_PERSONALIZED}
    reasons = list(reasons)
    found = [kind for kind, start in starts.items() if any(reason.startswith(start) for reason in reasons)]
    return found or list(starts)


def is_identical(generic: str, personalized: str) -> bool:
    """Whether two texts look the same on the page: white space between words does not count."""
    return generic.split() == personalized.split()


def mentions(attribute: str, response: str) -> bool:
    """Whether the response names the attribute: 60 % of its content words occur in two neighbouring sentences.

    Words are compared by a crude stem, an attribute without content words is never mentioned.
    """
    wanted = _stems(attribute)
    if not wanted:
        return False
    sentences = [_stems(sentence) for sentence in _SENTENCE.split(response)]
    needed = max(1, round(_MENTION_SHARE * len(wanted)))
    return any(len(wanted & window) >= needed for window in _windows(sentences))


def _windows(sentences: Sequence[frozenset[str]]) -> Iterable[frozenset[str]]:
    for position, sentence in enumerate(sentences):
        yield sentence | (sentences[position + 1] if position + 1 < len(sentences) else frozenset())


def _stems(text: str) -> frozenset[str]:
    words = (word.casefold() for word in _WORD.findall(text))
    return frozenset(stem(word) for word in words if word not in _STOP_WORDS)


def stem(word: str) -> str:
    for ending in ("ings", "ing", "ies", "ers", "er", "ed", "es", "s", "y", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def _names_in(text: str, names: Iterable[str]) -> list[str]:
    candidates = {*MODEL_NAMES, *(name.casefold() for name in names if len(name) >= _SHORTEST_NAME)}
    folded = text.casefold()
    return sorted(name for name in candidates if re.search(rf"(?<!\w){re.escape(name)}(?!\w|-?free)", folded))


def _excerpt(text: str) -> str:
    return text if len(text) <= _EXCERPT else text[:_EXCERPT] + "…"
