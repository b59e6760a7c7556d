"""Batches are received and undone. Importing one is ``importing``, looking at one beforehand is ``previews``."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from itertools import batched
from typing import BinaryIO, cast

from django.core.files import File
from django.db import IntegrityError, transaction
from django.db.models import Model, ProtectedError, QuerySet, RestrictedError

from accounts.models import User
from accounts.refusals import Refusal
from accounts.services import record
from conversations import handlers
from conversations.enums import BatchState, Origin, ResponseKind
from conversations.formats import (
    Examined,
    Format,
    NotRecognised,
    OfferedChoice,
    Options,
    SubjectPolicy,
    default_options,
    examine,
)
from conversations.models import (
    Attribute,
    Batch,
    BatchProblem,
    Case,
    Comparison,
    Conversation,
    Prompt,
    Response,
    Selection,
    SelectionRecord,
    SilentCase,
    Study,
    Subject,
)
from conversations.queries.batches import what_rests_on
from conversations.services.uploaded_pairs import settle
from conversations.services.versions import why_not_taken_back

type Upload = File[bytes]  # evaluated by type checkers only

# What rests on others goes first.
_MADE_BY_A_BATCH: list[type[Model]] = [
    Comparison,
    SilentCase,
    Response,
    Selection,
    SelectionRecord,
    Case,
    Attribute,
    Conversation,
    Prompt,
    Subject,
]
_ROWS_AT_ONCE = 500


class BatchRefused(Refusal):
    """The upload or its undoing can't be done. The message says why, for the uploader; a choice says what would help."""

    def __init__(self, text: str, choice: OfferedChoice | None = None) -> None:
        super().__init__(text)
        self.choice = choice


def examined(
    stream: Upload | BinaryIO,
    *,
    format: str | None = None,  # noqa: A002 - what it is called everywhere
    encoding: str | None = None,
    part: str | None = None,
) -> Examined:
    """What a file is, by its content; an uploader may name the format, the encoding, and the sheet, list or file in it.

    Raises:
        BatchRefused: it can't be read, or nobody named a format and the content tells of none that is read here.
    """
    reading = Options(encoding=encoding or "", part=part or "")
    try:
        return examine(cast("BinaryIO", stream), reading, Format(format) if format else None)
    except NotRecognised as refusal:
        raise BatchRefused(str(refusal), refusal.choice) from refusal


def options_said(
    *,
    format: Format,  # noqa: A002 - what it is called everywhere
    head: bytes,
    subject_policy: str | None = None,
    subject_field: str | None = None,
    file_subject: str | None = None,
    system: str | None = None,
    columns: Mapping[str, str] | None = None,
    encoding: str | None = None,
    part: str | None = None,
) -> Options:
    """What an uploader said, by form, script or command; what they left empty is as the format proposes.

    Raises:
        BatchRefused: the whole file is one subject, which nobody named.
    """
    proposed = default_options(format, head)
    options = Options(
        subject_policy=SubjectPolicy(subject_policy or proposed.subject_policy),
        subject_field=subject_field or proposed.subject_field,
        file_subject=file_subject or proposed.file_subject,
        columns={**proposed.columns, **(columns or {})},
        system=system or proposed.system,
        encoding=encoding or "",
        part=part or "",
    )
    if options.subject_policy is SubjectPolicy.FILE and not options.file_subject.strip():
        raise BatchRefused("Give the one subject of this file an id.")
    return options


def receive(
    *,
    study: Study,
    file: Upload,
    filename: str,
    origin: Origin | str,
    user: User | None,
    format: Format | None = None,  # noqa: A002 - what it is called everywhere
    options: Options | None = None,
) -> Batch:
    """Store an upload under a name of our own. It waits to be imported.

    Without a format it is recognised by content, without options the format's own are taken.

    Raises:
        BatchRefused: the file is empty, or its content tells of no format.
    """
    if not file.size:
        raise BatchRefused("The file is empty.")
    if format is None or options is None:
        seen = examined(file, format=format)
        format, options = seen.format, options or default_options(seen.format, seen.head)  # noqa: A001 - as above
    batch = Batch(
        study=study,
        filename=_shown_name(filename),
        size=file.size,
        sha256=_sha256(file),
        format=format.value,
        options=options.as_json(),
        origin=origin,
        uploaded_by=user,
    )
    batch.clean_fields(exclude=["file", "counts", "uploaded_by", "uploaded_at"])
    _keep(batch, file)
    return batch


