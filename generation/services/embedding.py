"""Embeddings from an endpoint: which texts go together in a request, and requests that an item makes at once."""

import hashlib
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import connection
from django.utils import timezone

from generation.client import CallFailed, embed
from generation.enums import FailureReason
from generation.models import Endpoint, RunItem
from generation.prompting import estimate_tokens
from generation.services.calls import Opening, close_done, close_failed, open_call, price

if TYPE_CHECKING:
    from conversations.meaning.encoder import Vectors

# What providers take in one request.
_TEXTS_AT_ONCE = 64
_TOKENS_AT_ONCE = 60_000
_TEMPLATE = "embedding"


def requests_of(texts: Sequence[str]) -> list[list[str]]:
    """The texts in the requests that ask for their vectors."""
    requests: list[list[str]] = []
    room = 0
    for text in texts:
        tokens = estimate_tokens(text)
        if not requests or len(requests[-1]) == _TEXTS_AT_ONCE or tokens > room:
            requests.append([])
            room = _TOKENS_AT_ONCE
        requests[-1].append(text)
        room -= tokens
    return requests


def embedded(item: RunItem, endpoint: Endpoint, texts: Sequence[str], *, first_part: int) -> "Vectors":
    """A vector of unit length for each text, by another endpoint than the run's; calls and costs are the item's.

    Raises:
        CallFailed: there are no embeddings, or vectors of several lengths.
        Postponed: what ``open_call`` raises.
    """
    import numpy as np

    requests = requests_of(texts)
    vectors = [
        vector
        for part, some in enumerate(requests, start=first_part)
        for vector in _vectors_of_request(item, endpoint, some, part)
    ]
    if len({len(vector) for vector in vectors}) > 1:
        raise CallFailed(FailureReason.INVALID_OUTPUT, "The endpoint's vectors are not of one length.")
    found = np.asarray(vectors, np.float32)
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    return np.divide(found, lengths, out=np.zeros_like(found), where=lengths > 0)


def _vectors_of_request(item: RunItem, endpoint: Endpoint, texts: Sequence[str], part: int) -> list[list[float]]:
    parameters = {"model": endpoint.model, "texts": len(texts)}
    digest = hashlib.sha256("\0".join(texts).encode()).hexdigest()
    most = price(endpoint, sum(map(estimate_tokens, texts)), 0)
    call, turn = open_call(item, Opening(_TEMPLATE, part, digest, parameters, most), endpoint)
    connection.close()
    time.sleep(max(0.0, (turn - timezone.now()).total_seconds()))
    try:
        answer = embed(endpoint, texts=texts)
    except CallFailed as failure:
        close_failed(call=call, endpoint=endpoint, failure=failure, now=timezone.now())
        raise
    close_done(call=call, endpoint=endpoint, answer=answer.answer, now=timezone.now())
    return answer.vectors
