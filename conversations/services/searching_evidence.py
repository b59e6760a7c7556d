"""Attributes that were uploaded without evidence get what their subjects said that they may rest on, marked as found.

It is done after the import, subject by subject: the embedder takes some hundredths of a second for an attribute, too long
for an import to wait for, and conversations may come in a later batch than what is said about them.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts import jobs
from conversations.enums import EvidenceState, SearchState, StageNumber, StageState
from conversations.evidence import FOUND_BY_SEARCH, SUBJECT_ROLE
from conversations.meaning import EMBEDDER
from conversations.meaning.passages import EVIDENCE_THRESHOLD, Passage, passages_of, search
from conversations.models import Attribute, Batch, Conversation, EvidenceSearch, Stage, Study
from conversations.queries.evidence_searches import SEARCHES

logger = logging.getLogger(__name__)

_CONVERSATIONS_AT_ONCE = 10
# Of what a subject said, so that a history of any length fits into a worker's memory.
_MOST_CHARACTERS = 10_000_000


def request_search(batch: Batch) -> None:
    """Have the attributes searched that the batch brought without evidence, or whose subjects' conversations it brought."""
    if _attributes(batch).exists():
        EvidenceSearch.objects.get_or_create(
            batch=batch, defaults={"embedder": EMBEDDER, "threshold": EVIDENCE_THRESHOLD}
        )


def search_evidence(*, search_id: int, now: datetime) -> None:
    """Do a search to its end, if it is free.

    Raises:
        OperationalError, InterfaceError: the database is away. The search is taken up again when it is back.
    """
    claimed = jobs.claim(SEARCHES, search_id, now=now)
    if claimed is None:
        return
    try:
        with jobs.beating(SEARCHES, claimed):
            _search(claimed)
        jobs.write(SEARCHES, claimed, state=SearchState.DONE, finished_at=timezone.now())
    except jobs.Superseded:
        return
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        logger.exception("The search for evidence of batch %d ended early.", claimed.batch_id)
        failure = f"An error of this program ended the search ({type(error).__name__})."
        jobs.write(SEARCHES, claimed, state=SearchState.FAILED, failure=failure, finished_at=timezone.now())


def _attributes(batch: Batch) -> QuerySet[Attribute]:
    """Uploaded ones without evidence: whoever extracts here looks for each quote already.

    What raters may have judged stays as they saw it: earlier attributes are left alone once stage 1 was opened.
    """
    theirs = Q(batch=batch)
    if Stage.objects.filter(study=batch.study_id, number=StageNumber.EXTRACTION, state=StageState.DRAFT).exists():
        theirs |= Q(Exists(Conversation.objects.filter(subject=OuterRef("subject"), batch=batch)))
    return Attribute.objects.filter(
        theirs,
        subject__study=batch.study_id,
        batch__isnull=False,
        evidence=[],
        withdrawn_at__isnull=True,
    )


def _search(claimed: EvidenceSearch) -> None:
    subjects = _attributes(claimed.batch).filter(subject__gt=claimed.reached).order_by("subject").values_list("subject")
    for (subject_id,) in list(subjects.distinct()):
        attributes = list(_attributes(claimed.batch).filter(subject=subject_id).only("text").order_by("pk"))
        found = search([one.text for one in attributes], _said_by(subject_id))
        _store(claimed, subject_id, attributes, found)


def _said_by(subject_id: int) -> list[Passage]:
    said: list[Passage] = []
    room = _MOST_CHARACTERS
    live = Conversation.objects.filter(subject=subject_id, withdrawn_at__isnull=True).order_by("pk")
    for pk, turns in live.values_list("pk", "turns").iterator(chunk_size=_CONVERSATIONS_AT_ONCE):
        passages = passages_of(pk, turns, role=SUBJECT_ROLE)
        room -= sum(len(passage.text) for passage in passages)
        if room < 0:
            break
        said += passages
    return said


@transaction.atomic
def _store(
    claimed: EvidenceSearch, subject_id: int, attributes: Sequence[Attribute], found: Sequence[Sequence[Passage]]
) -> None:
    """What was found, and how far the search is, in one transaction: begun again, it counts nothing twice."""
    Study.objects.select_for_update(no_key=True).get(pk=claimed.batch.study_id)  # no batch is undone meanwhile
    there = set(
        Conversation.objects.filter(
            pk__in={passage.conversation for some in found for passage in some}, withdrawn_at__isnull=True
        ).values_list("pk", flat=True)
    )
    count = 0
    for attribute, some in zip(attributes, found, strict=True):
        if pointers := [_pointer(passage) for passage in some if passage.conversation in there]:
            count += Attribute.objects.filter(pk=attribute.pk, evidence=[]).update(evidence=pointers)
    jobs.write(
        SEARCHES,
        claimed,
        reached=subject_id,
        searched=claimed.searched + len(attributes),
        found=claimed.found + count,
    )


def _pointer(passage: Passage) -> dict[str, Any]:
    return {
        "conversation": passage.conversation,
        "turn": passage.turn,
        "quote": passage.text,
        "start": passage.start,
        "end": passage.end,
        "state": EvidenceState.EXACT.value,
        "found_by": FOUND_BY_SEARCH,
    }
