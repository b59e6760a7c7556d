"""Files on their way: a large one comes in pieces, and a connection that breaks costs the last of them."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4, uuid5

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Sum
from django.template.defaultfilters import filesizeformat

from accounts.models import User
from accounts.refusals import Refusal
from conversations.models import StagedUpload, Study

PIECE_BYTES = 4 * 1024 * 1024
KEPT_FOR = timedelta(days=1)  # what nobody goes on with
MOST_OF_A_USER = 4  # times the largest upload, in all


_FILES = UUID("0d3f0b52-5c0e-4a57-9d0a-0f5a2f2b7c11")  # names of ours, in which keys are made


class StagingRefused(Refusal):
    """The file can't be taken, or this piece of it. The message says why."""


@transaction.atomic
def begin(*, study: Study, user: User, filename: str, size: int, mark: str, now: datetime) -> StagedUpload:
    """A place for the file, before any of it is sent. The same file of the same user goes on where it broke off.

    ``mark`` tells files of one name and size apart; without one nothing is gone on with.

    Raises:
        StagingRefused: it is larger than uploads may be, or too much of this user's is on its way.
    """
    if not 0 < size <= settings.UPLOAD_MAX_BYTES:
        limit = filesizeformat(settings.UPLOAD_MAX_BYTES)
        raise StagingRefused(f"A file of 1 byte to {limit} can be uploaded. Cut it, or use manage.py import_batch.")
    key = _key(study, user, filename, size, mark)
    known = StagedUpload.objects.select_for_update().filter(key=key).first()
    if known is not None:
        return known
    held = StagedUpload.objects.filter(uploaded_by=user).aggregate(all=Sum("size"))["all"] or 0
    if held + size > MOST_OF_A_USER * settings.UPLOAD_MAX_BYTES:
        raise StagingRefused("Too much of yours is on its way already: finish it, or wait a day.")
    staged = StagedUpload(key=key, study=study, uploaded_by=user, filename=filename[-255:], size=size, touched_at=now)
    staged.file.save("piece", ContentFile(b""), save=False)
    staged.save()
    return staged


def _key(study: Study, user: User, filename: str, size: int, mark: str) -> UUID:
    if not mark:
        return uuid4()
    return uuid5(_FILES, json.dumps([study.pk, user.pk, filename, size, mark]))


@transaction.atomic
def append(*, staged: StagedUpload, offset: int, piece: bytes, now: datetime) -> StagedUpload:
    """The piece that stands at ``offset``; one that is stored already changes nothing.

    Raises:
        StagingRefused: a piece before it is missing, or it is longer than the file.
    """
    found = StagedUpload.objects.select_for_update().get(pk=staged.pk)
    if offset > found.received or offset + len(piece) > found.size:
        raise StagingRefused(f"The next piece begins at byte {found.received} of {found.size}.")
    if offset + len(piece) <= found.received:
        return found
    with Path(found.file.path).open("r+b") as file:
        file.seek(offset)
        file.write(piece)
    found.received, found.touched_at = offset + len(piece), now
    found.save(update_fields=["received", "touched_at"])
    return found


def whole_file(staged: StagedUpload) -> "UploadedFile[bytes]":
    """To be received as any upload.

    Raises:
        StagingRefused: some of it is still missing.
    """
    if staged.received < staged.size:
        raise StagingRefused(f"The file is not here yet: {staged.received} of {staged.size} bytes.")
    return UploadedFile(Path(staged.file.path).open("rb"), name=staged.filename, size=staged.size)


def discard(staged: StagedUpload) -> None:
    storage, name = staged.file.storage, staged.file.name or ""
    staged.delete()
    transaction.on_commit(lambda: storage.delete(name))


def sweep(now: datetime) -> int:
    """Take away what nobody went on with; returns how many."""
    old = list(StagedUpload.objects.filter(touched_at__lt=now - KEPT_FOR).order_by("pk")[:500])
    for staged in old:
        discard(staged)
    return len(old)
