"""Endpoints and the systems built on them."""

import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from accounts.models import User
from accounts.services import record
from conversations.models import Study, System
from generation.addresses import AddressRefused, check_endpoint, key_for, origin_of
from generation.client import CallFailed, ModelAnswer, complete, embed
from generation.enums import FailureReason
from generation.keys import seal_key
from generation.models import Endpoint, SystemSetup
from generation.outputs import InvalidOutput, extraction_schema, parse_extraction

DEFAULT_TEMPLATES = {"extraction": 1, "respond-generic": 1, "respond-personalized": 1}
_LOCAL_NAME = "Local model"
_CONFIGURED_NAME = "Default endpoint"
_QUESTION = [{"role": "user", "content": "Say in one short sentence what a yardstick is."}]
_SCHEMA_QUESTION = [
    {"role": "user", "content": "The user wrote: “I am learning Spanish.” List what this says about the user, as JSON."}
]


@dataclass(frozen=True, slots=True)
class EndpointTest:
    answer: ModelAnswer | None
    failure: str
    supports_json_schema: bool | None
    embedding_size: int | None  # None where it gives no embeddings
    seconds: float


def save_endpoint(*, endpoint: Endpoint, actor: User | None, key: str = "", remove_key: bool = False) -> Endpoint:
    """Validate and store an endpoint; its address and key are checked as they are before each call.

    ``key`` replaces the stored one, ``remove_key`` forgets it. It is encrypted here and is in no log, audit or error.
    """
    endpoint.full_clean()
    try:
        check_endpoint(endpoint)
    except AddressRefused as error:
        raise ValidationError({"base_url": str(error)}) from error
    created = endpoint.pk is None
    change = _set_key(endpoint, key=key, remove=remove_key)
    endpoint.save()
    record(
        actor=actor,
        action="endpoint.create" if created else "endpoint.change",
        study_id=endpoint.study_id,
        target=endpoint.name,
        details={"address": endpoint.address, "model": endpoint.model, "key": change},
    )
    return endpoint


def _set_key(endpoint: Endpoint, *, key: str, remove: bool) -> str:
    """Says what became of the key, never what it is."""
    had_one = bool(endpoint.sealed_key)
    if key and endpoint.key_variable:
        raise ValidationError({"key_variable": "Either a stored key or a variable, not both."})
    if key:
        endpoint.sealed_key = seal_key(key, origin=origin_of(endpoint.base_url))
    elif remove or endpoint.key_variable:
        endpoint.sealed_key = ""
    try:
        key_for(endpoint)
    except AddressRefused as error:
        raise ValidationError({"key" if endpoint.sealed_key else "key_variable": str(error)}) from error
    if key:
        return "replaced" if had_one else "stored"
    return "removed" if had_one and not endpoint.sealed_key else "unchanged"


def ensure_default_endpoint(study: Study) -> Endpoint:
    """The endpoint of the settings in this study, made at its first use: the local model unless another is set."""
    embedded = settings.LLM_IS_EMBEDDED
    endpoint, _ = Endpoint.objects.get_or_create(
        study=study,
        name=_LOCAL_NAME if embedded else _CONFIGURED_NAME,
        defaults={
            "base_url": settings.LLM_BASE_URL or "http://127.0.0.1/v1",
            "model": settings.LLM_MODEL,
            "is_embedded": embedded,
            "key_variable": "YARDSTICK_LLM_API_KEY" if settings.LLM_API_KEY and not embedded else "",
            **(_local_limits(study) if embedded else {"parameters": {"temperature": 0.3, "max_tokens": 1024}}),
        },
    )
    return endpoint


def _local_limits(study: Study) -> dict[str, Any]:
    """What the small model beside the demo can do on a laptop: four answers at once, short ones."""
    return {
        "parameters": {"temperature": 0.3, "max_tokens": 400, "seed": study.seed % 2**31, "repeat_penalty": 1.1},
        "context_tokens": 4096,
        "concurrency": 4,
        "timeout_seconds": 300,
    }


@transaction.atomic
def ensure_system(*, endpoint: Endpoint) -> System:
    """The system that this endpoint is today. Another model, parameter or template makes another version."""
    Study.objects.select_for_update().get(pk=endpoint.study_id)
    parameters = {"model": endpoint.model, **endpoint.parameters}
    setup = SystemSetup.objects.filter(endpoint=endpoint, templates=DEFAULT_TEMPLATES, parameters=parameters).first()
    if setup is not None:
        return setup.system
    names = set(System.objects.filter(study_id=endpoint.study_id, name=endpoint.name).values_list("version", flat=True))
    version = next(str(number) for number in range(1, len(names) + 2) if str(number) not in names)
    system = System.objects.create(study_id=endpoint.study_id, name=endpoint.name, version=version)
    SystemSetup.objects.create(system=system, endpoint=endpoint, templates=DEFAULT_TEMPLATES, parameters=parameters)
    return system


def try_endpoint(*, endpoint: Endpoint) -> EndpointTest:
    """Ask a real question, then one with a JSON schema, and say what came back."""
    connection.close()
    started = time.monotonic()
    parameters = {**endpoint.parameters, "max_tokens": min(endpoint.max_tokens, 200)}
    try:
        answer = _answer_even_if_cut(endpoint, parameters)
    except CallFailed as failure:
        # One that refuses to chat may be made for embeddings; one that is silent is not asked again.
        size = _embedding_size(endpoint) if failure.reason == FailureReason.REFUSED else None
        return EndpointTest(None, f"{failure.reason.label}. {failure}", None, size, time.monotonic() - started)
    schema = _answers_to_schema(endpoint, parameters)
    return EndpointTest(answer, "", schema, _embedding_size(endpoint), time.monotonic() - started)


def _embedding_size(endpoint: Endpoint) -> int | None:
    try:
        return len(embed(endpoint, texts=["What is a yardstick?"]).vectors[0])
    except CallFailed:
        return None


def _answer_even_if_cut(endpoint: Endpoint, parameters: dict[str, Any]) -> ModelAnswer:
    try:
        return complete(endpoint, messages=_QUESTION, parameters=parameters)
    except CallFailed as failure:
        if failure.answer is None or not failure.answer.text:
            raise
        return failure.answer


def _answers_to_schema(endpoint: Endpoint, parameters: dict[str, Any]) -> bool | None:
    """None where the endpoint is not asked with a schema at all."""
    if not endpoint.supports_json_schema:
        return None
    schema = extraction_schema(limit=1, bounded=endpoint.is_embedded)
    try:
        parse_extraction(complete(endpoint, messages=_SCHEMA_QUESTION, parameters=parameters, schema=schema).text)
    except (CallFailed, InvalidOutput):
        return False
    return True
