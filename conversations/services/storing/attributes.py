"""Attributes and where their evidence lies. Pointers that lead nowhere are reported and kept as they are."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conversations.enums import EvidenceState
from conversations.evidence import MOST_POINTERS, Located, Transcript
from conversations.formats import AttributeRow, EvidencePointer, RowError
from conversations.handlers import Beat, Stored, problem
from conversations.hashing import text_hash
from conversations.models import Attribute, Batch, Conversation, System
from conversations.services.storing.subjects import ensure_subjects, known_subjects

UNNAMED_SYSTEM = "uploaded"
_CONVERSATIONS_AT_ONCE = 10
_EXCERPT = 80
_EXPECTED = {
    EvidenceState.NOT_FOUND: "words of the subject, verbatim, in the turn it points to; the attribute is kept",
    EvidenceState.ASSISTANT_TURN: "a turn of the subject; the attribute is kept",
    EvidenceState.OUT_OF_RANGE: "a turn that the conversation has; the attribute is kept",
}

# (row, pointer): the places of a pointer in the rows at hand.
type Place = tuple[int, int]


def ensure_systems(batch: Batch, names: Iterable[str]) -> dict[str, System]:
    """Systems that were uploaded, by name. They have no version; a generated system always has one."""
    systems = {}
    for name in sorted(set(names)):
        systems[name], _ = System.objects.get_or_create(study_id=batch.study_id, name=name, version="")
    return systems


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A row and where its pointers lead to, as it is stored."""

    row: AttributeRow
    evidence: list[dict[str, Any]]


def find_evidence(batch: Batch, rows: Sequence[AttributeRow], beat: Beat) -> list[FoundRow]:
    """Search the subjects' turns for the quotes. Long histories take their time, so no transaction is held meanwhile."""
    subjects = known_subjects(batch, [row.subject for row in rows])
    subject_ids = [subjects[row.subject].pk if row.subject in subjects else None for row in rows]
    found = _evidence([row.evidence[:MOST_POINTERS] for row in rows], subject_ids, beat)
    return [FoundRow(row, pointers) for row, pointers in zip(rows, found, strict=True)]


def store_attributes(batch: Batch, found: Sequence[FoundRow]) -> Stored:
    rows = [one.row for one in found]
    evidence = _still_there([one.evidence for one in found])
    subjects = ensure_subjects(batch, [row.subject for row in rows])
    systems = ensure_systems(batch, [row.system or UNNAMED_SYSTEM for row in rows])
    subject_ids = [subjects[row.subject].pk for row in rows]
    wanted: dict[tuple[int, int, str], Attribute] = {}
    for row, subject_id, pointers in zip(rows, subject_ids, evidence, strict=True):
        system = systems[row.system or UNNAMED_SYSTEM]
        attribute = _attribute(batch, subject_id, system, row, pointers)
        wanted.setdefault((subject_id, system.pk, attribute.content_hash), attribute)
    known = set(
        Attribute.objects.filter(
            subject__in=set(subject_ids), content_hash__in={digest for _, _, digest in wanted}
        ).values_list("subject_id", "system_id", "content_hash")
    )
    new = [attribute for key, attribute in wanted.items() if key not in known]
    Attribute.objects.bulk_create(new, ignore_conflicts=True)
    return Stored(new=len(new), known=len(rows) - len(new), problems=list(_problems(rows, evidence)))


def _still_there(evidence: list[list[dict[str, Any]]]) -> list[list[dict[str, Any]]]:
    """A batch that was undone since the search took its conversations along: what was found in them is nowhere now."""
    meant = {pointer["conversation"] for pointers in evidence for pointer in pointers} - {None}
    gone = meant - set(Conversation.objects.filter(pk__in=meant).values_list("pk", flat=True))
    nowhere = {"conversation": None, "start": None, "end": None, "state": EvidenceState.NOT_FOUND.value}
    return [
        [pointer | nowhere if pointer["conversation"] in gone else pointer for pointer in pointers]
        for pointers in evidence
    ]


def _attribute(
    batch: Batch, subject_id: int, system: System, row: AttributeRow, evidence: list[dict[str, Any]]
) -> Attribute:
    return Attribute(
        subject_id=subject_id,
        system=system,
        batch=batch,
        external_id=row.attribute or "",
        text=row.text,
        content_hash=text_hash(row.text),
        type=row.type,
        reason=row.reason,
        confidence=row.confidence,
        evidence=evidence,
        merged_from=list(row.merged_from),
    )


