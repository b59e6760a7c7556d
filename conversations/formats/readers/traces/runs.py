"""LangSmith's runs: those of models are calls, the outermost of an application stands for a trace without any."""

from collections.abc import Iterator

from conversations.formats.fields import Record
from conversations.formats.readers.tables.sessions import Exchange

from .who import Remember, metadata_of, model_in, moment_of, session_in, user_in

_CALLS = frozenset({"llm", "chat"})
_APPLICATIONS = frozenset({"chain", "agent", "prompt"})


def exchanges_of_run(run: Record, remember: Remember) -> Iterator[Exchange]:
    """Whose the trace is may be said by any of its runs."""
    kind = run.optional_text("run_type") or ""
    is_call = kind in _CALLS
    extra = run.record_if_any("extra") or Record({})
    places = (metadata_of(extra), metadata_of(run), extra.record_if_any("invocation_params") or Record({}))
    trace = run.optional_identifier("trace_id") or run.identifier("id")
    session, user = session_in(places), user_in(places)
    remember(trace, session, user)
    if not is_call and (kind not in _APPLICATIONS or not run.missing("parent_run_id")):
        return
    values = run.as_it_is()
    yield Exchange.of(
        values.get("inputs"),
        values.get("outputs"),
        trace=trace,
        session=session,
        user=user,
        moment=moment_of(run, ("start_time",)),
        model=model_in(places, ("ls_model_name", "model", "model_name")),
        is_call=is_call,
    )
