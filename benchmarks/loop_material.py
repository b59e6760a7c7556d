"""Texts for benchmarks/rater_loop.py, made up here: pairs of 1,500 characters with the Markdown that models write.

``{mark}`` stands where each text gets a number of its own, so that no two pages of a study hold the same text.
"""

import itertools
import random

MARK = "{mark}"
LENGTH = 1500  # characters of a response, once its mark is put in
TEMPLATES = 64  # different texts of each kind

_ABOUT = ("a packed lunch", "a first garden", "a short talk", "a used bicycle", "a rainy weekend", "a small budget")
_WHO = (
    "someone who starts early",
    "a family of four",
    "a patient beginner",
    "a person with little room",
    "a careful reader",
)
_ACTS = (
    "weigh the dry parts first and write the numbers down",
    "leave twenty minutes between two steps",
    "ask a neighbour what worked last year",
    "keep the receipts in one envelope",
    "try the hardest part while it is still light",
    "say the main point in one sentence",
    "put aside a third for what nobody foresees",
    "check the brakes before the paint",
)  # fmt: skip
_WHY = (
    "it saves a second trip",
    "the result is easier to compare",
    "little mistakes show before they cost anything",
    "you can stop there and go on tomorrow",
    "the rest follows from it",
)
STATEMENTS = (
    "Cooks with weights, never with cups",
    "Takes the six o'clock train to work",
    "Grows tomatoes on a balcony",
    "Repairs bicycles for friends",
    "Prefers short answers with numbers",
    "Is learning Portuguese",
)


def prompts() -> list[str]:
    return [_prompt(random.Random(f"prompt {number}")) for number in range(TEMPLATES)]


def responses(kind: str) -> list[str]:
    return [_response(random.Random(f"{kind} {number}")) for number in range(TEMPLATES)]


def said(statement: str) -> str:
    """How a person says what a statement holds, so that evidence can be found in it."""
    return f"Just so you know, {statement[0].lower()}{statement[1:]}: that is me."


def conversation(words: int, number: int) -> list[dict[str, str]]:
    """About so many words in turns of some sixty, the subject's and the assistant's in alternation."""
    chance, turns = random.Random(f"conversation {number}"), max(2, words // 60)
    return [
        {"role": role, "content": " ".join(_sentence(chance, 15) for _ in range(4))}
        for _, role in zip(range(turns), itertools.cycle(("user", "assistant")), strict=False)
    ]


def _prompt(chance: random.Random) -> str:
    return f"I want to plan {chance.choice(_ABOUT)} for {chance.choice(_WHO)}. What should I do first? (No. {MARK})"


def _response(chance: random.Random) -> str:
    text = f"## Plan {MARK}\n\nFor **{chance.choice(_ABOUT)}** I would begin with what can't be changed later.\n\n"
    while len(text) < LENGTH:
        text += _part(chance)
    return text[: LENGTH - len("00000")].rstrip() + "\n"


def _part(chance: random.Random) -> str:
    items = [
        f"{number}. *{act.capitalize()}*, because {chance.choice(_WHY)}."
        for number, act in enumerate(chance.sample(_ACTS, 3), 1)
    ]
    table = f"| step | minutes |\n| --- | --- |\n| {chance.choice(_ACTS)} | {chance.randrange(5, 60)} |\n"
    return "\n".join(items) + f"\n\n> {_sentence(chance, 30)}\n\n{table}\n`total = {chance.randrange(99)}`\n\n"


def _sentence(chance: random.Random, words: int) -> str:
    """Of made-up words, the first of them frequent: as varied as people write, so that it compresses no better."""
    return " ".join(chance.choices(_VOCABULARY, cum_weights=_FREQUENCY, k=words)).capitalize() + "."


def _vocabulary(words: int) -> list[str]:
    chance = random.Random("vocabulary")
    syllables = [
        first + vowel + last for first in "bdfgklmnprstv" for vowel in "aeiou" for last in ("", "n", "r", "s", "t")
    ]
    return ["".join(chance.choices(syllables, k=1 + at % 4)) for at in range(words)]


_VOCABULARY = _vocabulary(6000)
_FREQUENCY = list(itertools.accumulate(1 / (at + 3) for at in range(len(_VOCABULARY))))
