"""Material that runs work on, and runs that are done in this process."""

import hashlib
from typing import Any

from django.utils import timezone

from conversations.enums import Origin, Policy
from conversations.models import Attribute, Case, Comparison, Conversation, Prompt, Study, Subject, System
from generation.item_production import produce_item
from generation.kinds.responses.configuration import ResponsesConfiguration
from generation.kinds.responses.start import start_responses
from generation.models import Endpoint, Run
from generation.services import announcing
from tests.generation import provider as server

TURNS = [
    {"role": "user", "content": "I'm a nurse in Leeds, working nights. How do I cook pasta?"},
    {"role": "assistant", "content": "Boil it in salted water."},
    {"role": "user", "content": "Please use metric units."},
]


def add_subject(study: Study, number: int = 1, *, turns: list[dict[str, str]] | None = None) -> Subject:
    subject = Subject.objects.create(study=study, external_id=f"s{number}", number=number, origin=Origin.ILLUSTRATIVE)
    add_conversation(subject, turns or TURNS)
    return subject


def add_conversation(subject: Subject, turns: list[dict[str, str]]) -> Conversation:
    digest = hashlib.sha256(repr((subject.pk, turns)).encode()).hexdigest()
    characters = sum(len(turn["content"]) for turn in turns)
    return Conversation.objects.create(
        subject=subject,
        content_hash=digest,
        turns=turns,
        turn_count=len(turns),
        character_count=characters,
        title=turns[0]["content"][:50],
    )


def add_case(subject: Subject, text: str = "How do I cook pasta?") -> Case:
    digest = hashlib.sha256(text.encode()).hexdigest()
    prompt, _ = Prompt.objects.get_or_create(
        study=subject.study, external_id=digest[:8], defaults={"text": text, "content_hash": digest}
    )
    return Case.objects.create(subject=subject, prompt=prompt)


def add_attribute(subject: Subject, text: str, *, confidence: float = 0.8, system: System | None = None) -> Attribute:
    if system is None:
        system, _ = System.objects.get_or_create(study=subject.study, name="Uploaded", version="")
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Attribute.objects.create(
        subject=subject, system=system, text=text, content_hash=digest, confidence=confidence
    )


def all_given(**values: Any) -> ResponsesConfiguration:
    """Responses that need nothing before them but attributes."""
    return ResponsesConfiguration(**{"policy": Policy.ALL, **values})


def produce_all(run: Run, *, worker: str = "test") -> None:
    """What workers do, in this process: every due item, once."""
    for item_id in announcing.announce_items(endpoint_id=run.endpoint_id, now=timezone.now()):
        produce_item(item_id=item_id, worker=worker)


def hold_one(study: Study, endpoint: Endpoint, provider: server.Provider) -> Comparison:
    """A comparison whose responses tell which one is personalized."""
    subject = add_subject(study)
    add_attribute(subject, "The user is a nurse.")
    add_case(subject)
    provider.script = lambda request, number: server.Reply(f"As you told me, {number}.")
    produce_all(start_responses(study=study, endpoint=endpoint, configuration=all_given(), now=timezone.now()))
    return Comparison.objects.get()
