"""Spans of OpenTelemetry with what GenAI conventions, OpenInference, OpenLLMetry and the Vercel AI SDK write on them."""

from collections.abc import Callable, Iterator
from typing import Any

from conversations.formats.decoding import decode
from conversations.formats.fields import FieldError, Record
from conversations.formats.readers.tables.sessions import Exchange

from .attributes import attributes_of, tree_of
from .who import Remember, metadata_of, model_in, moment_of, session_in, user_in

_TOLD = ("gen_ai.system_instructions",)
_ASKED = ("gen_ai.input.messages", "gen_ai.prompt", "llm.input_messages", "ai.prompt.messages", "llm.prompts")
_ANSWERED = ("gen_ai.output.messages", "gen_ai.completion", "llm.output_messages", "ai.response.text")
_GIVEN = ("input.value", "langfuse.observation.input", "langfuse.trace.input", "traceloop.entity.input", "ai.prompt")
_GIVEN_BACK = ("output.value", "langfuse.observation.output", "langfuse.trace.output", "traceloop.entity.output")
_KINDS = ("openinference.span.kind", "traceloop.span.kind", "langfuse.observation.type")
_CALLS = frozenset({"llm", "generation", "chat"})
_APPLICATIONS = frozenset({"", "chain", "agent", "workflow", "span", "unknown"})
_MODELS = (
    "gen_ai.response.model",
    "gen_ai.request.model",
    "llm.model_name",
    "ai.model.id",
    "langfuse.observation.model",
)
_MOMENTS = ("startTimeUnixNano", "start_time_unix_nano", "start_time", "startTime")
# Of the first conventions each message was an event of its own.
_EVENTS = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
}
_ANSWER_EVENT = "gen_ai.choice"
_PARENTS = ("parentSpanId", "parent_span_id", "parent_id", "parentId")
type Problem = Callable[[FieldError], None]


def exchanges_of_spans(record: Record, report: Problem, remember: Remember) -> Iterator[Exchange]:
    """Of a request of OTLP, or of one span. Who it was may be said on another span of the trace, or on the resource."""
    for span, around in _spans(record, report):
        try:
            places = _names(attributes_of(span)), around
            remember(_trace_of(span), session_in(places), user_in(places))
            yield from _exchange(span)
        except FieldError as error:
            report(error)


def _spans(record: Record, report: Problem) -> Iterator[tuple[Record, Record]]:
    """A span, resource or scope that is none is reported, and costs no other."""
    if not any(map(record.has, ("resourceSpans", "scopeSpans"))):
        yield record, Record({})
        return
    for resource in _inside(record, "resourceSpans", report) if record.has("resourceSpans") else (record,):
        around = _names(_attributes(resource.record_if_any("resource") or Record({}), report))
        for scope in _inside(resource, "scopeSpans", report):
            yield from ((span, around) for span in _inside(scope, "spans", report))


def _inside(record: Record, name: str, report: Problem) -> Iterator[Record]:
    listed = record.list_if_any(name)
    if listed is None and not record.missing(name):
        report(record.error(name, "a list"))
    for index, each in enumerate(listed or []):
        try:
            yield Record.of(each, f"{record.at(name)}[{index}]")
        except FieldError as error:
            report(error)


def _attributes(span: Record, report: Problem) -> dict[str, Any]:
    try:
        return attributes_of(span)
    except FieldError as error:
        report(error)
        return {}


def _trace_of(span: Record) -> str:
    context = span.record_if_any("context") or span
    places = ((place, name) for place in (span, context) for name in ("traceId", "trace_id"))
    return next((place.identifier(name) for place, name in places if not place.missing(name)), "")


def _names(values: dict[str, Any]) -> Record:
    """What says who it was: short values, and what stands in the metadata."""
    short = {name: value for name, value in values.items() if isinstance(value, str | int) and len(str(value)) <= 200}
    inside = metadata_of(Record(values))
    return Record({**{f"metadata.{name}": value for name, value in inside.as_it_is().items()}, **short})


def _exchange(span: Record) -> Iterator[Exchange]:
    values = attributes_of(span)
    told, asked, answered = _messages(span, values)
    kind = next((value.lower() for name in _KINDS if isinstance(value := values.get(name), str)), "")
    is_call = asked is not None or answered is not None or kind in _CALLS
    if asked is None and answered is None:
        is_outermost = not any(span.starts_with(name, "") and span.text(name, blank=True) for name in _PARENTS)
        if not is_call and (kind not in _APPLICATIONS or not is_outermost):
            return
        asked, answered = _value(values, _GIVEN), _value(values, _GIVEN_BACK)
    if asked is None and answered is None:
        return
    own = _names(values)
    trace = _trace_of(span)
    yield Exchange.of(
        _with_instructions(told, asked),
        answered,
        trace=trace,
        session=session_in((own,)),
        user=user_in((own,)),
        moment=moment_of(span, _MOMENTS),
        model=model_in((own,), _MODELS),
        is_call=is_call,
    )


def _messages(span: Record, values: dict[str, Any]) -> tuple[Any, Any, Any]:
    """What was told, asked and answered, on the span or on its events."""
    events = [(event, attributes_of(event)) for event in span.records("events", optional=True)]
    places = [values, *(inner for _event, inner in events)]
    found = [
        next(filter(None, (_value(place, names) for place in places)), None) for names in (_TOLD, _ASKED, _ANSWERED)
    ]
    if found[1] is None and found[2] is None:
        said = [_event_message(event, inner) for event, inner in events]
        found[1] = [message for message, is_answer in said if message and not is_answer] or None
        found[2] = [message for message, is_answer in said if message and is_answer] or None
    return found[0], found[1], found[2]


def _event_message(event: Record, values: dict[str, Any]) -> tuple[dict[str, Any] | None, bool]:
    name = event.optional_text_if_any("name") or ""
    if name == _ANSWER_EVENT:
        inner = _value(values, ("message",))
        return {"role": "assistant", **(inner if isinstance(inner, dict) else values)}, True
    return ({**values, "role": _EVENTS[name]} if name in _EVENTS else None), False


def _with_instructions(told: Any, asked: Any) -> Any:
    if told is None or not isinstance(asked, list):
        return asked
    return [{"role": "system", "content": told}, *asked]


def _value(values: dict[str, Any], names: tuple[str, ...]) -> Any:
    for name in names:
        value = values.get(name)
        found = tree_of(values, name) if value is None else _json(value)
        if found is not None and found not in ("", []):
            return found
    return None


def _json(value: Any) -> Any:
    if isinstance(value, str) and value.lstrip().startswith(("[", "{")):
        try:
            return decode(value.encode("utf-8", "surrogatepass"))
        except FieldError:
            return value  # a text that only begins like JSON
    return value
