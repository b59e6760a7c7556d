"""What a rating page shows: nothing in it tells a condition or another's label."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.statements import Statement, columns, one
from conversations.models import Case, Response, Stage, Study
from conversations.reading import cut
from judgments.blinding import as_seen
from judgments.eligibility.live import units_on_page
from judgments.models import Assignment, Task, Unit
from judgments.order import shuffled
from judgments.rating.conversation_list import ConversationList, conversations_of
from judgments.rating.material import Quote, ShownText, laid_out_response, quotes_of, spans_of, written
from judgments.rating.person_card import CardView, card_view
from judgments.rating.reading_list import GivenToRead, given_to_read
from judgments.rating.steps import OVERALL_UNIT, Step, asked_at, is_overall, shows_card, step_of
from judgments.stages import Choice, behaviour
from judgments.stages.person_card import Card, card_of
from judgments.stages.reading import ReadingRule, rule_in, rule_of

# Characters of each text that the page begins with; the rest comes when it is opened.
LONGEST_PROMPT = 10_000
LONGEST_ATTRIBUTE = 2_000
LONGEST_REASON = 1_000
_NAMED = 150  # what a screen reader is told again with each control
_NOBODY = 0  # no rater has this number, so no rater's own order of units is told


@dataclass(frozen=True, slots=True)
class ShownPage:
    """A task before somebody's eyes: a rater's, at an assignment of theirs, or of one who only looks at what raters get."""

    task: Task
    stage: Stage  # the task's
    personalized_left: bool | None  # stage 3 only
    material_url: str  # to which the query of each rest is added
    assignment: Assignment | None = None
    step: Step = Step.WHOLE

    @property
    def rater_id(self) -> int:
        return self.assignment.rater_id if self.assignment else _NOBODY

    @property
    def case_of_card(self) -> Case | None:
        """Whose person the page tells of before it asks. A rater's page does as it did when it was given out."""
        has_card = shows_card(self.assignment) if self.assignment else self.stage.person_card
        return self.task.comparison.case if self.task.comparison and has_card else None

    @property
    def reading_rule(self) -> ReadingRule:
        """A rater's page goes by the rules under which it was given out."""
        if self.assignment is None:
            return rule_of(self.stage)
        return rule_in(self.assignment.rules.facts if self.assignment.rules else {})


def page_of(assignment: Assignment, *, study: Study) -> ShownPage:
    """The rater's own page, as they get it."""
    url = reverse("judgments:material", args=[study.slug, assignment.stage.number, assignment.pk])
    side, step = assignment.personalized_left, step_of(assignment)
    return ShownPage(assignment.task, assignment.stage, side, f"{url}?", assignment, step)


@dataclass(frozen=True, slots=True)
class UnitView:
    id: int
    said: ShownText
    text: str  # the beginning of it, without markup
    is_overall: bool
    is_known: bool  # with a person card: it says so; otherwise a system believed it
    reason: ShownText | None
    quotes: Sequence[Quote]
    label: int | None
    failure_mode: str
    note: str

    @property
    def name(self) -> str:
        return f"unit-{self.id}"


_OVERALL_ANSWER = Statement(
    """SELECT judgment.label, judgment.note
    FROM judgments_judgment judgment JOIN judgments_unit unit ON unit.id = judgment.unit_id
    WHERE judgment.assignment_id = %(assignment)s AND unit.attribute_id IS NULL AND unit.instruction = '' LIMIT 1""",
    columns,
)


@dataclass(frozen=True, slots=True)
class FirstAnswer:
    label: str  # in words, as seen
    note: str


