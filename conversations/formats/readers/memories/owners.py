"""Whose a memory is: a field of its row, or the name in its namespace."""

from collections.abc import Sequence

from conversations.formats.context import Context
from conversations.formats.fields import FieldError, Record, excerpt, identifier
from conversations.formats.options import Options, SubjectPolicy
from conversations.formats.subjects import file_subject, subject_of

NAMESPACE = "namespace"
# What stores call the rooms of a namespace, beside the one that is a person's.
_ROOMS = frozenset(
    {
        *("memory", "memories", "user", "users", "profile", "profiles", "fact", "facts", "preference", "preferences"),
        *(
            "semantic",
            "episodic",
            "procedural",
            "collection",
            "store",
            "default",
            "langmem",
            "long_term",
            "user_memories",
        ),
    }
)


def owner(record: Record, context: Context) -> str:
    """Raises FieldError where nothing says whose it is."""
    options = context.options
    if options.subject_policy is SubjectPolicy.CONVERSATION:
        raise FieldError("subject", "what one subject is, stated at upload: the file, or a field", "each conversation")
    if options.subject_policy is SubjectPolicy.FILE:
        return file_subject(options)
    if options.subject_field == NAMESPACE and record.has(NAMESPACE):
        return _in_namespace(record)
    return subject_of(record, options, None, ())


def _in_namespace(record: Record) -> str:
    is_text = record.is_text(NAMESPACE)
    parts = record.text(NAMESPACE).split(".") if is_text else record.list(NAMESPACE)
    every = [identifier(part, f"{NAMESPACE}[{place}]") for place, part in enumerate(parts)]
    names = [one for one in every if one.lower() not in _ROOMS]
    if len(names) != 1:
        raise FieldError(NAMESPACE, "one name beside rooms such as “memories”", excerpt("/".join(every)))
    return names[0]


def propose_owner(records: Sequence[Record], fields: tuple[str, ...], system: str) -> Options:
    """The field that any of the first rows has: what an agent remembers of itself may stand before."""
    if any(record.has(NAMESPACE, "key", "value") for record in records):
        return Options(SubjectPolicy.FIELD, NAMESPACE, system=system)
    field = next((name for name in fields if any(_is_there(record, name) for record in records)), None)
    if field is None:
        return Options(SubjectPolicy.FILE, system=system)
    return Options(SubjectPolicy.FIELD, field, system=system)


def _is_there(record: Record, path: str) -> bool:
    *parents, last = path.split(".")
    inner: Record | None = record
    for parent in parents:
        inner = inner.record_if_any(parent) if inner is not None else None
    return inner is not None and not inner.missing(last)
