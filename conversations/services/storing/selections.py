"""Selections, and the records that systems spoke about cases: with one, what a system did not select is a no."""

from collections.abc import Iterable, Sequence

from django.db.models import Exists, OuterRef

from conversations.enums import SelectionPool
from conversations.formats import RowError, SelectedAttribute, SelectionRow
from conversations.handlers import Stored, problem
from conversations.models import Batch, Selection, SelectionRecord
from conversations.services.storing.outputs import (
    AttributesByName,
    Placed,
    attributes_by_name,
    place_outputs,
    unknown_attribute,
)
from conversations.services.uploaded_pairs import settle

type Key = tuple[int, int]  # system, case
type Answer = dict[int, bool]  # by attribute, whether it is selected
type Said = dict[int, SelectedAttribute]

_STORED_BEFORE = "what was stored before, or another system"


def store_selections(batch: Batch, rows: Sequence[SelectionRow]) -> Stored:
    placed, problems = place_outputs(batch, rows)
    attributes = attributes_by_name((one.subject_id, each.attribute) for one in placed for each in one.row.attributes)
    stored = Stored(problems=problems)
    known = _known_answers({(one.system.pk, one.case_id) for one in placed})
    records: list[SelectionRecord] = []
    new: list[Selection] = []
    for one in placed:
        key = (one.system.pk, one.case_id)
        said = _said(one, attributes, stored)
        if said is None or _contradicts(one.row, said, known.get(key), stored):
            continue
        if key not in known:
            records.append(SelectionRecord(system=one.system, case_id=one.case_id, batch=batch))
        added = {attribute: each for attribute, each in said.items() if attribute not in known.get(key, {})}
        _tally(stored, said=len(said), added=len(added), is_first=key not in known)
        known.setdefault(key, {}).update({attribute: each.selected for attribute, each in added.items()})
        new += [_selection(batch, one, attribute, each) for attribute, each in added.items()]
    SelectionRecord.objects.bulk_create(records, ignore_conflicts=True)
    Selection.objects.bulk_create(new, ignore_conflicts=True)
    stored.problems += _contradictions(batch, placed)
    return stored


def _contradictions(batch: Batch, placed: Sequence[Placed[SelectionRow]]) -> list[RowError]:
    """Responses that came before become silent cases where nothing is selected; where they can't, that is said."""
    lines = {(one.system.pk, one.case_id): one.row.line for one in placed}
    settled = settle(cases={case for _, case in lines}, systems={system for system, _ in lines}, batch=batch)
    return [
        problem(line, "attributes", each.expected, each.found, kept=True)
        for each in settled
        if (line := lines.get((each.selecting_id, each.case_id)))
    ]


def count_selections(batch: Batch) -> int:
    """Of attributes; an answer without any counts as one."""
    named = Selection.objects.filter(system=OuterRef("system"), case=OuterRef("case"))
    empty = SelectionRecord.objects.filter(~Exists(named), batch=batch)
    return Selection.objects.filter(batch=batch).count() + empty.count()


def _known_answers(keys: set[Key]) -> dict[Key, Answer]:
    """Of those that were spoken about before."""
    touched = {
        "system__in": {system for system, _ in keys},
        "case__in": {case for _, case in keys},
        "pool": SelectionPool.ALL,
    }
    known: dict[Key, Answer] = {
        key: {} for key in SelectionRecord.objects.filter(**touched).values_list("system_id", "case_id")
    }
    stored = Selection.objects.filter(**touched).values_list("system_id", "case_id", "attribute_id", "selected")
    for system, case, attribute, selected in stored:
        known.setdefault((system, case), {})[attribute] = selected
    return known


def _said(one: Placed[SelectionRow], attributes: AttributesByName, stored: Stored) -> Said | None:
    """None where an attribute is not known: the others alone would say no to it."""
    said: Said = {}
    before = len(stored.problems)
    for number, each in enumerate(one.row.attributes):
        path = f"attributes[{number}].attribute" if one.row.is_whole else "attribute"
        attribute = attributes.find(one.subject_id, each.attribute, one.system.pk)
        if attribute is None:
            stored.problems.append(unknown_attribute(one.row.line, path, each.attribute))
        elif said.setdefault(attribute, each).selected != each.selected:
            stored.problems.append(problem(one.row.line, path, "each attribute once", "it selected and not selected"))
    return said if len(stored.problems) == before else None


def _contradicts(row: SelectionRow, said: Said, before: Answer | None, stored: Stored) -> bool:
    """Whether the system said otherwise before. A whole answer selects what was selected, neither more nor less."""
    if before is None:
        return False
    other = any(before.get(attribute, each.selected) != each.selected for attribute, each in said.items())
    if row.is_whole:
        other |= _chosen(before.items()) != _chosen((attribute, each.selected) for attribute, each in said.items())
    if other:
        field = "attributes" if row.is_whole else "selected"
        stored.problems.append(problem(row.line, field, _STORED_BEFORE, "another answer" if row.is_whole else "other"))
    return other


def _chosen(answer: Iterable[tuple[int, bool]]) -> set[int]:
    return {attribute for attribute, selected in answer if selected}


def _tally(stored: Stored, *, said: int, added: int, is_first: bool) -> None:
    """An answer without attributes counts as one."""
    stored.new += added if said else int(is_first)
    stored.known += said - added if said else int(not is_first)


def _selection(batch: Batch, one: Placed[SelectionRow], attribute_id: int, said: SelectedAttribute) -> Selection:
    return Selection(
        system=one.system,
        case_id=one.case_id,
        attribute_id=attribute_id,
        batch=batch,
        selected=said.selected,
        score=said.score,
    )
