"""Material as long as it may be, and what a page opens of it."""

import re
import uuid
from html import unescape

from django.test import Client
from django.urls import reverse

from conversations.models import (
    Attribute,
    Conversation,
    Response,
    Study,
    Subject,
)
from judgments.models import Assignment

MOST_BYTES = 2_000_000
TABLE = "|" * 61 + "\n" + "|-" * 60 + "|\n" + "|\n" * 1_900


def fill(study: Study, *conversations: list[dict[str, str]]) -> list[Conversation]:
    """The one subject said this; no attribute points anywhere yet."""
    subject = Subject.objects.get(study=study)
    subject.conversations.all().delete()
    Attribute.objects.filter(subject=subject).update(evidence=[])
    return Conversation.objects.bulk_create(
        Conversation(
            subject=subject,
            content_hash=uuid.uuid4().hex,
            turns=turns,
            turn_count=len(turns),
            character_count=sum(len(turn["content"]) for turn in turns),
            title=f"Conversation {number}",
        )
        for number, turns in enumerate(conversations)
    )


def turns(*texts: str, role: str = "user") -> list[dict[str, str]]:
    return [{"role": role, "content": text} for text in texts]


def opened(client: Client, html: str) -> str:
    """The page after everything on it has been opened, one after the other, as the module does it."""
    while found := re.search(r'<span class="rest" data-rest="([^"]*)"[^>]*>.*?</span>\n?', html):
        answer = client.get(unescape(found[1]))
        assert answer.status_code == 200
        assert len(answer.content) < MOST_BYTES
        html = html[: found.start()] + answer.text + html[found.end() :]
    return html


def texts_of(html: str) -> list[str]:
    return [
        unescape(re.sub("<[^>]*>", "", text))
        for text in re.findall(r'<div class="turn__text[^"]*" dir="auto">(.*?)</div>\s*</div>', html, re.DOTALL)
    ]


def long_responses(study: Study) -> tuple[str, str]:
    generic, personalized = "generic <words> and so on\n" * 12_000, 'personal "words" and\nso forth ' * 9_000
    Response.objects.filter(case__subject__study=study, kind="generic").update(text=generic)
    Response.objects.filter(case__subject__study=study, kind="personalized").update(text=personalized)
    return generic, personalized


def responses_on(html: str, texts: tuple[str, str]) -> list[str]:
    """Left and right, put together from their pieces."""
    shown = [unescape(piece) for piece in re.findall(r'<div class="as-written">(.*?)</div>', html, re.DOTALL)]
    other = next(text for text in texts if not shown[0].startswith(text[:7]))
    right = next(number for number, piece in enumerate(shown) if piece.startswith(other[:7]))
    return ["".join(shown[:right]), "".join(shown[right:])]


def rest(client: Client, **asked: str | bytes | int):
    assignment = Assignment.objects.select_related("stage__study").get()
    where = [assignment.stage.study.slug, assignment.stage.number, assignment.pk]
    return client.get(reverse("judgments:material", args=where), asked)
