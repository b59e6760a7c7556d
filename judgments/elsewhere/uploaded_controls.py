"""Controls that came with an upload. Their cases serve nothing else, so nobody may have been given a response to them."""

from collections.abc import Sequence

from conversations.enums import ControlKind
from conversations.formats import ControlRow, RowError
from conversations.handlers import Stored, problem
from conversations.models import Batch, Case, Comparison, Subject, System
from conversations.services.controls import ControlSides, store_control
from conversations.services.storing.attributes import ensure_systems
from conversations.services.storing.prompts import ensure_cases, known_prompts, unknown_prompt, unknown_subject
from conversations.services.storing.subjects import known_subjects
from judgments.work.setting_aside import unjudged

UPLOADED = "Uploaded controls"  # the system of those that name none


def store_controls(batch: Batch, rows: Sequence[ControlRow]) -> Stored:
    places = _Places(batch, rows)
    stored = Stored()
    for row in rows:
        refused = places.refused(row)
        if refused is not None:
            stored.problems.append(refused)
        elif _is_known(places.case_of(row), row):
            stored.known += 1
        else:
            made = _store(batch, places, row)
            stored.new += 1
            if made.leak_reasons:
                stored.problems.append(_held(row, made))
    return stored


def count_controls(batch: Batch) -> int:
    return Comparison.objects.filter(batch=batch).exclude(control="").count()


def remove_controls(batch: Batch) -> None:
    """The batch is undone: what was set aside for its controls alone is free again."""
    controls = Comparison.objects.exclude(control="")
    of_others = controls.exclude(batch=batch).values("case")
    Case.objects.filter(pk__in=controls.filter(batch=batch).values("case")).exclude(pk__in=of_others).update(
        for_controls=False
    )


class _Places:
    """What the rows refer to, looked up once for all of them. A control for a pair that is no case yet makes it one."""

    def __init__(self, batch: Batch, rows: Sequence[ControlRow]) -> None:
        names = [row.subject for row in rows] + [row.borrowed_from for row in rows if row.borrowed_from]
        self.subjects: dict[str, Subject] = known_subjects(batch, names)
        self._prompts = known_prompts(batch, [row.prompt for row in rows])
        told = [row for row in rows if self._unknown(row) is None]
        self._cases, _ = ensure_cases(batch, [self._pair(row) for row in told])
        self._free = set(unjudged(Case.objects.filter(pk__in=self._cases.values())).values_list("pk", flat=True))
        self.systems: dict[str, System] = ensure_systems(batch, [row.system or UPLOADED for row in told])

    def _pair(self, row: ControlRow) -> tuple[int, int]:
        return self.subjects[row.subject].pk, self._prompts[row.prompt].pk

    def case_of(self, row: ControlRow) -> int:
        return self._cases[self._pair(row)]

    def refused(self, row: ControlRow) -> RowError | None:
        if (unknown := self._unknown(row)) is not None:
            return unknown
        if self.case_of(row) not in self._free:
            expected = "a case of which no rater was given responses: it serves controls only from now on"
            return problem(row.line, "prompt", expected, f"{row.subject} and {row.prompt}, which raters were given")
        return None

    def _unknown(self, row: ControlRow) -> RowError | None:
        if row.subject not in self.subjects:
            return unknown_subject(row.line, row.subject)
        if row.prompt not in self._prompts:
            return unknown_prompt(row.line, row.prompt)
        if row.borrowed_from is not None and row.borrowed_from not in self.subjects:
            expected = "the id of a subject in this file or of an earlier batch"
            return problem(row.line, "borrowed_from", expected, row.borrowed_from)
        return None


def _is_known(case_id: int, row: ControlRow) -> bool:
    same = Comparison.objects.filter(case=case_id, control=row.control, withdrawn_at__isnull=True)
    return same.filter(personalized__text=row.right, generic__text=row.wrong).exists()


def _store(batch: Batch, places: _Places, row: ControlRow) -> Comparison:
    system = places.systems[row.system or UPLOADED]
    lender = places.subjects[row.borrowed_from] if row.borrowed_from else None
    return store_control(
        case=Case.objects.get(pk=places.case_of(row)),
        system=system,
        sides=ControlSides(ControlKind(row.control), right=row.right, wrong=row.wrong, borrowed_from=lender),
        batch=batch,
        names=[row.system] if row.system else [],
    )


def _held(row: ControlRow, control: Comparison) -> RowError:
    expected = "two texts that don't tell what they are; the control is held and given to nobody"
    return problem(row.line, "right", expected, "; ".join(control.leak_reasons), kept=True)
