"""Vectors of texts: asked for in batches, each text once in a run, whichever of its items needs it."""

import hashlib
import time
from array import array
from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from generation.client import CallFailed, Embedded, embed
from generation.enums import FailureReason, ItemState
from generation.models import ModelCall, Run, RunItem, TextVector
from generation.prompting import estimate_tokens
from generation.services.calls import Opening, Postponed, close_done, close_failed, open_call, price
from generation.services.embedding import requests_of

_ROWS_AT_ONCE = 1000
_LOOK_AGAIN = timedelta(seconds=1)
_TEMPLATE = "embedding"


def hash_of(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def claim_texts(item: RunItem, texts: Iterable[str]) -> None:
    """The item will pay for those texts that no item of its run has claimed."""
    rows = [TextVector(run_id=item.run_id, item=item, text_hash=hash_of(text)) for text in texts]
    TextVector.objects.bulk_create(rows, batch_size=_ROWS_AT_ONCE, ignore_conflicts=True)


def vectors_of(item: RunItem, texts: Sequence[str]) -> dict[str, list[float]]:
    """The vector of each text.

    Raises:
        CallFailed: what is to be paid here could not be had, or the model changed its vectors' length meanwhile.
        Postponed: another item is about to pay for some of them; also what ``open_call`` raises.
    """
    claim_texts(item, texts)
    by_hash = {hash_of(text): text for text in texts}
    _take_over(item, list(by_hash))
    _pay(item, by_hash)
    found = {
        by_hash[bytes(row.text_hash)]: array("f", bytes(row.vector)).tolist()
        for row in _rows(item.run, by_hash)
        if row.vector is not None
    }
    if len(found) < len(by_hash):
        raise Postponed(timezone.now() + _LOOK_AGAIN)
    if len({len(vector) for vector in found.values()}) > 1:
        raise CallFailed(FailureReason.INVALID_OUTPUT, "The model's vectors changed their length during the run.")
    return found


def _rows(run: Run, hashes: Iterable[bytes]) -> QuerySet[TextVector]:
    return TextVector.objects.filter(run=run, text_hash__in=list(hashes)).order_by("pk")


def _take_over(item: RunItem, hashes: list[bytes]) -> None:
    """What was claimed by an item that has ended or failed before is paid for here; who has yet to begin is waited for."""
    ended = Q(state__in=[ItemState.DONE, ItemState.FAILED, ItemState.CANCELLED])
    late = RunItem.objects.filter(ended | Q(state=ItemState.WAITING, attempts__gt=0), run=item.run_id).values("pk")
    _rows(item.run, hashes).filter(vector__isnull=True, item__in=late).order_by().update(item=item)


def _pay(item: RunItem, by_hash: dict[bytes, str]) -> None:
    """Request by request, each stored at once. All that the item ever claimed is cut into the same requests again."""
    own = list(TextVector.objects.filter(item=item, text_hash__in=list(by_hash)).order_by("pk"))
    missing = {by_hash[bytes(row.text_hash)] for row in own if row.vector is None}
    for part, texts in enumerate(requests_of([by_hash[bytes(row.text_hash)] for row in own])):
        if wanted := [text for text in texts if text in missing]:
            _pay_request(item, part, wanted)


def _pay_request(item: RunItem, part: int, texts: Sequence[str]) -> None:
    endpoint = item.run.endpoint
    parameters = {"model": item.run.configuration["parameters"]["model"], "texts": len(texts)}
    digest = hashlib.sha256(b"".join(map(hash_of, texts))).hexdigest()
    most = price(endpoint, sum(map(estimate_tokens, texts)), 0)
    call, turn = open_call(item, Opening(_TEMPLATE, part, digest, parameters, most))
    connection.close()
    time.sleep(max(0.0, (turn - timezone.now()).total_seconds()))
    try:
        embedded = embed(endpoint, texts=texts, model=parameters["model"])
    except CallFailed as failure:
        close_failed(call=call, endpoint=endpoint, failure=failure, now=timezone.now())
        raise
    _store(item, call, texts, embedded)


@transaction.atomic
def _store(item: RunItem, call: ModelCall, texts: Sequence[str], embedded: Embedded) -> None:
    vectors = {hash_of(text): vector for text, vector in zip(texts, embedded.vectors, strict=True)}
    rows = list(_rows(item.run, vectors).select_for_update())
    for row in rows:
        row.vector = array("f", vectors[bytes(row.text_hash)]).tobytes()
    TextVector.objects.bulk_update(rows, ["vector"], batch_size=_ROWS_AT_ONCE)
    close_done(call=call, endpoint=item.run.endpoint, answer=embedded.answer, now=timezone.now())