@dataclass(frozen=True, slots=True)
class TaskPage:
    units: Sequence[UnitView]
    choices: Sequence[Choice]
    assignment_id: str = ""  # empty, and the next four say nothing, where somebody only looks
    revising: bool = False
    active_ms: int = 0
    draft_revision: int = 0
    begun_ms: int = 0  # since 1970: the page's drafts are numbered by the time since then
    flagged: bool = False  # the rater is warned before it is shown
    missing_attributes: str = ""
    comment: str = ""
    failure_modes: Sequence[tuple[str, str]] = ()
    material_url: str = ""  # to which the query of each rest is added
    conversations: ConversationList = field(default_factory=ConversationList)
    prompt: ShownText | None = None
    left: ShownText | None = None
    right: ShownText | None = None
    card: CardView | None = None
    asks_first: bool = False  # the answer is final once it is stored, and other units may follow it
    goes_on: bool = False  # the units are those that follow it
    first_answer: FirstAnswer | None = None  # as it is stored


@dataclass(slots=True)
class _Answers:
    """What the rater has given so far: from the draft, or from the judgments when an answer is revised."""

    by_unit: dict[int, dict[str, Any]] = field(default_factory=dict)
    missing_attributes: str = ""
    comment: str = ""

    def of(self, unit: Unit) -> dict[str, Any]:
        """A draft of a page with a card may name its overall unit, or not."""
        found = self.by_unit.get(unit.pk)
        return (self.by_unit.get(OVERALL_UNIT, {}) if is_overall(unit) else {}) if found is None else found


def build_page(page: ShownPage, *, study: Study, unit_id: int | None = None) -> TaskPage:
    """The page with all its units, or with one of them. Their order is the rater's own every time."""
    way = behaviour(page.stage.number)
    units = shown_units(page, unit_id)
    overall = [unit for unit in units if is_overall(unit)]
    by_id = {unit.pk: unit for unit in units if not is_overall(unit)}
    order = shuffled(by_id, key=bytes(study.key), rater_id=page.rater_id, task_id=page.task.pk)
    others = [by_id[unit_id] for unit_id in order]
    answers = _answers_of(page.assignment) if page.assignment else _Answers()
    quotes = quotes_of(others) if way.rests_on_conversations else {}
    card = card_of(page.case_of_card, page.stage) if page.case_of_card else None
    views = [_unit_view(unit, answers, quotes.get(unit.pk, ()), study, card) for unit in [*overall, *others]]
    return TaskPage(
        units=_nameless(views) if page.step == Step.OVERALL else views,
        card=card_view(card) if card else None,
        asks_first=page.step == Step.OVERALL and bool(overall),
        goes_on=page.step == Step.ATTRIBUTES,
        first_answer=_first_answer(page),
        choices=way.choices(),
        flagged=page.task.flagged,
        missing_attributes=answers.missing_attributes,
        comment=answers.comment,
        material_url=page.material_url,
        **_work_on(page.assignment),
        **_material(page, others, study),
    )


def shown_units(page: ShownPage, unit_id: int | None = None) -> list[Unit]:
    """The units that are asked now, or the one asked for, in no order."""
    units = units_on_page(page.task.pk, overall=page.step == Step.OVERALL) or units_on_page(page.task.pk, overall=False)
    return [unit for unit in asked_at(page.step, units) if unit_id in {None, unit.pk}]


def _work_on(assignment: Assignment | None) -> dict[str, Any]:
    """Of whom it is, and how far they are."""
    if assignment is None:
        return {}
    return {
        "assignment_id": str(assignment.pk),
        "revising": bool(assignment.outcome),
        "active_ms": assignment.active_ms,
        "draft_revision": assignment.draft_revision,
        "begun_ms": int(assignment.started_at.timestamp() * 1000),
    }


def _nameless(views: Sequence[UnitView]) -> list[UnitView]:
    return [replace(view, id=OVERALL_UNIT) if view.is_overall else view for view in views]


def _first_answer(page: ShownPage) -> FirstAnswer | None:
    if page.step != Step.ATTRIBUTES or page.assignment is None:
        return None
    given = one(_OVERALL_ANSWER, {"assignment": page.assignment.pk})
    if given is None:
        raise LookupError(f"{page.assignment} asks for attributes and has no overall answer.")
    label, note = given
    way, side = behaviour(page.stage.number), page.personalized_left
    words = {choice.value: choice.label for choice in way.choices()}
    return FirstAnswer(words[way.as_seen(label, personalized_left=side)], note)


