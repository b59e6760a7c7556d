"""A file of rows is received and imported."""

import io
import json
from typing import Any

from django.core.files import File
from django.utils import timezone

from conversations.enums import BatchState, Origin
from conversations.formats import Format
from conversations.models import (
    Batch,
    Study,
)
from conversations.queries.batches import problems_of
from conversations.services import batches, importing

Fields = dict[str, Any]
SAID = "Please give it in cm."
CONVERSATION: Fields = {
    "kind": "conversation",
    "subject": "s1",
    "conversation": "c1",
    "turns": [{"role": "user", "content": SAID}, {"role": "assistant", "content": "75 cm."}],
}
ATTRIBUTE: Fields = {
    "kind": "attribute",
    "subject": "s1",
    "id": "a1",
    "attribute": "Prefers metric units",
    "system": "extractor",
    "evidence": [{"conversation": "c1", "turn": 0, "quote": "in cm"}],
}
PROMPT: Fields = {"kind": "prompt", "prompt": "p1", "text": "How tall should a table be?"}
CASE: Fields = {"kind": "case", "subject": "s1", "prompt": "p1"}
GENERIC: Fields = {
    "kind": "response",
    "system": "assistant",
    "subject": "s1",
    "prompt": "p1",
    "response": "generic",
    "text": "30 inches.",
}
PERSONALIZED: Fields = GENERIC | {
    "response": "personalized",
    "text": "About 75 cm.",
    "attributes": [{"attribute": "a1"}],
    "latency_ms": 900,
    "cost": "0.002",
}
EVERYTHING = [CONVERSATION, ATTRIBUTE, PROMPT, CASE, GENERIC, PERSONALIZED]


def received(study: Study, rows: list[Fields], *, content: bytes = b"", **values: Any) -> Batch:
    content = content or "".join(json.dumps(row) + "\n" for row in rows).encode()
    file = File(io.BytesIO(content))
    file.size = len(content)
    defaults = {"filename": "rows.jsonl", "origin": Origin.ILLUSTRATIVE, "user": None, "format": Format.YARDSTICK}
    return batches.receive(study=study, file=file, **defaults | values)


def bring(study: Study, rows: list[Fields], *, state: BatchState = BatchState.DONE, **values: Any) -> Batch:
    batch = importing.import_batch(batch_id=received(study, rows, **values).pk, now=timezone.now())
    assert batch is not None
    assert batch.state == state
    return batch


def found_problems(batch: Batch) -> list[tuple[int, str, bool]]:
    return [(one.line, one.field, one.kept) for one in problems_of(batch)]
