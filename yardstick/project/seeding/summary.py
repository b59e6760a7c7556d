"""``demo.txt`` of the state folder: what to open. Only its owner may read it, as a password is in it."""

import os
import re
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path

from django.conf import settings
from django.urls import reverse

from conversations.models import Study
from raters.models import EntryLink
from yardstick.project.seeding.studies import LINK

_PASSWORD = re.compile(r"^ +password +(\S+)$", re.MULTILINE)


def remembered_password(target: Path) -> str:
    """The one in the summary of the last start; empty where there is none."""
    try:
        found = _PASSWORD.search(target.read_text("utf-8"))
    except FileNotFoundError:
        return ""
    return found.group(1) if found else ""


def write(target: Path, *, username: str, password: str, studies: Sequence[Study]) -> None:
    """Replaced as a whole, so that nobody reads half of it."""
    draft = target.with_name(f".{target.name}-{secrets.token_hex(4)}")
    text = "\n".join(_lines(username, password, studies)) + "\n"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(target)


def _lines(username: str, password: str, studies: Sequence[Study]) -> Iterator[str]:
    yield "Admin"
    yield f"  {_address('login')}"
    yield f"  user      {username}"
    yield f"  password  {password}"
    for study in studies:
        yield ""
        yield f"{study.title}"
        yield f"  study     {_address('conversations:study', study.slug)}"
        for link in EntryLink.objects.filter(stage__study=study, label=LINK, closed_at=None).order_by("stage__number"):
            yield f"  stage {link.stage.number}   {_address('arrival:arrive', link.token)}"
    yield ""
    yield "API"
    yield f"  {_address('api-docs')}"


def _address(name: str, *arguments: object) -> str:
    return f"{settings.BASE_URL.rstrip('/')}{reverse(name, args=arguments)}"
