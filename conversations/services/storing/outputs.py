"""What systems made: responses that become comparisons as soon as both kinds are there; and where outputs belong."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from conversations.enums import Policy, ResponseKind
from conversations.formats import ResponseRow, RowError, SelectionRow
from conversations.handlers import Stored, problem
from conversations.hashing import settings_hash, text_hash
from conversations.models import Attribute, Batch, Response, System
from conversations.services.arms import ensure_arm
from conversations.services.comparisons import Given, pair_responses
from conversations.services.storing.attributes import ensure_systems
from conversations.services.storing.prompts import ensure_cases, known_prompts, unknown_prompt, unknown_subject
from conversations.services.storing.subjects import known_subjects


@dataclass(frozen=True, slots=True)
class AttributesByName:
    """A subject's attributes as uploaders refer to them: by their own id or by the text."""

    ids: dict[tuple[int, str], list[tuple[int, int]]]  # (subject, id or hash of the text) -> (attribute, system)

    def find(self, subject_id: int, name: str, system_id: int) -> int | None:
        """The attribute meant. Where systems share a text it is the system's own, else the one that came first."""
        found = self.ids.get((subject_id, name)) or self.ids.get((subject_id, text_hash(name)))
        if not found:
            return None
        return min(found, key=lambda one: (one[1] != system_id, one[0]))[0]


def attributes_by_name(wanted: Iterable[tuple[int, str]]) -> AttributesByName:
    """Of (subject, id or text) pairs."""
    pairs = set(wanted)
    subjects, names = {subject for subject, _ in pairs}, {name for _, name in pairs}
    of_subjects = Attribute.objects.filter(subject__in=subjects)
    by_id = of_subjects.filter(external_id__in=names - {""}).values_list("subject_id", "external_id", "pk", "system_id")
    hashes = {text_hash(name) for name in names}
    by_text = of_subjects.filter(content_hash__in=hashes).values_list("subject_id", "content_hash", "pk", "system_id")
    ids: dict[tuple[int, str], list[tuple[int, int]]] = {}
    for subject_id, name, pk, system_id in [*by_id, *by_text]:
        ids.setdefault((subject_id, name), []).append((pk, system_id))
    return AttributesByName(ids)


@dataclass(frozen=True, slots=True)
class Placed[R: (SelectionRow, ResponseRow)]:
    """A row whose subject, prompt and system are known."""

    row: R
    subject_id: int
    case_id: int
    system: System


def place_outputs[R: (SelectionRow, ResponseRow)](
    batch: Batch, rows: Sequence[R]
) -> tuple[list[Placed[R]], list[RowError]]:
    """An output for a pair that is no case yet makes it one."""
    subjects = known_subjects(batch, [row.subject for row in rows])
    prompts = known_prompts(batch, [row.prompt for row in rows])
    told = [row for row in rows if row.subject in subjects and row.prompt in prompts]
    pairs = [(subjects[row.subject].pk, prompts[row.prompt].pk) for row in told]
    cases, _ = ensure_cases(batch, pairs)
    systems = ensure_systems(batch, [row.system for row in told])
    placed = [Placed(row, pair[0], cases[pair], systems[row.system]) for row, pair in zip(told, pairs, strict=True)]
    problems = [
        unknown_subject(row.line, row.subject) if row.subject not in subjects else unknown_prompt(row.line, row.prompt)
        for row in rows
        if row.subject not in subjects or row.prompt not in prompts
    ]
    return placed, problems


