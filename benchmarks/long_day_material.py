"""The study that benchmarks/long_day.py plays: as long as a rater's day is. Django must be set up."""

import random
import uuid
from itertools import batched
from typing import Any

from django.utils import timezone

from benchmarks.long_day_texts import PROMPT, SAID, STATEMENTS, answer, talk
from conversations.models import Attribute, Conversation, Response, Study, Subject
from judgments.work.opening import open_stage
from tests import factories

TALKS = 60  # conversations of a subject, some 68,000 words together
LONG_TURNS = 300  # of one conversation
WORDS = 1640  # of a response
GIVEN = 4  # attributes of a case, which stage 3 asks about one by one
RATERS = 6  # who may judge a page: two without a browser, one with, and some to look


def long_study(*, pages: int) -> Study:
    """Each stage has at least so many pages; at stage 1 subjects with 60 conversations and with one of 300 turns take turns."""
    study = factories.study(title="A long day")
    for number in range(pages):
        person = factories.subject(study)
        talks = _long_talk(person, number) if number % 2 else _many_talks(person, number)
        known = Attribute.objects.bulk_create(_statement(person, at, talks) for at in range(len(STATEMENTS)))
        case = factories.case(person, factories.prompt(study, text=PROMPT.format(years=10 + number)))
        made = factories.comparison(case, known[:GIVEN], text=answer(2 * number, words=WORDS))
        Response.objects.filter(pk=made.generic_id).update(text=answer(2 * number + 1, words=WORDS))
    for number in (1, 2, 3):
        open_stage(stage=factories.stage(study, number, k=RATERS), actor=None, now=timezone.now())
    return study


def words_of(study: Study) -> list[int]:
    """Words of all conversations of each subject."""
    found = []
    for person in Subject.objects.filter(study=study).order_by("id"):
        turns = (turn for talk in person.conversations.all() for turn in talk.turns)
        found.append(sum(len(turn["content"].split()) for turn in turns))
    return found


def _many_talks(person: Subject, seed: int) -> list[Conversation]:
    """Every fifth holds one of the quotes."""
    chance = random.Random(seed)
    quotes = {5 * at + 2: [quote] for at, quote in enumerate(SAID)}
    said = [talk(chance, turns=8, words=130, quotes=quotes.get(number, [])) for number in range(TALKS)]
    return _stored(person, said)


def _long_talk(person: Subject, seed: int) -> list[Conversation]:
    return _stored(person, [talk(random.Random(seed), turns=LONG_TURNS, words=55, quotes=SAID)])


def _stored(person: Subject, said: list[list[dict[str, str]]]) -> list[Conversation]:
    rows = [
        Conversation(
            subject=person,
            content_hash=uuid.uuid4().hex,
            turns=turns,
            turn_count=len(turns),
            character_count=sum(len(turn["content"]) for turn in turns),
            title=" ".join(turns[0]["content"].split()[:9]),
        )
        for turns in said
    ]
    return [each for some in batched(rows, 20, strict=False) for each in Conversation.objects.bulk_create(some)]


def _statement(person: Subject, number: int, talks: list[Conversation]) -> Attribute:
    return Attribute(
        subject=person, system=factories.system(person.study), text=STATEMENTS[number], content_hash=uuid.uuid4().hex,
        reason="Says so when asking for a plan, and comes back to it twice.", evidence=_evidence(SAID[number], talks),
    )  # fmt: skip


def _evidence(quote: str, talks: list[Conversation]) -> list[dict[str, Any]]:
    return [
        {
            "conversation": talk.pk,
            "turn": at,
            "quote": quote,
            "start": start,
            "end": start + len(quote),
            "state": "exact",
        }
        for talk in talks
        for at, turn in enumerate(talk.turns)
        if (start := turn["content"].find(quote)) >= 0
    ]
