"""Files that people have and that nobody reads here yet: told by their first elements, so that they are named and not misread."""

from .fields import Record
from .json_elements import Look, holds


def foreign(record: Record) -> str | None:
    """The name of a format that is known and not read."""
    return next((words for words, is_it in _SHAPES if holds(is_it, record)), None)


def _is_project(record: Record) -> bool:
    return record.has("prompt_template", "docs")


def _is_other_activity(record: Record) -> bool:
    return record.has("header", "titleUrl") and not record.starts_with("header", "Gemini")


def _is_batch_output(record: Record) -> bool:
    return record.has("custom_id", "response") and not any(map(record.has, ("body", "request", "messages", "input")))


def _is_own_export(record: Record) -> bool:
    data = record.record_if_any("data")
    return data is not None and data.has("subject_key", "stage") and record.has("annotations")


_SHAPES: tuple[tuple[str, Look], ...] = (
    ("projects of a Claude export (documents and instructions, no conversations)", _is_project),
    ("a Google activity file", _is_other_activity),
    (
        "Yardstick's own export for Label Studio (export the whole dataset instead: “Import a dataset” takes that)",
        _is_own_export,
    ),
    ("answers of a batch without what was asked: put the request beside its response", _is_batch_output),
)