def store_responses(batch: Batch, rows: Sequence[ResponseRow]) -> Stored:
    placed, problems = place_outputs(batch, rows)
    attributes = attributes_by_name((one.subject_id, given.attribute) for one in placed for given in one.row.attributes)
    stored = Stored(problems=problems)
    known = _known_responses(placed)
    arms = _Arms(batch, [one.row.arm.selection_of for one in placed if one.row.arm.selection_of])
    new: list[Response] = []
    for one in placed:
        key = (one.case_id, one.system.pk, one.row.kind)
        arm_id = arms.of(one) if one.row.kind == ResponseKind.PERSONALIZED else None
        if key not in known:
            response, wrong = _response(batch, one, arm_id, attributes)
            known[key] = (response.text, arm_id)
            new.append(response)
            stored.problems.extend(wrong)
        elif known[key] == (one.row.text, arm_id):
            stored.known += 1
        else:
            stored.problems.append(_other_response(one.row, is_text=known[key][0] != one.row.text))
    Response.objects.bulk_create(new)
    stored.new = len(new)
    _pair(batch, {(one.case_id, one.system.pk) for one in placed})
    return stored


class _Arms:
    """The arms that the rows at hand state, each looked up once."""

    def __init__(self, batch: Batch, selecting: Sequence[str]) -> None:
        self._systems = ensure_systems(batch, selecting)
        self._ids: dict[tuple[int, str, str | None, str | None, str], int] = {}

    def of(self, one: Placed[ResponseRow]) -> int:
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


def _other_response(row: ResponseRow, *, is_text: bool) -> RowError:
    if is_text:
        expected = f"the {row.kind} response that {row.system} gave to this case before, or another system"
        return problem(row.line, "text", expected, "another text")
    return problem(row.line, "arm", f"the arm that this response of {row.system} was stored under", "another arm")


def _known_responses(
    placed: Sequence[Placed[ResponseRow]],
) -> dict[tuple[int, int, str], tuple[str, int | None]]:
    """Text and arm."""
    found = Response.objects.filter(
        case__in={one.case_id for one in placed}, system__in={one.system.pk for one in placed}, attempt=1
    ).values_list("case_id", "system_id", "kind", "text", "arm_id")
    return {(case, system, kind): (text, arm) for case, system, kind, text, arm in found}


def _response(
    batch: Batch, one: Placed[ResponseRow], arm_id: int | None, attributes: AttributesByName
) -> tuple[Response, list[RowError]]:
    row = one.row
    given: list[tuple[int, bool, bool | None]] = []
    problems: list[RowError] = []
    for number, item in enumerate(row.attributes):
        attribute = attributes.find(one.subject_id, item.attribute, one.system.pk)
        if attribute is None:
            path = f"attributes[{number}].attribute"
            problems.append(unknown_attribute(row.line, path, item.attribute, kept=True))
        else:
            given.append((attribute, item.given, item.mentioned))
    response = Response(
        system=one.system,
        case_id=one.case_id,
        batch=batch,
        kind=row.kind,
        arm_id=arm_id,
        text=row.text,
        model=row.model or "",
        # Its pair may come in a later file: what was given waits with it.
        provenance={"given": given} if given else {},
        input_tokens=row.input_tokens,
        output_tokens=row.output_tokens,
        latency_ms=row.latency_ms,
        cost=Decimal(row.cost) if row.cost is not None else None,
    )
    return response, problems


def _pair(batch: Batch, touched: set[tuple[int, int]]) -> None:
    """Make the comparisons that are complete now."""
    found = Response.objects.filter(
        case__in={case for case, _ in touched}, system__in={system for _, system in touched}, attempt=1
    )
    unpaired = found.filter(comparisons_as_generic=None, comparison_as_personalized=None).select_related("system")
    pairs: dict[tuple[int, int], dict[str, Response]] = {}
    for response in unpaired.order_by("pk"):
        pairs.setdefault((response.case_id, response.system_id), {})[response.kind] = response
    for pair in pairs.values():
        generic, personalized = pair.get(ResponseKind.GENERIC), pair.get(ResponseKind.PERSONALIZED)
        if generic is not None and personalized is not None:
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


def unknown_attribute(line: int, path: str, name: str, *, kept: bool = False) -> RowError:
    expected = "the id or the text of an attribute of this subject"
    return problem(line, path, expected, f"“{name[:80]}{'…' if len(name) > 80 else ''}”", kept=kept)
