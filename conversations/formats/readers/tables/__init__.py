"""Tables with one turn or one exchange a row, in any order of the rows: CSV, sheets, and flat rows of JSON or Parquet."""

from conversations.formats.fields import FieldError
from conversations.formats.heads import first_records, text_of
from conversations.formats.options import Options
from conversations.formats.reader import Beginning, Reader

from .columns import NAMES, holds_exchanges, holds_turns, proposed, proposed_options
from .parsing import parse_table
from .table_rows import header_of

_LEAST_COLUMNS = 3  # of a table that tells nothing by their names


def _recognises(beginning: Beginning) -> bool:
    if beginning.element is not None:
        return _is_flat(beginning)
    if b"\x00" in beginning.text or b"\n" not in beginning.text:
        return False
    names = header_of(beginning.text)
    if not all(name.isprintable() for name in names):
        return False
    columns = proposed(names)
    return (
        holds_turns(columns)
        or holds_exchanges(columns)
        or (len(names) >= _LEAST_COLUMNS and all(names[:_LEAST_COLUMNS]))
    )


def _is_flat(beginning: Beginning) -> bool:
    """An object whose values are what the columns of such a table hold."""
    element = beginning.element
    if element is None:
        return False
    columns = proposed(element.names())
    try:
        if holds_exchanges(columns):
            return element.is_text(columns["prompt"]) or element.is_text(columns["response"])
        return holds_turns(columns) and "conversation" in columns and element.is_text(columns["content"])
    except FieldError:
        return False


def _propose(head: bytes) -> Options:
    data = text_of(head)
    if data.startswith((b"{", b"[")):
        records, _problems = first_records(data)
        return proposed_options(records[0].names() if records else [])
    return proposed_options(header_of(head))


READER = Reader(
    name="csv",
    label="Table, one turn or exchange a row",
    help="CSV, a sheet or flat rows: columns for user, conversation, role and content, or for prompt and response, in any order of the rows.",
    section="Tables",
    recognises=_recognises,
    rows=parse_table,
    propose=_propose,
    columns=tuple(NAMES),
    holds_conversations_only=True,
)
