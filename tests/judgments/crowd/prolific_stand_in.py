"""What Prolific would say and be told: a server of our own, and the pages that lead there."""

import re
from dataclasses import dataclass, field

from django.test import Client
from django.utils import timezone

from judgments.crowd.sending import send_next_batch
from judgments.models import PlatformAct
from raters.models import EntryLink

NOW = timezone.now()
TOKEN = "token-of-the-researcher"
STUDY = "61000180997ce18e0cd801b3"


@dataclass
class Platform:
    """``statuses``: what the next calls are answered with, by the end of their path; 0 hangs up. Then 200."""

    url: str = ""
    calls: list[tuple[str, object, str]] = field(default_factory=list)
    statuses: dict[str, list[int]] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    cents_off: int = 0

    def said(self, end: str) -> list[object]:
        return [body for path, body, _token in self.calls if path.endswith(end)]


def address(link: EntryLink, kind: str) -> str:
    return f"/studies/{link.stage.study.slug}/crowd/{link.pk}/{kind}/send/"


def send(client: Client, link: EntryLink, kind: str) -> str:
    """Look, then agree to what was shown."""
    page = client.get(address(link, kind)).content.decode()
    shown = dict(re.findall(r'name="(arrivals|total)" value="([^"]*)"', page))
    extra = {"platform_study_id": STUDY} if kind == "bonus" else {}
    return client.post(address(link, kind), {**shown, **extra}, follow=True).content.decode()


def work(link: EntryLink, *, now=NOW) -> None:
    """What the worker does until nothing is left, or it is asked to wait."""
    while send_next_batch(study_id=link.stage.study_id, now=now):
        pass


def states(link: EntryLink) -> list[str]:
    return list(PlatformAct.objects.filter(arrival__entry_link=link).order_by("id").values_list("state", flat=True))
