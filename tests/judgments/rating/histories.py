"""Histories of real size: as long as those of people who have used an assistant for a year."""

import random

from conversations.models import Conversation, Study
from tests.judgments.rating.long_material import fill

_SOUNDS = ["ba", "co", "de", "fi", "go", "lu", "ma", "ne", "pi", "ro", "sa", "tu"]


def prose(draw: random.Random, words: int, *, vocabulary: int = 2_000) -> str:
    """Words as often as people use them: a few all the time, most of them rarely."""
    known = [
        f"{_SOUNDS[n % 12]}{_SOUNDS[n // 12 % 12]}{_SOUNDS[n // 144 % 12]}"[: 2 + n % 6] for n in range(vocabulary)
    ]
    said = draw.choices(known, weights=[1 / (rank + 3) for rank in range(vocabulary)], k=words)
    return " ".join(f"{word}.\n\n" if place % 60 == 59 else word for place, word in enumerate(said))


def answer(draw: random.Random, words: int) -> str:
    points = "\n".join(f"- **{prose(draw, 2)}**: {prose(draw, words // 8)}" for _point in range(4))
    return f"{prose(draw, words // 2)}\n\n{points}"


def history(study: Study, *, conversations: int, turns: int, words: int) -> list[Conversation]:
    """So many conversations of so many turns; an assistant's turn has about so many words, the person's a fifth."""
    draw = random.Random(7)
    return fill(
        study,
        *(
            [
                {"role": "assistant", "content": answer(draw, words)}
                if turn % 2
                else {"role": "user", "content": prose(draw, words // 5)}
                for turn in range(turns)
            ]
            for _conversation in range(conversations)
        ),
    )


def sixty(study: Study) -> list[Conversation]:
    """68,000 words."""
    return history(study, conversations=60, turns=8, words=236)


def three_hundred_turns(study: Study) -> list[Conversation]:
    return history(study, conversations=1, turns=300, words=190)
