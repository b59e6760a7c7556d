"""Langfuse's traces with or without their observations, and observations by themselves."""

from collections.abc import Iterator

from conversations.formats.fields import Record
from conversations.formats.readers.tables.sessions import Exchange

from .who import Remember, metadata_of, model_in, moment_of, session_in, user_in

_MOMENTS = ("timestamp", "startTime", "start_time", "createdAt", "created_at")
_MODELS = ("model", "providedModelName", "provided_model_name")
_PARENTS = ("parentObservationId", "parent_observation_id")
_TRACES = ("traceId", "trace_id")
_CALL = "GENERATION"


def exchanges_of_trace(trace: Record, remember: Remember) -> Iterator[Exchange]:
    """A trace counts as the application around its calls."""
    places = (trace, metadata_of(trace))
    yield from _exchange(trace, places, remember)
    for each in trace.list_if_any("observations") or []:
        if isinstance(each, dict):
            observation = Record.of(each, "observations")
            inside = observation.with_field(
                "traceId", next(filter(None, map(trace.optional_identifier, ("id",))), None)
            )
            yield from _exchange(inside, (*places, observation, metadata_of(observation)), remember)


def _exchange(record: Record, places: tuple[Record, ...], remember: Remember) -> Iterator[Exchange]:
    trace = next(filter(None, map(record.optional_identifier, (*_TRACES, "id"))), None)
    session, user = session_in(places), user_in(places)
    if trace is not None:
        remember(trace, session, user)
    is_call = (record.optional_text_if_any("type") or "").upper() == _CALL
    is_observation = not record.missing("type")
    if is_observation and not is_call and any(not record.missing(name) for name in _PARENTS):
        return
    if record.missing("input") and record.missing("output"):
        return
    values = record.as_it_is()
    yield Exchange.of(
        values.get("input"),
        values.get("output"),
        trace=trace or record.identifier("id"),
        session=session,
        user=user,
        moment=moment_of(record, _MOMENTS),
        model=model_in((record,), _MODELS),
        is_call=is_call,
    )
