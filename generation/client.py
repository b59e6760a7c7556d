"""The one place that calls a model. Every failure leaves it as a ``CallFailed`` with a kind.

No retries here: each attempt is one ``ModelCall``, so that limits, budget and log see all of them.
"""

import contextlib
import logging
import math
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import httpx2
from pydantic import BaseModel, NonNegativeInt

from accounts.outgoing import BoundedTransport, NotPublic, open_client
from generation.addresses import AddressRefused, key_for, may_lie_inside, not_public
from generation.enums import FailureReason
from generation.models import Endpoint
from generation.prompting import Messages

if TYPE_CHECKING:
    import openai  # a fifth of every program's start: at run time only whoever calls a model reads it

# One line for each call is what the table of calls is for. What these tell of a call at lower levels holds the headers
# of the answer, in which a provider may repeat the key.
for _name in ("httpx2", "httpcore2", "openai"):
    logging.getLogger(_name).setLevel(logging.WARNING)

MAX_ANSWER_BYTES = 8 * 1024 * 1024
_CONNECT_SECONDS = 10.0
_LONGEST_WAIT = 600.0
_ERROR_LENGTH = 300
_TOO_LONG_WORDS = ("context length", "context size", "context window", "context_length", "too long", "maximum context")


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    text: str
    model: str
    input_tokens: int | None
    output_tokens: int | None
    latency_ms: int


class _Message(BaseModel):
    content: str | None = None


class _Choice(BaseModel):
    message: _Message = _Message()
    finish_reason: str | None = None


class _Usage(BaseModel):
    prompt_tokens: NonNegativeInt | None = None
    completion_tokens: NonNegativeInt | None = None


class _Completion(BaseModel):
    """What is used of a completion. The client's own classes check nothing and are slow to build."""

    model: str | None = None
    choices: list[_Choice] = []
    usage: _Usage | None = None


class CallFailed(Exception):
    """A call that gave nothing usable. ``answer`` is set where the endpoint did answer, and is to be paid for."""

    def __init__(
        self,
        reason: FailureReason,
        message: str,
        *,
        retry_after: float | None = None,
        answer: ModelAnswer | None = None,
    ) -> None:
        super().__init__(message[:_ERROR_LENGTH])
        self.reason = reason
        self.retry_after = retry_after
        self.answer = answer


def complete(
    endpoint: Endpoint, *, messages: Messages, parameters: dict[str, Any], schema: dict[str, Any] | None = None
) -> ModelAnswer:
    """One chat completion. The caller holds no database connection and no transaction meanwhile."""
    request = {"model": endpoint.model, **parameters, "messages": messages}
    if schema is not None and endpoint.supports_json_schema:
        request["response_format"] = {
            "type": "json_schema",
            "json_schema": {"name": "answer", "schema": schema, "strict": True},
        }
    with _called(endpoint) as client:
        started = time.monotonic()
        # Parameters that OpenAI has no name for (top_k, chat_template_kwargs) go the same way as all others.
        response = client.post("/chat/completions", body=request, cast_to=httpx2.Response)
        latency_ms = int((time.monotonic() - started) * 1000)
        completion = _Completion.model_validate_json(response.content)
    return _answer(completion, latency_ms=latency_ms)


@dataclass(frozen=True, slots=True)
class Embedded:
    vectors: list[list[float]]
    answer: ModelAnswer  # without a text


def embed(endpoint: Endpoint, *, texts: Sequence[str], model: str = "") -> Embedded:
    """One vector for each text, all of one length. The caller holds no database connection meanwhile."""
    with _called(endpoint) as client:
        started = time.monotonic()
        found = client.embeddings.create(model=model or endpoint.model, input=list(texts), encoding_format="float")
        latency_ms = int((time.monotonic() - started) * 1000)
        # The client builds its objects without checking them: any JSON may be inside.
        vectors = [[float(number) for number in one.embedding] for one in found.data]
        answer = ModelAnswer("", str(found.model or "")[:200], _tokens(found.usage), 0, latency_ms)
    if len(vectors) != len(texts) or len({len(vector) for vector in vectors}) != 1 or not vectors[0]:
        raise CallFailed(
            FailureReason.INVALID_OUTPUT, "The endpoint's answer is not one vector for each text.", answer=answer
        )
    if not all(math.isfinite(number) for vector in vectors for number in vector):
        raise CallFailed(FailureReason.INVALID_OUTPUT, "A vector holds what is no number.", answer=answer)
    return Embedded(vectors, answer)


def _tokens(usage: Any) -> int | None:
    count = getattr(usage, "prompt_tokens", None)
    return count if isinstance(count, int) and count >= 0 else None