def _answers_of(assignment: Assignment) -> _Answers:
    if not assignment.outcome:
        draft = assignment.draft or {}
        return _Answers(
            {answer["unit"]: answer for answer in draft.get("answers", [])},
            draft.get("missing_attributes", ""),
            draft.get("comment", ""),
        )
    side = assignment.personalized_left
    given = {
        judgment.unit_id: {
            "label": judgment.label if side is None else as_seen(judgment.label, personalized_left=side),
            "failure_mode": judgment.failure_mode,
            "note": judgment.note,
        }
        for judgment in assignment.judgments.all()
    }
    return _Answers(given, assignment.missing_attributes, assignment.comment)


def _unit_view(unit: Unit, answers: _Answers, quotes: Sequence[Quote], study: Study, card: Card | None) -> UnitView:
    answer = answers.of(unit)
    said, reason = said_of(unit), reason_of(unit, study)
    beginning = said[: cut(said, 0, _NAMED)]
    return UnitView(
        id=unit.pk,
        said=written(f"text-{unit.pk}", said, most=LONGEST_ATTRIBUTE),
        text=beginning if beginning == said else beginning + "…",
        is_overall=is_overall(unit),
        is_known=card is None or unit.attribute is None or card.says(unit.attribute),
        reason=written(f"reason-{unit.pk}", reason, most=LONGEST_REASON) if reason else None,
        quotes=quotes,
        label=answer.get("label"),
        failure_mode=answer.get("failure_mode", ""),
        note=answer.get("note", ""),
    )


def said_of(unit: Unit) -> str:
    return unit.attribute.text if unit.attribute else unit.instruction or _("All in all")


def reason_of(unit: Unit, study: Study) -> str:
    return unit.attribute.reason if unit.attribute and study.show_reason else ""


def _material(page: ShownPage, units: Sequence[Unit], study: Study) -> dict[str, Any]:
    if page.task.subject is not None:
        modes = behaviour(page.stage.number).every_failure_mode()
        given, spans = given_on(page, study=study), spans_of(units)
        return {
            "conversations": conversations_of(given.conversations, spans, first=_quoted_first(units), said=given.said),
            "failure_modes": [(mode.value, str(mode.label)) for mode in modes],
        }
    prompt = written("prompt", texts_of(page)["prompt"], most=LONGEST_PROMPT)
    sides = {name: laid_out_response(name, response) for name, response in _sides(page).items()}
    return {"prompt": prompt, **sides}


def given_on(page: ShownPage, *, study: Study) -> GivenToRead:
    """What a page of stage 1 gives to read; the first time that its task is given to a rater this is written down."""
    if page.task.subject is None:
        raise LookupError(f"{page.task} is not about a person's conversations.")
    is_given = page.assignment is not None
    return given_to_read(page.task, page.task.subject, page.reading_rule, seed=study.seed, freeze=is_given)


def _quoted_first(units: Sequence[Unit]) -> set[int]:
    """The conversation that the rater needs first: of the first evidence of the first unit that has any."""
    quoted = (conversation for unit in units for conversation in spans_of([unit]))
    first = next(quoted, None)
    return set() if first is None else {first}


def texts_of(page: ShownPage) -> dict[str, str]:
    """The texts that a page of stage 2 or 3 is about, by the name under which their rest is asked for."""
    comparison = page.task.comparison
    case = comparison.case if comparison else page.task.case
    prompt = {"prompt": case.prompt.text} if case else {}
    return prompt | {name: response.text for name, response in _sides(page).items()}


def _sides(page: ShownPage) -> dict[str, Response]:
    comparison = page.task.comparison
    if comparison is None:
        return {}
    sides = comparison.generic, comparison.personalized
    left, right = reversed(sides) if page.personalized_left else sides
    return {"left": left, "right": right}
