"""How the wrong side of a control comes about (docs/generation.md, Controls). Pure: the same study gives the same controls."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

_SIMILAR = 0.25  # of the length, up or down
_NEAREST = 3
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"')\]]*\s+|\n+")
_MOST_KEPT, _LEAST_KEPT = 2 / 3, 1 / 3
# A whole number that stands alone: not a part of a date, a decimal, a version or a word, and not an amount of money.
_NUMBER = re.compile(r"(?<![\w.,:/$€£-])[1-9]\d{0,3}(?![\w:/%-]|[.,]\d)")
_TIMES = 10
_YES_OR_NO = re.compile(r"^(yes|no)(?=[,.!:;\s])", re.IGNORECASE)
_ASKED_FOR_YES_OR_NO = re.compile(
    r"^(?:is|are|was|were|do|does|did|can|could|should|would|will|has|have|may|am)\b[^?]*\?\s*$", re.IGNORECASE
)
_WITHOUT = re.compile(r"\bwithout (?:any )?(\w+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class AnsweredPrompt:
    """A generic response and the prompt that it answers."""

    key: int
    prompt: str
    text: str


@dataclass(frozen=True, slots=True)
class Wrong:
    text: str
    rule: str


def obvious(answer: AnsweredPrompt, others: Sequence[AnsweredPrompt], *, seed: int) -> Wrong | None:
    """The response to another prompt: drawn from those of similar length (a quarter up or down), or else the nearest."""
    said = {" ".join(answer.text.split()), ""}
    found = [one for one in others if one.prompt.split() != answer.prompt.split()]
    found = [one for one in found if " ".join(one.text.split()) not in said]
    if not found:
        return None
    length = len(answer.text)
    similar = [one for one in found if abs(len(one.text) - length) <= _SIMILAR * length]
    nearest = sorted(found, key=lambda one: (abs(len(one.text) - length), one.key))[:_NEAREST]
    chosen = min(similar or nearest, key=lambda one: _rank(seed, f"obvious:{answer.key}:{one.key}"))
    return Wrong(chosen.text, f"the response to the prompt of case {chosen.key}")


def damaged(answer: AnsweredPrompt, *, seed: int) -> Wrong | None:
    """The text with its last third cut off or, for about half of those where that can be done, with a fact reversed."""
    cut, reverse = cut_off(answer.text), reversed_fact(answer)
    prefers_reversed = int(_rank(seed, f"damaged:{answer.key}")[:8], 16) % 2 == 0
    return (reverse if prefers_reversed else None) or cut or reverse


def cut_off(text: str) -> Wrong | None:
    """The longest part that ends with a sentence within the first two thirds; None where that leaves less than a third."""
    whole = text.strip()
    ends = [match.start() for match in _SENTENCE_END.finditer(whole) if match.start() <= _MOST_KEPT * len(whole)]
    kept = whole[: max(ends)].rstrip() if ends else ""
    return Wrong(kept, "last third cut off") if len(kept) >= max(1, _LEAST_KEPT * len(whole)) else None


def reversed_fact(answer: AnsweredPrompt) -> Wrong | None:
    """A fact that the prompt states and the response repeats, turned round; None unless exactly one rule applies."""
    found = [wrong for rule in (_other_number, _other_answer, _with) if (wrong := rule(answer)) is not None]
    return found[0] if len(found) == 1 else None


def _other_number(answer: AnsweredPrompt) -> Wrong | None:
    """The prompt's only number, ten times as large wherever the response says it."""
    stated = _NUMBER.findall(answer.prompt)
    if len(stated) != 1 or re.findall(r"\d+", answer.prompt) != stated or stated[0] not in _NUMBER.findall(answer.text):
        return None
    number = stated[0]
    instead = str(int(number) * _TIMES)
    text = _NUMBER.sub(lambda match: instead if match.group() == number else match.group(), answer.text)
    return Wrong(text, f"{number} said as {instead}")


def _other_answer(answer: AnsweredPrompt) -> Wrong | None:
    """A question for yes or no, answered with the other word."""
    said = _YES_OR_NO.match(answer.text)
    if said is None or not _ASKED_FOR_YES_OR_NO.match(answer.prompt.strip()):
        return None
    word = said.group()
    other = "no" if word.lower() == "yes" else "yes"
    other = other.upper() if word.isupper() else other.capitalize() if word[0].isupper() else other
    return Wrong(other + answer.text[said.end() :], f"{word} said as {other}")


def _with(answer: AnsweredPrompt) -> Wrong | None:
    """What the prompt wants to be without, the response is with."""
    stated = {word.lower() for word in _WITHOUT.findall(answer.prompt)}
    if len(stated) != 1:
        return None
    (word,) = stated
    text, count = re.subn(rf"\b(w)ithout (?:any )?({re.escape(word)})\b", r"\1ith \2", answer.text, flags=re.IGNORECASE)
    return Wrong(text, f"without {word} said as with it") if count else None


def _rank(seed: int, of: str) -> str:
    return hashlib.sha256(f"{seed}:{of}".encode()).hexdigest()