def _keep(batch: Batch, file: Upload) -> None:
    """File and row appear together or not at all."""
    file.seek(0)
    batch.file.save(batch.filename, file, save=False)
    try:
        with transaction.atomic():
            batch.save()
            record(
                actor=batch.uploaded_by,
                action="batch.upload",
                study_id=batch.study_id,
                target=batch.filename,
                details={"sha256": batch.sha256, "size": batch.size, "format": batch.format, "origin": batch.origin},
            )
    except BaseException:
        batch.file.delete(save=False)
        raise
    batch.refresh_from_db(fields=["uploaded_at"])


def _sha256(file: Upload) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    for chunk in file.chunks():
        digest.update(chunk)
    return digest.hexdigest()


def _shown_name(filename: str) -> str:
    return "".join(character for character in filename if character.isprintable())[-255:] or "upload"


def undo(*, batch: Batch, actor: User | None, now: datetime) -> None:
    """Take out of the study what the batch brought, and its file. Rows that were known before stay.

    Raises:
        BatchRefused: it is being imported, something came later that rests on it, or some of it was judged.
    """
    file = batch.file
    with transaction.atomic():
        Study.objects.select_for_update(no_key=True).get(pk=batch.study_id)
        found = Batch.objects.select_for_update().get(pk=batch.pk)
        _refuse_unless_undoable(found)
        try:
            with transaction.atomic():
                _delete_all(found)
        except (ProtectedError, RestrictedError, IntegrityError) as error:
            raise BatchRefused("Some of it was judged. Withdraw single subjects or attributes instead.") from error
        BatchProblem.objects.filter(batch=found).delete()
        Batch.objects.filter(pk=found.pk).update(state=BatchState.UNDONE, finished_at=now, file="")
        record(actor=actor, action="batch.undo", study_id=found.study_id, target=found.filename)
        transaction.on_commit(lambda: file.storage.delete(file.name) if file.name else None)


def _refuse_unless_undoable(batch: Batch) -> None:
    if batch.state == BatchState.UNDONE:
        raise BatchRefused("It is undone already.")
    if batch.state == BatchState.IMPORTING:
        raise BatchRefused("It is being imported. Undo it when it is done.")
    if reason := what_rests_on(batch) or why_not_taken_back(batch):
        raise BatchRefused(f"It can't be undone any more: {reason}.")


def _delete_all(batch: Batch) -> None:
    for handler in handlers.all_handlers():
        if handler.remove is not None:
            handler.remove(batch)
    spoken = set(SelectionRecord.objects.filter(batch=batch).values_list("system_id", "case_id"))
    spoken |= set(Selection.objects.filter(batch=batch).values_list("system_id", "case_id"))
    for model in _MADE_BY_A_BATCH:
        made: QuerySet[Model] = model._default_manager.filter(batch=batch)  # noqa: SLF001 - Django's documented name
        while ids := list(made.values_list("pk", flat=True)[:_ROWS_AT_ONCE]):
            model._default_manager.filter(pk__in=ids).delete()  # noqa: SLF001
    _delete_sides_without_control(batch)
    # What was silent by its selections is compared again.
    for some in batched(sorted(spoken), _ROWS_AT_ONCE):
        settle(cases={case for _, case in some}, systems={system for system, _ in some})


def _delete_sides_without_control(batch: Batch) -> None:
    """A control goes with the subject that it borrows from: so must what was written for it."""
    sides = Response.objects.filter(system__study=batch.study_id, kind=ResponseKind.CONTROL)
    sides.filter(comparisons_as_generic=None, comparison_as_personalized=None).delete()
