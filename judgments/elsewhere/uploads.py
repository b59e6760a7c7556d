"""Labels given elsewhere are stored: models' votes, a panel's consensus, judgments of humans made before."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils import timezone

from conversations.formats import JudgmentRow, RowError, StatedArm
from conversations.handlers import Stored, problem
from conversations.hashing import settings_hash
from conversations.models import Arm, Batch, Case, Comparison, Stage
from conversations.services.storing.outputs import attributes_by_name
from conversations.services.storing.prompts import known_prompts, unknown_prompt, unknown_subject
from conversations.services.storing.subjects import known_subjects
from judgments.elsewhere.uploaded_pages import Pages, RowRefused, remove_pages
from judgments.models import Assignment, Judgment, Unit
from judgments.stages import LabelNotKnown, behaviour
from judgments.work.building import build_units
from raters.enums import UPLOADED, RaterKind
from raters.models import Rater
from raters.services.enrolling import enrol_model

_NO_SYSTEM = 0


@dataclass(frozen=True, slots=True)
class _Placed:
    """A row and the unit it labels: (target, attribute), by id; no attribute is the overall unit."""

    row: JudgmentRow
    target_id: int
    attribute_id: int | None
    label: int


def store_judgments(batch: Batch, rows: Sequence[JudgmentRow]) -> Stored:
    """A row that says what is stored already changes nothing; one that says something else is refused."""
    stored = Stored()
    for stage in Stage.objects.filter(study_id=batch.study_id).select_related("study"):
        of_stage = [row for row in rows if row.stage == stage.number]
        if of_stage:
            placed = list(_placed(batch, stage, of_stage, stored.problems))
            _store(batch, stage, placed, stored)
    return stored


def count_judgments(batch: Batch) -> int:
    return Judgment.objects.filter(batch=batch).count()


def remove_judgments(batch: Batch) -> None:
    """The batch is undone."""
    remove_pages(batch)
    Judgment.objects.filter(batch=batch).delete()


def _placed(batch: Batch, stage: Stage, rows: Sequence[JudgmentRow], problems: list[RowError]) -> Iterable[_Placed]:
    places = _Places(batch, stage, rows)
    for row in rows:
        try:
            _refuse_from_the_future(batch, row)
            yield _Placed(row, places.target_of(row), places.attribute_of(row), _label(stage, row))
        except RowRefused as refused:
            problems.append(refused.problem)


def _label(stage: Stage, row: JudgmentRow) -> int:
    way = behaviour(stage.number)
    try:
        label = way.parse_label(row.label)
    except LabelNotKnown:
        expected = f"one of {', '.join(way.words.values())}"
        raise RowRefused(problem(row.line, "label", expected, str(row.label))) from None
    if row.failure_mode and row.failure_mode not in way.failure_modes(label):
        modes = ", ".join(way.failure_modes(label)) or "none with this label"
        raise RowRefused(problem(row.line, "failure_mode", modes, row.failure_mode))
    return label


def _refuse_from_the_future(batch: Batch, row: JudgmentRow) -> None:
    if row.submitted_at is not None and row.submitted_at > (batch.started_at or timezone.now()):
        expected = "a moment before this import"
        raise RowRefused(problem(row.line, "submitted_at", expected, row.submitted_at.isoformat()))


class _Places:
    """What the rows refer to, looked up once for all of them."""

    def __init__(self, batch: Batch, stage: Stage, rows: Sequence[JudgmentRow]) -> None:
        self.stage = stage
        self.subjects = known_subjects(batch, [row.subject for row in rows])
        self.prompts = known_prompts(batch, [row.prompt for row in rows if row.prompt is not None])
        subject_ids = [subject.pk for subject in self.subjects.values()]
        self.cases = {
            (subject_id, prompt_id): pk
            for pk, subject_id, prompt_id in Case.objects.filter(
                subject__in=subject_ids, prompt__in=[prompt.pk for prompt in self.prompts.values()]
            ).values_list("id", "subject_id", "prompt_id")
        }
        self.attributes = attributes_by_name(
            (self.subjects[row.subject].pk, row.attribute)
            for row in rows
            if row.attribute is not None and row.subject in self.subjects
        )
        self.comparisons: dict[int, list[Comparison]] = {}
        if behaviour(stage.number).target == "comparison":
            found = Comparison.objects.filter(case__in=self.cases.values(), control="", withdrawn_at=None).order_by(
                "id"
            )
            for each in found.select_related("system", "arm__selecting_system"):
                self.comparisons.setdefault(each.case_id, []).append(each)

    def target_of(self, row: JudgmentRow) -> int:
        found = {"subject": self._subject_of, "case": self._case_of, "comparison": self._comparison_of}
        return found[behaviour(self.stage.number).target](row)

    def _subject_of(self, row: JudgmentRow) -> int:
        subject = self.subjects.get(row.subject)
        if subject is None:
            raise RowRefused(unknown_subject(row.line, row.subject))
        return subject.pk

    def _case_of(self, row: JudgmentRow) -> int:
        subject_id = self._subject_of(row)
        prompt = self.prompts.get(row.prompt or "")
        if prompt is None:
            raise RowRefused(unknown_prompt(row.line, row.prompt or ""))
        case_id = self.cases.get((subject_id, prompt.pk))
        if case_id is None:
            raise RowRefused(problem(row.line, "prompt", "a prompt that is a case of this subject", row.prompt or ""))
        return case_id

    def _comparison_of(self, row: JudgmentRow) -> int:
        of_case = self.comparisons.get(self._case_of(row), [])
        of_system = [each for each in of_case if row.system in {None, each.system.name}]
        if len({each.system_id for each in of_system}) != 1:
            systems = ", ".join(dict.fromkeys(each.system.name for each in of_case))
            expected = systems or "a system whose two responses were uploaded before"
            raise RowRefused(problem(row.line, "system", expected, row.system or "none"))
        meant = [each.pk for each in of_system if _is_of(each.arm, row.arm)]
        if len(meant) != 1:
            expected = "what tells the arm from the others of its system that are compared for this case"
            raise RowRefused(problem(row.line, "arm", expected, f"{len(meant)} of {len(of_system)} arms"))
        return meant[0]

    def attribute_of(self, row: JudgmentRow) -> int | None:
        if row.attribute is None:
            return None
        found = self.attributes.find(self.subjects[row.subject].pk, row.attribute, _NO_SYSTEM)
        if found is None:
            expected = "the id or the text of an attribute of this subject"
            raise RowRefused(problem(row.line, "attribute", expected, row.attribute[:80]))
        return found


def _is_of(arm: Arm | None, stated: StatedArm) -> bool:
    """Whether all that is said holds of the arm; who says nothing means any."""
    if arm is None:
        return stated == StatedArm()
    selecting = arm.selecting_system.name if arm.selecting_system else None
    return (
        stated.name in {"", arm.name}
        and stated.policy in {None, arm.policy}
        and stated.selection_of in {None, selecting}
        and (not stated.settings or settings_hash(stated.settings) == arm.settings_hash)
    )


def _store(batch: Batch, stage: Stage, placed: Sequence[_Placed], stored: Stored) -> None:
    units = _units(stage, placed)
    raters = _raters(batch, placed)
    known = _known(units.values(), raters.values())
    pages = Pages(batch, stage, [one.row for one in placed], units.values(), raters.values())
    new: dict[tuple[int, int, int], Judgment] = {}
    for one in placed:
        unit_id = units.get((one.target_id, one.attribute_id))
        if unit_id is None:
            expected = "a unit that can be judged: nothing withdrawn or held, no context attribute, no identical pair"
            stored.problems.append(problem(one.row.line, "attribute", expected, (one.row.attribute or "overall")[:80]))
            continue
        rater = raters[one.row.rater_kind, one.row.rater]
        key = (unit_id, rater.pk, one.row.presentation)
        before = known.get(key, new[key].label if key in new else None)
        if before is None:
            try:
                new[key] = _judgment(batch, one, unit_id, rater, pages.page_of(one.row, unit_id, rater))
            except RowRefused as refused:
                stored.problems.append(refused.problem)
        elif before == one.label:
            stored.known += 1
        else:
            stored.problems.append(problem(one.row.line, "label", "the label that is stored", str(one.row.label)))
    pages.store()
    Judgment.objects.bulk_create(new.values())
    stored.new += len(new)


def _units(stage: Stage, placed: Sequence[_Placed]) -> dict[tuple[int, int | None], int]:
    targets = {one.target_id for one in placed}
    wanted = {(one.target_id, one.attribute_id) for one in placed}
    found = _built_units(stage, targets)
    lacking = {target for target, attribute in wanted if (target, attribute) not in found}
    if lacking:
        build_units(stage=stage, target_ids=lacking)
        found = _built_units(stage, targets)
    return found


def _built_units(stage: Stage, target_ids: set[int]) -> dict[tuple[int, int | None], int]:
    target = f"task__{behaviour(stage.number).target}"
    units = Unit.objects.filter(task__stage=stage, task__kind="regular", **{f"{target}__in": target_ids})
    return {
        (target_id, attribute_id): pk for pk, target_id, attribute_id in units.values_list("id", target, "attribute")
    }


def _raters(batch: Batch, placed: Sequence[_Placed]) -> dict[tuple[str, str], Rater]:
    named = {(one.row.rater_kind, one.row.rater) for one in placed}
    return {
        (kind, name): enrol_model(study=batch.study, name=_rater_name(kind, name), kind=RaterKind(kind))
        for kind, name in sorted(named)
    }


def _rater_name(kind: str, name: str) -> str:
    """No upload may speak for a human who rates here."""
    return f"{name}{UPLOADED}" if kind == RaterKind.HUMAN else name


def _known(unit_ids: Iterable[int], raters: Iterable[Rater]) -> dict[tuple[int, int, int], int]:
    found = Judgment.objects.filter(unit__in=list(unit_ids), rater__in=list(raters))
    return {
        (unit_id, rater_id, presentation): label
        for unit_id, rater_id, presentation, label in found.values_list("unit", "rater", "presentation", "label")
    }


def _judgment(batch: Batch, one: _Placed, unit_id: int, rater: Rater, page: Assignment | None) -> Judgment:
    return Judgment(
        unit_id=unit_id,
        rater=rater,
        presentation=one.row.presentation,
        stage_number=one.row.stage,
        assignment=page,
        batch=batch,
        label=one.label,
        failure_mode=one.row.failure_mode,
        note=one.row.note,
        submitted_at=one.row.submitted_at or batch.started_at or timezone.now(),
    )
