"""CSV with one turn a row, in any order of the rows."""

from conversations.formats.reader import Reader

from .columns import DEFAULT_COLUMNS, propose, recognises
from .parsing import parse_csv

READER = Reader(
    name="csv",
    label="CSV, one turn a row",
    help="Columns for user, conversation, role and content, in any order of the rows; without a column turn their order counts.",
    section="CSV",
    recognises=recognises,
    rows=parse_csv,
    propose=propose,
    columns=tuple(DEFAULT_COLUMNS),
    holds_conversations_only=True,
)