@contextlib.contextmanager
def _called(endpoint: Endpoint) -> "Iterator[openai.OpenAI]":
    """The endpoint's client. What goes wrong inside becomes a CallFailed, whose text repeats nothing of the provider."""
    import openai  # noqa: PLC0415 - see above

    try:
        client = _client(
            endpoint.address, key_for(endpoint), endpoint.timeout_seconds, may_lie_inside=may_lie_inside(endpoint)
        )
    except AddressRefused as error:
        raise CallFailed(FailureReason.NOT_ALLOWED, str(error)) from error
    try:
        yield client
    except openai.APITimeoutError as error:
        raise CallFailed(FailureReason.TIMEOUT, f"No complete answer within {endpoint.timeout_seconds} s.") from error
    except openai.APIStatusError as error:
        raise _status_failure(error) from None  # its message is the provider's own text, which a traceback would show
    except openai.APIConnectionError as error:
        if isinstance(error.__cause__, NotPublic):
            raise CallFailed(FailureReason.NOT_ALLOWED, not_public(error.__cause__)) from error
        raise CallFailed(FailureReason.CONNECTION, f"The connection failed ({_cause(error)}).") from error
    except (openai.APIError, ValueError, TypeError, AttributeError) as error:
        raise CallFailed(FailureReason.INVALID_OUTPUT, "The endpoint's answer is not what was asked for.") from error


def _answer(completion: _Completion, *, latency_ms: int) -> ModelAnswer:
    if not completion.choices:
        raise CallFailed(FailureReason.INVALID_OUTPUT, "The endpoint's answer holds no choice.")
    choice, usage = completion.choices[0], completion.usage or _Usage()
    answer = ModelAnswer(
        text=choice.message.content or "",
        model=(completion.model or "")[:200],
        input_tokens=usage.prompt_tokens,
        output_tokens=usage.completion_tokens,
        latency_ms=latency_ms,
    )
    if choice.finish_reason == "length":
        raise CallFailed(FailureReason.TRUNCATED, "The answer reached the token limit before its end.", answer=answer)
    if choice.finish_reason == "content_filter":
        raise CallFailed(FailureReason.REFUSED, "The endpoint's content filter withheld the answer.", answer=answer)
    if not answer.text.strip():
        raise CallFailed(FailureReason.INVALID_OUTPUT, "The answer is empty.", answer=answer)
    return answer


def _status_failure(error: "openai.APIStatusError") -> CallFailed:
    """The message names the status only: a provider's own text may repeat the key or the conversation."""
    status = error.status_code
    if status == httpx2.codes.TOO_MANY_REQUESTS:
        return CallFailed(FailureReason.RATE_LIMITED, "HTTP 429.", retry_after=_retry_after(error.response))
    if status >= httpx2.codes.INTERNAL_SERVER_ERROR:
        return CallFailed(FailureReason.SERVER_ERROR, f"HTTP {status}.", retry_after=_retry_after(error.response))
    if status == httpx2.codes.REQUEST_TIMEOUT:
        return CallFailed(FailureReason.TIMEOUT, f"HTTP {status}.")
    text = str(error.body or "")[:2000].casefold()
    if status == httpx2.codes.CONTENT_TOO_LARGE or any(words in text for words in _TOO_LONG_WORDS):
        return CallFailed(FailureReason.TOO_LONG, f"HTTP {status}: longer than the model's context.")
    return CallFailed(FailureReason.REFUSED, f"HTTP {status}.")


def _retry_after(response: httpx2.Response) -> float | None:
    value = response.headers.get("retry-after", "")
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - time.time()
        except ValueError:
            return None
    return min(max(seconds, 0.0), _LONGEST_WAIT) if seconds == seconds else None  # noqa: PLR0124 - NaN


def _cause(error: Exception) -> str:
    return type(error.__cause__).__name__ if error.__cause__ else type(error).__name__


_clients: dict[tuple[str, str, int, bool], "openai.OpenAI"] = {}
_clients_lock = threading.Lock()


def _client(base_url: str, key: str, timeout_seconds: int, *, may_lie_inside: bool) -> "openai.OpenAI":
    """One client for each endpoint and process: it is thread-safe and keeps its connections."""
    known_as = (base_url, key, timeout_seconds, may_lie_inside)
    with _clients_lock:
        known = _clients.get(known_as)
        if known is None:
            known = _clients[known_as] = _new_client(*known_as)
        return known


def close_clients() -> None:
    """Close every connection that is kept open; the next call opens new ones."""
    with _clients_lock:
        while _clients:
            _clients.popitem()[1].close()


def _new_client(base_url: str, key: str, timeout_seconds: int, may_lie_inside: bool) -> "openai.OpenAI":  # noqa: FBT001
    import openai  # noqa: PLC0415 - see above

    transport = BoundedTransport(
        seconds=timeout_seconds,
        most_bytes=MAX_ANSWER_BYTES,
        may_lie_inside=may_lie_inside,
        most_connections=1000,
        most_kept=200,
    )
    timeout = httpx2.Timeout(timeout_seconds, connect=min(_CONNECT_SECONDS, timeout_seconds))
    client = open_client(transport, timeout=timeout)
    return openai.OpenAI(base_url=base_url, api_key=key, max_retries=0, http_client=client)
