"""Files into a study, once: what was imported before is not read again."""

import hashlib
from io import BytesIO

from django.core.files import File
from django.utils import timezone

from accounts.models import User
from conversations.enums import BatchState, Origin
from conversations.formats import Format, Options
from conversations.models import Batch, Study
from conversations.services import batches, importing


def import_once(
    *,
    study: Study,
    content: batches.Upload,
    name: str,
    origin: Origin,
    user: User,
    format: Format | None = None,  # noqa: A002 - what it is called everywhere
    options: Options | None = None,
) -> Batch:
    known = Batch.objects.filter(study=study, sha256=_sha256(content)).exclude(state=BatchState.UNDONE).first()
    batch = known or batches.receive(
        study=study, file=content, filename=name, origin=origin, user=user, format=format, options=options
    )
    if batch.state != BatchState.DONE:
        importing.import_batch(batch_id=batch.pk, now=timezone.now())
        batch.refresh_from_db()
    return batch


def in_memory(content: bytes) -> batches.Upload:
    file = File(BytesIO(content))
    file.size = len(content)
    return file


def _sha256(content: batches.Upload) -> str:
    digest = hashlib.sha256()
    content.seek(0)
    for chunk in content.chunks():
        digest.update(chunk)
    return digest.hexdigest()
