"""Extracting a subject's attributes: read, ask part by part, locate the quotes, merge, store."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from conversations.evidence import MOST_POINTERS, Located, Transcript
from conversations.hashing import text_hash
from conversations.models import Attribute, Conversation
from generation.client import CallFailed
from generation.context_parts import ContextPart, sample_parts, split
from generation.enums import FailureReason
from generation.harmless_text import unescaped
from generation.kinds.extraction.configuration import ExtractionConfiguration
from generation.merging import Candidate, Embed, merge, sample
from generation.model_messages import ask_for_attributes
from generation.models import Endpoint, RunItem
from generation.outputs import (
    ExtractedAttribute,
    ExtractedAttributes,
    ExtractedEvidence,
    extraction_schema,
    parse_extraction,
)
from generation.prompting import PromptTemplate, estimate_tokens, load
from generation.queries.conversations import conversations_of
from generation.services.calls import Request, context_of, finished_part, make_call
from generation.services.embedding import embedded
from generation.services.items import finish_item

_PER_PART = 10
_PER_PART_LOCAL = 3
_LONGEST_TEXT = 1000


@dataclass(frozen=True, slots=True)
class ExtractionWork:
    requests: list[Request]
    conversations: dict[int, tuple[int, Transcript]]  # number in the prompt -> our id and its turns
    notes: dict[str, object]


def part_tokens(context: int, template: PromptTemplate, max_tokens: int) -> int:
    """The room for conversations in one call."""
    overhead = estimate_tokens(template.system) + estimate_tokens(template.user) + 80
    return max(256, context - max_tokens - overhead)


def extract_item(item: RunItem) -> bool:
    """Produce and store the attributes of the item's subject. Raises what ``make_call`` raises."""
    configuration = ExtractionConfiguration.of(item.run.configuration)
    work = _prepare(item, configuration)
    candidates: list[Candidate] = []
    for request in work.requests:
        candidates += _located(_ask(item, request), work)
    kept = [one for one in candidates if one.confidence >= configuration.confidence_threshold]
    embed = _embedder(item, configuration, first_part=len(work.requests))
    merged = merge(kept, threshold=configuration.merge_threshold, embed=embed)
    chosen = sample(merged, limit=configuration.max_attributes, seed=_seed(configuration, item))
    notes = work.notes | {
        "reported": len(candidates),
        "below_threshold": len(candidates) - len(kept),
        "merged": len(kept) - len(merged),
        "over_limit": len(merged) - len(chosen),
    }
    return finish_item(item=item, store=lambda: _store(item, chosen), notes=notes, now=timezone.now())


def _embedder(item: RunItem, configuration: ExtractionConfiguration, *, first_part: int) -> Embed | None:
    """Another endpoint's, or None for this machine's."""
    if configuration.embedding_endpoint is None:
        return None
    endpoint = Endpoint.objects.filter(study=item.run.study_id, pk=configuration.embedding_endpoint).first()
    if endpoint is None:
        raise CallFailed(FailureReason.NOTHING_GIVEN, "The endpoint that was to embed the statements is gone.")
    return lambda texts: embedded(item, endpoint, texts, first_part=first_part)


def _seed(configuration: ExtractionConfiguration, item: RunItem) -> int:
    return configuration.seed + (item.subject_id or 0)


def _prepare(item: RunItem, configuration: ExtractionConfiguration) -> ExtractionWork:
    endpoint = item.run.endpoint
    template = load("extraction", configuration.templates["extraction"])
    found: list[Conversation] = list(conversations_of(item.subject)) if item.subject else []
    if not found:
        raise CallFailed(FailureReason.NOTHING_GIVEN, "The subject has no conversation.")
    numbered = dict(enumerate(found, start=1))
    max_tokens = int(configuration.parameters.get("max_tokens", endpoint.max_tokens))
    parts = split(
        ((number, one.turns) for number, one in numbered.items()),
        tokens=part_tokens(context_of(item), template, max_tokens),
    )
    chosen = sample_parts(parts, limit=configuration.max_parts, seed=_seed(configuration, item))
    notes: dict[str, object] = {
        "parts": len(chosen),
        "parts_left_out": len(parts) - len(chosen),
        "cut_characters": sum(part.cut_characters for part in chosen),
    }
    requests = [_request(endpoint, template, part, position) for position, part in enumerate(chosen)]
    return ExtractionWork(
        requests, {number: (one.pk, Transcript(one.turns)) for number, one in numbered.items()}, notes
    )


def _request(endpoint: Endpoint, template: PromptTemplate, part: ContextPart, position: int) -> Request:
    limit = _PER_PART_LOCAL if endpoint.is_embedded else _PER_PART
    messages = ask_for_attributes(template, part.lines, limit=limit)
    schema = extraction_schema(limit=limit, bounded=endpoint.is_embedded)
    return Request(template, messages, part=position, schema=schema, keeps_answer=True)


def _ask(item: RunItem, request: Request) -> ExtractedAttributes:
    known = finished_part(item, request)
    if known is not None:
        return parse_extraction(known)
    return make_call(item, request, parse_extraction).parsed


def _located(answer: ExtractedAttributes, work: ExtractionWork) -> list[Candidate]:
    return [
        Candidate(
            text=_clean(one.text, _LONGEST_TEXT),
            reason=_clean(one.reason, _LONGEST_TEXT),
            confidence=one.confidence,
            evidence=tuple(_evidence(one, work)),
        )
        for one in answer.attributes
        if one.text.strip()
    ]


def _evidence(attribute: ExtractedAttribute, work: ExtractionWork) -> list[dict[str, Any]]:
    found = []
    for pointer in attribute.evidence[:MOST_POINTERS]:
        pk, transcript = work.conversations.get(pointer.conversation, (None, Transcript([])))
        quote, (turn, start, end, state) = _find(transcript, pointer)
        found.append(
            {
                "conversation": pk,
                "turn": turn,
                "quote": _clean(quote, _LONGEST_TEXT),
                "start": start,
                "end": end,
                "state": state,
            }
        )
    return found


def _find(transcript: Transcript, pointer: ExtractedEvidence) -> tuple[str, Located]:
    """Where the quote is; one that keeps an escape of the prompt's JSON is looked for without it as well."""
    found = transcript.locate(pointer.turn, pointer.quote, elsewhere=True)
    plain = unescaped(pointer.quote)
    if not found.state.is_own_words and plain != pointer.quote:
        again = transcript.locate(pointer.turn, plain, elsewhere=True)
        if again.state.is_own_words:
            return plain, again
    return pointer.quote, found


def _clean(text: str, limit: int) -> str:
    return text.replace("\0", "").strip()[:limit]


def _store(item: RunItem, chosen: list[Candidate]) -> int:
    """An attribute with the same words that this system stored before is kept as it is."""
    rows = [
        Attribute(
            subject=item.subject,
            system_id=item.run.system_id,
            text=one.text,
            content_hash=text_hash(one.text),
            reason=one.reason,
            confidence=one.confidence,
            evidence=list(one.evidence),
            merged_from=list(one.merged_from),
        )
        for one in chosen
    ]
    Attribute.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)
