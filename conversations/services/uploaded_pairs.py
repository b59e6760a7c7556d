"""Uploaded responses become comparisons as soon as both kinds are there, or silent cases where nothing was given."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, ProtectedError, Q, RestrictedError

from conversations.enums import Policy, ResponseKind, SelectionPool
from conversations.models import Arm, Batch, Comparison, Response, Selection, SelectionRecord, SilentCase
from conversations.services.comparisons import Given, pair_responses

SELECTED = (Policy.OWN, Policy.SELECTION)  # under which an arm is given what a selection holds


@dataclass(frozen=True, slots=True)
class Contradiction:
    """What was told of a response doesn't go with an empty selection. The comparison stays as it is."""

    case_id: int
    arm_id: int
    selecting_id: int
    expected: str
    found: str


def settle(*, cases: Collection[int], systems: Collection[int], batch: Batch | None = None) -> list[Contradiction]:
    """Pair what was uploaded for these cases by these systems, or after a selection of theirs.

    It may be called whenever something was told, in any order: an empty selection that comes after the responses makes
    silent what was paired before, and one that grows or is undone makes it a pair again. ``batch`` brought what was
    told; without one a comparison belongs to the batch of its personalized response.
    """
    told = _personalized(cases, systems)
    if not told:
        return []
    known = _Known.of(told)
    return [each for response, arm in told for each in _settled(response, arm, known, batch or response.batch)]


def selecting_id(arm: Arm) -> int:
    """Whose selection the arm is given, by the system's id; 0 where it is given none."""
    return (arm.selecting_system_id or arm.system_id) if arm.policy in SELECTED else 0


def _personalized(cases: Collection[int], systems: Collection[int]) -> list[tuple[Response, Arm]]:
    """First attempts that came in a file; those of runs are paired where they are written."""
    of_systems = Q(system__in=systems) | Q(arm__selecting_system__in=systems)
    found = Response.objects.filter(of_systems, case__in=cases, kind=ResponseKind.PERSONALIZED, attempt=1)
    uploaded = found.filter(batch__isnull=False).select_related("system", "arm", "batch").order_by("pk")
    return [(each, each.arm) for each in uploaded if each.arm is not None]


@dataclass(frozen=True, slots=True)
class _Known:
    """What is stored already."""

    generics: dict[tuple[int, int], Response]  # by case and system
    comparisons: dict[int, Comparison]  # by personalized response
    silent: set[tuple[int, int]]  # arm, case
    empty: set[tuple[int, int]]  # selecting system, case: it spoke, and selected nothing

    @classmethod
    def of(cls, told: Sequence[tuple[Response, Arm]]) -> Self:
        cases = {response.case_id for response, _ in told}
        systems = {response.system_id for response, _ in told}
        generics = Response.objects.filter(
            case__in=cases, system__in=systems, kind=ResponseKind.GENERIC, attempt=1
        ).order_by("pk")
        comparisons = Comparison.objects.filter(personalized__in=[response.pk for response, _ in told])
        silent = SilentCase.objects.filter(case__in=cases, arm__in={arm.pk for _, arm in told})
        return cls(
            generics={(each.case_id, each.system_id): each for each in generics},
            comparisons={each.personalized_id: each for each in comparisons},
            silent=set(silent.values_list("arm_id", "case_id")),
            empty=_spoken_empty(cases, {selecting_id(arm) for _, arm in told}),
        )


def _spoken_empty(cases: Collection[int], systems: Collection[int]) -> set[tuple[int, int]]:
    same = {"system": OuterRef("system"), "case": OuterRef("case"), "pool": OuterRef("pool")}
    chosen = Selection.objects.filter(**same, selected=True)
    spoken = SelectionRecord.objects.filter(case__in=cases, system__in=systems, pool=SelectionPool.ALL)
    return set(spoken.filter(~Exists(chosen)).values_list("system_id", "case_id"))


def _settled(response: Response, arm: Arm, known: _Known, batch: Batch | None) -> Iterator[Contradiction]:
    """A list that is missing says nothing; an empty one, or an empty selection without a list, that nothing was given."""
    stated = response.provenance.get("given")
    is_empty = (selecting_id(arm), response.case_id) in known.empty
    comparison = known.comparisons.get(response.pk)
    is_silent = (arm.pk, response.case_id) in known.silent
    if stated == [] or (stated is None and is_empty):
        if comparison is not None and not _taken_back(comparison):
            expected = "an empty selection before the comparison is judged: it stays one"
            yield Contradiction(response.case_id, arm.pk, selecting_id(arm), expected, "one that was judged")
        elif not is_silent:
            SilentCase.objects.create(arm=arm, case_id=response.case_id, batch=batch)
        return
    if is_empty and any(given for _, given, _ in stated or ()):
        expected = "attributes that were given only where the selection is not empty"
        yield Contradiction(response.case_id, arm.pk, selecting_id(arm), expected, "attributes and an empty selection")
    if is_silent:
        SilentCase.objects.filter(arm=arm, case=response.case_id).delete()
    generic = known.generics.get((response.case_id, response.system_id))
    if comparison is None and generic is not None:
        _pair(generic, response, batch)


def _taken_back(comparison: Comparison) -> bool:
    """Whether the comparison could be deleted: nobody has judged it."""
    try:
        with transaction.atomic():
            comparison.delete()
    except (ProtectedError, RestrictedError, IntegrityError):
        return False
    return True


def _pair(generic: Response, personalized: Response, batch: Batch | None) -> None:
    pair_responses(
        generic=generic,
        personalized=personalized,
        attributes=_given(personalized),
        batch=batch,
        names=[personalized.system.name],
    )


def _given(personalized: Response) -> list[Given]:
    """Each attribute once; one that was given and also listed as context was given."""
    listed: dict[int, Given] = {}
    for attribute_id, given, mentioned in personalized.provenance.get("given", []):
        if attribute_id not in listed or given:
            listed[attribute_id] = Given(attribute_id, given=given, mentioned=mentioned)
    return list(listed.values())
