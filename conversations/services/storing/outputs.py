"""Where the outputs of systems belong: their subject, case, system and attributes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from conversations.formats import ResponseRow, RowError, SelectionRow
from conversations.handlers import problem
from conversations.hashing import text_hash
from conversations.models import Attribute, Batch, System
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


def unknown_attribute(line: int, path: str, name: str, *, kept: bool = False) -> RowError:
    expected = "the id or the text of an attribute of this subject"
    return problem(line, path, expected, f"“{name[:80]}{'…' if len(name) > 80 else ''}”", kept=kept)
