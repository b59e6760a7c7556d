"""Stage 1 of people who wrote a lot, for ``benchmarks/rater_loop.py --stage 1 --long``: how long a page takes and what is sent.

Cold: nobody was shown that person before, by a server that has served others. Warm: the best of two more raters on the same
pages. "Compressed": as it was sent where the server compresses, else by gzip afterwards.
"""

import gzip
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from accounts.models import User
from benchmarks import loop_material
from benchmarks.loop_client import LoopRater
from conversations.enums import Origin
from conversations.hashing import text_hash, turns_hash
from conversations.models import Attribute, Conversation, Stage, Study, Subject, System
from conversations.services.studies import create_study
from judgments.work.opening import open_stage

PEOPLE = 5  # of a shape: a first page and four next ones
ATTRIBUTES = 8
QUOTED = 60  # characters
HEAD = [
    "subject",
    "page",
    "cold ms",
    "warm ms",
    "bytes sent",
    "compressed",
    "CPU ms a page, cold and warm: server + PostgreSQL",
]


@dataclass(frozen=True, slots=True)
class LongShape:
    name: str
    conversations: int
    words: int  # of each


SMALL = LongShape("one conversation of 2 turns", 1, 120)
SHAPES = (LongShape("60 conversations, 68,000 words", 60, 1140), LongShape("one conversation of 300 turns", 1, 18_000))


@dataclass(frozen=True, slots=True)
class Seen:
    milliseconds: float
    sent: int
    compressed: int


def long_stage(shape: LongShape, owner: User) -> Stage:
    study = create_study(user=owner, title=f"Loop: {shape.name}", k=3)
    system = System.objects.create(study=study, name="assistant")
    for number in range(1, PEOPLE + 1):
        _person(study, system, shape, number)
    stage = study.stages.get(number=1)
    open_stage(stage=stage, actor=None, now=timezone.now())
    return stage


def _person(study: Study, system: System, shape: LongShape, number: int) -> None:
    subject = Subject.objects.create(study=study, external_id=f"s{number}", number=number, origin=Origin.SYNTHETIC)
    talks = Conversation.objects.bulk_create(_talk(subject, shape.words, at) for at in range(shape.conversations))
    Attribute.objects.bulk_create(_attribute(subject, system, talks, at) for at in range(ATTRIBUTES))


def _talk(subject: Subject, words: int, number: int) -> Conversation:
    turns = loop_material.conversation(words, 1000 * subject.number + number)
    return Conversation(
        subject=subject,
        turns=turns,
        content_hash=turns_hash((turn["role"], turn["content"]) for turn in turns),
        turn_count=len(turns),
        character_count=sum(len(turn["content"]) for turn in turns),
        title=turns[0]["content"][:80],
    )


def _attribute(subject: Subject, system: System, talks: Sequence[Conversation], number: int) -> Attribute:
    text = f"{loop_material.STATEMENTS[number % len(loop_material.STATEMENTS)]} ({number})"
    talk = talks[number * 7 % len(talks)]
    turn = (number * 11 % talk.turn_count) // 2 * 2  # one of the subject's own
    quote = talk.turns[turn]["content"][:QUOTED]
    place = {"conversation": talk.pk, "turn": turn, "quote": quote, "start": 0, "end": len(quote), "state": "exact"}
    return Attribute(subject=subject, system=system, text=text, content_hash=text_hash(text), evidence=[place])


async def pages(rater: LoopRater) -> list[Seen]:
    """The first page and those after it, of a rater who has arrived."""
    seen = [await _timed(rater, rater.open, "GET")]
    while len(seen) < PEOPLE:
        seen.append(await _timed(rater, rater.judge, "POST"))
    rater.close()
    return seen


async def _timed(rater: LoopRater, ask: Callable[[], Coroutine[Any, Any, None]], method: str) -> Seen:
    begun = time.perf_counter()
    await ask()
    milliseconds, body = 1000 * (time.perf_counter() - begun), rater.last[method]
    return Seen(milliseconds, rater.sent, rater.sent if rater.sent < len(body) else len(gzip.compress(body)))


def rows(shape: LongShape, cpu: str, cold: Sequence[Seen], *warm: Sequence[Seen]) -> list[list[str]]:
    """One for the first page, one for the dearest of those after it. ``cpu`` is of all of them."""
    kinds = {"first": slice(0, 1), "next": slice(1, None)}
    return [
        [
            shape.name,
            name,
            f"{max(seen.milliseconds for seen in cold[some]):.0f}",
            f"{min(max(seen.milliseconds for seen in one[some]) for one in warm):.0f}",
            f"{max(seen.sent for seen in cold[some]):,}",
            f"{max(seen.compressed for seen in cold[some]):,}",
            cpu,
        ]
        for name, some in kinds.items()
    ]
