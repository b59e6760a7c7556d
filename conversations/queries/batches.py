"""Reads about batches."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from accounts import jobs
from conversations.enums import BatchState, Policy
from conversations.models import (
    Attribute,
    Batch,
    BatchProblem,
    Case,
    Comparison,
    Conversation,
    Response,
    Selection,
    SelectionRecord,
    SilentCase,
    Study,
)

UNFINISHED = [BatchState.PENDING, BatchState.IMPORTING]

BATCHES = jobs.JobKind(
    Batch,
    running=BatchState.IMPORTING,
    asked_at="uploaded_at",
    began_at="started_at",
    ended_at="finished_at",
    turns_in="study",
    fresh={"failure": "", "counts": {}, "bytes_read": 0},
    given_up=(
        f"{jobs.MOST_ATTEMPTS} workers died while they read this file, so no other one is given it. What was read is kept."
        " The workers' logs may say why; splitting the file often helps."
    ),
)


def batches_of(study: Study) -> QuerySet[Batch]:
    """Newest first."""
    return Batch.objects.filter(study=study).select_related("uploaded_by", "evidence_search").order_by("-pk")


def waiting_batches(now: datetime) -> QuerySet[Batch]:
    """The batches that could be imported now: the first of each study that waits or whose worker died."""
    return jobs.claimable(BATCHES, now)


def problems_of(batch: Batch, *, after: int = 0) -> QuerySet[BatchProblem]:
    return BatchProblem.objects.filter(batch=batch, pk__gt=after).order_by("pk")


def what_rests_on(batch: Batch) -> str:
    """What came later and would go with the batch, said for people; empty if nothing does."""
    for words, rows in _resting_on(batch):
        if rows.exists():
            return words
    if _pointing_into(batch):
        return "evidence of attributes that came with another batch or a run points into its conversations"
    return ""


def _resting_on(batch: Batch) -> Iterator[tuple[str, QuerySet[Any]]]:
    of_others = ~Q(batch=batch) | Q(batch=None)
    yield (
        "its subjects have conversations of another batch",
        Conversation.objects.filter(of_others, subject__batch=batch),
    )
    yield (
        "its subjects have attributes of another batch or a run",
        Attribute.objects.filter(of_others, subject__batch=batch),
    )
    yield (
        "its subjects or prompts have cases of another batch",
        Case.objects.filter(of_others & (Q(subject__batch=batch) | Q(prompt__batch=batch))),
    )
    rests = Q(case__batch=batch) | Q(attribute__batch=batch)
    yield (
        "its cases or attributes have selections of another batch or a run",
        Selection.objects.filter(of_others & rests),
    )
    yield (
        "systems spoke about its cases in another batch or a run",
        SelectionRecord.objects.filter(of_others, case__batch=batch),
    )
    ours = SelectionRecord.objects.filter(batch=batch, system=OuterRef("system"), case=OuterRef("case"))
    yield "another batch adds to its selections", Selection.objects.filter(of_others, Exists(ours))
    yield "its cases have responses of another batch or a run", Response.objects.filter(of_others, case__batch=batch)
    yield (
        "its attributes were given to responses of another batch or a run",
        Comparison.objects.filter(of_others, attributes__attribute__batch=batch),
    )
    yield (
        "its responses were paired with those of another batch",
        Comparison.objects.filter(of_others & (Q(generic__batch=batch) | Q(personalized__batch=batch))),
    )

    written = Response.objects.filter(batch=batch, arm=OuterRef("arm"), case=OuterRef("case"))
    yield "its responses are silent by what another batch says", SilentCase.objects.filter(of_others, Exists(written))
    spoken = SelectionRecord.objects.filter(
        batch=batch, case=OuterRef("case"), system=Coalesce(OuterRef("arm__selecting_system"), OuterRef("arm__system"))
    )
    silent = SilentCase.objects.filter(of_others, arm__policy__in=(Policy.OWN, Policy.SELECTION))
    yield "arms are silent by its selections in another batch or a run", silent.filter(Exists(spoken))
    yield "its cases are silent by another batch or a run", SilentCase.objects.filter(of_others, case__batch=batch)


def _pointing_into(batch: Batch) -> bool:
    ours = Conversation.objects.filter(batch=batch)
    others = Q(batch=None) | ~Q(batch=batch)
    pointing = Attribute.objects.filter(others, Exists(ours.filter(subject=OuterRef("subject"))))
    ids: set[int] | None = None
    for evidence in pointing.values_list("evidence", flat=True).iterator(chunk_size=500):
        ids = ids if ids is not None else set(ours.values_list("pk", flat=True))
        if any(pointer.get("conversation") in ids for pointer in evidence):
            return True
    return False