def _evidence(
    pointers: Sequence[Sequence[EvidencePointer]], subject_ids: Sequence[int | None], beat: Beat
) -> list[list[dict[str, Any]]]:
    """For each row its pointers, resolved to our conversations. Turns are read a few conversations at a time."""
    conversations = _conversations(pointers, subject_ids)
    places: dict[int, list[Place]] = defaultdict(list)
    for place, meant in conversations.items():
        for conversation in meant:
            places[conversation].append(place)
    located: dict[Place, tuple[int, Located]] = {}
    for pk, turns in _turns(places):
        transcript = Transcript(turns)
        for place in places[pk]:
            beat()
            pointer = pointers[place[0]][place[1]]
            if pointer.turn is None and not pointer.quote:
                continue
            found = transcript.locate(pointer.turn, pointer.quote)
            if place not in located or _rank(found.state) < _rank(located[place][1].state):
                located[place] = (pk, found)
    return [
        [
            _stored(pointer, conversations[row, number], located.get((row, number)))
            for number, pointer in enumerate(pointers[row])
        ]
        for row in range(len(pointers))
    ]


def _conversations(
    pointers: Sequence[Sequence[EvidencePointer]], subject_ids: Sequence[int | None]
) -> dict[Place, list[int]]:
    """The conversations a pointer can mean: the one it names; without a name all of the subject's."""
    pointing = {subject_id for some, subject_id in zip(pointers, subject_ids, strict=True) if some} - {None}
    named: dict[tuple[int | None, str], int] = {}
    by_subject: dict[int | None, list[int]] = defaultdict(list)
    found = Conversation.objects.filter(subject__in=pointing).order_by("pk")
    for pk, subject_id, name in found.values_list("pk", "subject_id", "external_id"):
        named.setdefault((subject_id, name), pk)
        by_subject[subject_id].append(pk)
    meant: dict[Place, list[int]] = {}
    for number, some in enumerate(pointers):
        of = subject_ids[number]
        for position, pointer in enumerate(some):
            if pointer.conversation is not None:
                its = named.get((of, pointer.conversation))
                meant[number, position] = [its] if its is not None else []
            elif pointer.turn is None or len(by_subject[of]) == 1:
                meant[number, position] = by_subject[of]
            else:
                meant[number, position] = []  # a turn of we don't know which conversation
    return meant


def _turns(wanted: Mapping[int, Any]) -> Iterator[tuple[int, list[dict[str, str]]]]:
    found = Conversation.objects.filter(pk__in=list(wanted)).order_by("pk").values_list("pk", "turns")
    return found.iterator(chunk_size=_CONVERSATIONS_AT_ONCE)


def _rank(state: EvidenceState) -> int:
    return [EvidenceState.EXACT, EvidenceState.NORMALISED, EvidenceState.TURN].index(state) if state.is_own_words else 9


def _stored(pointer: EvidencePointer, meant: Sequence[int], located: tuple[int, Located] | None) -> dict[str, Any]:
    only = meant[0] if len(meant) == 1 else None
    if located is None:
        place, found = only, Located(pointer.turn, None, None, EvidenceState.NOT_FOUND)
    else:
        # A quote that was searched for in several conversations and is in none of them points to none.
        place, found = (located[0] if located[1].state.is_own_words else only), located[1]
    return {
        "conversation": place,
        "turn": found.turn,
        "quote": pointer.quote or "",
        "start": found.start,
        "end": found.end,
        "state": found.state.value,
    }


def _problems(rows: Sequence[AttributeRow], evidence: Sequence[list[dict[str, Any]]]) -> Iterator[RowError]:
    for row, pointers in zip(rows, evidence, strict=True):
        if len(row.evidence) > MOST_POINTERS:
            expected = f"at most {MOST_POINTERS} pointers; the attribute is kept with the first of them"
            yield problem(row.line, "evidence", expected, f"{len(row.evidence)}", kept=True)
        for number, pointer in enumerate(pointers):
            wanted = _EXPECTED.get(EvidenceState(pointer["state"]))
            if wanted is not None:
                yield problem(row.line, f"evidence[{number}]", wanted, _said(row.evidence[number]), kept=True)


def _said(pointer: EvidencePointer) -> str:
    place = (
        f"conversation {pointer.conversation or 'not named'}, turn {'none' if pointer.turn is None else pointer.turn}"
    )
    if not pointer.quote:
        return place
    quote = " ".join(pointer.quote[: 2 * _EXCERPT].split())
    return f"{place}: “{quote[:_EXCERPT]}{'…' if len(quote) > _EXCERPT else ''}”"
