"""What a system selected for a case: the whole answer in one row, or one attribute in each."""

from collections.abc import Iterator, Mapping

from conversations.formats.context import Context
from conversations.formats.fields import Record
from conversations.formats.limits import MAX_ATTRIBUTE_CHARACTERS
from conversations.formats.rows import Row, SelectedAttribute, SelectionRow

from .kind import RowKind, system_of


def _selection(line: int, record: Record, context: Context) -> Row:
    is_whole = record.has("attributes")
    if is_whole and (extra := {"attribute", "selected", "score"}.intersection(record.names())):
        raise record.error(min(extra), "either attributes, the whole answer, or one attribute with selected")
    return SelectionRow(
        line=line,
        system=system_of(record, context),
        subject=record.identifier("subject"),
        prompt=record.identifier("prompt"),
        attributes=tuple(_answer(record)) if is_whole else (_one_selected(record),),
        is_whole=is_whole,
    )


def _answer(record: Record) -> Iterator[SelectedAttribute]:
    """Plain ids or texts, or objects where there is more to say of an attribute."""
    for index, value in enumerate(record.list("attributes")):
        path = f"{record.at('attributes')}[{index}]"
        if isinstance(value, dict):
            entry = Record.of(value, path)
            entry.only(frozenset({"attribute", "selected", "score"}))
        else:
            entry = Record({"attribute": value}, path)
        yield SelectedAttribute(
            attribute=entry.text("attribute", MAX_ATTRIBUTE_CHARACTERS),
            selected=True if entry.missing("selected") else entry.boolean("selected"),
            score=entry.optional_number("score"),
        )


def _one_selected(record: Record) -> SelectedAttribute:
    return SelectedAttribute(
        attribute=record.text("attribute", MAX_ATTRIBUTE_CHARACTERS),
        selected=record.boolean("selected"),
        score=record.optional_number("score"),
    )


KINDS: Mapping[str, RowKind] = {
    "selection": RowKind(
        frozenset({"system", "subject", "prompt", "attribute", "selected", "score", "attributes"}), _selection
    ),
}
