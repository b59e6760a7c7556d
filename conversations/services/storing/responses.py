"""Responses of systems. Arms of one system share the generic one; what is told of them settles what they become."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from conversations.enums import Policy, ResponseKind
from conversations.formats import ResponseRow, RowError
from conversations.handlers import Stored, problem
from conversations.hashing import settings_hash
from conversations.models import Batch, Response
from conversations.services.arms import ensure_arm
from conversations.services.storing.attributes import ensure_systems
from conversations.services.storing.outputs import (
    AttributesByName,
    Placed,
    attributes_by_name,
    place_outputs,
    unknown_attribute,
)
from conversations.services.uploaded_pairs import settle

type Key = tuple[int, int, str, int | None]  # case, system, kind, arm
type Stated = list[list[Any]]  # attribute, whether it was given, whether it is mentioned


def store_responses(batch: Batch, rows: Sequence[ResponseRow]) -> Stored:
    placed, problems = place_outputs(batch, rows)
    attributes = attributes_by_name(
        (one.subject_id, given.attribute) for one in placed for given in one.row.attributes or ()
    )
    stored = Stored(problems=problems)
    known = _known_responses(placed)
    arms = _Arms(batch, [one.row.arm.selection_of for one in placed if one.row.arm.selection_of])
    new: list[Response] = []
    lines: dict[tuple[int, int | None], int] = {}
    for one in placed:
        key = (one.case_id, one.system.pk, one.row.kind, arms.of(one))
        lines[one.case_id, key[3]] = one.row.line
        stated, wrong = _stated(one, attributes)
        if key not in known:
            known[key] = response = _response(batch, one, key[3], stated)
            new.append(response)
            stored.problems.extend(wrong)
        elif other := _says_otherwise(one.row, stated, known[key]):
            stored.problems.append(other)
        else:
            stored.known += 1
    Response.objects.bulk_create(new)
    stored.new = len(new)
    for each in settle(cases={one.case_id for one in placed}, systems={one.system.pk for one in placed}, batch=batch):
        if line := lines.get((each.case_id, each.arm_id)):
            stored.problems.append(problem(line, "attributes", each.expected, each.found, kept=True))
    return stored


class _Arms:
    """The arms that the rows at hand state, each looked up once."""

    def __init__(self, batch: Batch, selecting: Sequence[str]) -> None:
        self._systems = ensure_systems(batch, selecting)
        self._ids: dict[tuple[int, str, str | None, str | None, str], int] = {}

    def of(self, one: Placed[ResponseRow]) -> int | None:
        """None of a generic response: it belongs to all arms of its system."""
        if one.row.kind != ResponseKind.PERSONALIZED:
            return None
        stated = one.row.arm
        key = (one.system.pk, stated.name, stated.policy, stated.selection_of, settings_hash(stated.settings))
        if key not in self._ids:
            self._ids[key] = ensure_arm(
                system=one.system,
                name=stated.name,
                policy=Policy(stated.policy or Policy.UNSTATED),
                selecting_system=self._systems[stated.selection_of] if stated.selection_of else None,
                settings=stated.settings,
            ).pk
        return self._ids[key]


def _says_otherwise(row: ResponseRow, stated: Stated | None, before: Response) -> RowError | None:
    """What of a response that is known already is not as it was told before."""
    if before.text != row.text:
        whose = "all its arms share it" if row.kind == ResponseKind.GENERIC else "or another arm"
        expected = f"the {row.kind} response that {row.system} gave to this case before: {whose}"
        return problem(row.line, "text", expected, "another text")
    if stated is not None and row.kind == ResponseKind.PERSONALIZED and stated != before.provenance.get("given"):
        expected = "the attributes that were stated before, none, or another arm"
        return problem(row.line, "attributes", expected, "other attributes" if stated else "an empty list")
    return None


def _known_responses(placed: Sequence[Placed[ResponseRow]]) -> dict[Key, Response]:
    found = Response.objects.filter(
        case__in={one.case_id for one in placed},
        system__in={one.system.pk for one in placed},
        kind__in={one.row.kind for one in placed},
        attempt=1,
    )
    return {(each.case_id, each.system_id, each.kind, each.arm_id): each for each in found}


def _stated(one: Placed[ResponseRow], attributes: AttributesByName) -> tuple[Stated | None, list[RowError]]:
    """None where nothing is stated; a list of which no attribute is known says nothing either."""
    if one.row.attributes is None:
        return None, []
    stated: Stated = []
    problems: list[RowError] = []
    for number, item in enumerate(one.row.attributes):
        attribute = attributes.find(one.subject_id, item.attribute, one.system.pk)
        if attribute is None:
            path = f"attributes[{number}].attribute"
            problems.append(unknown_attribute(one.row.line, path, item.attribute, kept=True))
        else:
            stated.append([attribute, item.given, item.mentioned])
    return (stated if stated or not one.row.attributes else None), problems


def _response(batch: Batch, one: Placed[ResponseRow], arm_id: int | None, stated: Stated | None) -> Response:
    row = one.row
    return Response(
        system=one.system,
        case_id=one.case_id,
        batch=batch,
        kind=row.kind,
        arm_id=arm_id,
        text=row.text,
        model=row.model or "",
        # Its pair may come in a later file: what was given waits with it. An empty list says that nothing was.
        provenance={} if stated is None else {"given": stated},
        input_tokens=row.input_tokens,
        output_tokens=row.output_tokens,
        latency_ms=row.latency_ms,
        cost=Decimal(row.cost) if row.cost is not None else None,
    )
