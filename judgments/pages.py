"""What a rating page shows: built for one assignment, and nothing in it tells a condition or another's label."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from conversations.enums import EvidenceState
from conversations.markdown import render as render_markdown
from conversations.models import Conversation, Response, Study
from judgments.enums import FailureMode
from judgments.highlighting import Span, mark_evidence
from judgments.models import Assignment, Unit
from judgments.policies.blinding import as_seen
from judgments.policies.order import shuffled
from judgments.queries import live_units
from judgments.rendering import render_turn

# The conversations that open with the page; the others open by hand or when their evidence is asked for.
OPEN_CONVERSATIONS = 3
_FOUND = {EvidenceState.EXACT, EvidenceState.NORMALISED, EvidenceState.TURN, EvidenceState.ASSISTANT_TURN}
_PROSE_ROLES = {"assistant"}


@dataclass(frozen=True, slots=True)
class Choice:
    value: int
    label: str
    key: str


@dataclass(frozen=True, slots=True)
class Quote:
    index: int
    text: str
    is_found: bool
    state: str


@dataclass(frozen=True, slots=True)
class UnitView:
    id: int
    text: str
    is_overall: bool
    reason: str
    quotes: Sequence[Quote]
    label: int | None
    failure_mode: str
    note: str

    @property
    def name(self) -> str:
        return f"unit-{self.id}"


@dataclass(frozen=True, slots=True)
class TurnView:
    role: str
    html: SafeString
    is_prose: bool
    evidence: str  # numbers of the quotes that point to the whole turn


@dataclass(frozen=True, slots=True)
class ConversationView:
    title: str
    is_open: bool
    turns: Sequence[TurnView]


@dataclass(frozen=True, slots=True)
class TaskPage:
    assignment_id: str
    units: Sequence[UnitView]
    choices: Sequence[Choice]
    revising: bool
    active_ms: int
    draft_revision: int
    flagged: bool = False  # the rater is warned before it is shown
    missing_attributes: str = ""
    comment: str = ""
    failure_modes: Sequence[tuple[str, str]] = ()
    conversations: Sequence[ConversationView] = ()
    prompt: str = ""
    left: str = ""
    right: str = ""


@dataclass(slots=True)
class _Answers:
    """What the rater has given so far: from the draft, or from the judgments when an answer is revised."""

    by_unit: dict[int, dict[str, Any]] = field(default_factory=dict)
    missing_attributes: str = ""
    comment: str = ""


def build_page(assignment: Assignment, *, study: Study, unit_id: int | None = None) -> TaskPage:
    """The page of an assignment, or of one unit of it. The order of its units is the rater's own at every visit."""
    stage_number = assignment.stage.number
    live = live_units(assignment.task_id).select_related("attribute")
    units = [unit for unit in live if unit_id in {None, unit.pk}]
    overall = [unit for unit in units if _is_overall(unit)]
    by_id = {unit.pk: unit for unit in units if not _is_overall(unit)}
    order = shuffled(by_id, key=bytes(study.key), rater_id=assignment.rater_id, task_id=assignment.task_id)
    others = [by_id[unit_id] for unit_id in order]
    answers = _answers_of(assignment)
    quotes = _quotes_of(others) if stage_number == 1 else {}
    return TaskPage(
        assignment_id=str(assignment.pk),
        units=[_unit_view(unit, answers, quotes.get(unit.pk, ()), study) for unit in [*overall, *others]],
        choices=_choices(stage_number),
        revising=bool(assignment.outcome),
        active_ms=assignment.active_ms,
        draft_revision=assignment.draft_revision,
        flagged=assignment.task.flagged,
        missing_attributes=answers.missing_attributes,
        comment=answers.comment,
        **_material(assignment, others, quotes),
    )


def _is_overall(unit: Unit) -> bool:
    """An instruction has no attribute either, but stands among the units that have one."""
    return unit.attribute_id is None and not unit.instruction


def _choices(stage_number: int) -> list[Choice]:
    if stage_number == 1:
        return [Choice(1, _("Accept"), "1"), Choice(2, _("Unsure"), "2"), Choice(3, _("Reject"), "3")]
    if stage_number == 2:
        return [Choice(1, _("Yes"), "y"), Choice(0, _("No"), "n")]
    words = [
        _("Left much better"),
        _("Left better"),
        _("No difference"),
        _("Right better"),
        _("Right much better"),
    ]
    return [Choice(number, word, str(number)) for number, word in enumerate(words, start=1)]


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


def _unit_view(unit: Unit, answers: _Answers, quotes: Sequence[Quote], study: Study) -> UnitView:
    answer = answers.by_unit.get(unit.pk, {})
    attribute = unit.attribute
    return UnitView(
        id=unit.pk,
        text=attribute.text if attribute else unit.instruction or _("All in all"),
        is_overall=_is_overall(unit),
        reason=attribute.reason if attribute and study.show_reason else "",
        quotes=quotes,
        label=answer.get("label"),
        failure_mode=answer.get("failure_mode", ""),
        note=answer.get("note", ""),
    )


def _material(assignment: Assignment, units: Sequence[Unit], quotes: dict[int, list[Quote]]) -> dict[str, Any]:
    task = assignment.task
    if task.subject is not None:
        failure_modes = [(mode.value, str(mode.label)) for mode in FailureMode]
        conversations = task.subject.conversations.filter(withdrawn_at__isnull=True).order_by("id")
        return {"conversations": _conversations(conversations, units, quotes), "failure_modes": failure_modes}
    if task.case is not None:
        return {"prompt": task.case.prompt.text}
    assert task.comparison is not None  # noqa: S101 - the table's CHECK says that there is exactly one target
    left, right = _sides(
        task.comparison.generic, task.comparison.personalized, personalized_left=assignment.personalized_left
    )
    return {
        "prompt": task.comparison.case.prompt.text,
        "left": render_markdown(left.text),
        "right": render_markdown(right.text),
    }


def _sides(generic: Response, personalized: Response, *, personalized_left: bool | None) -> tuple[Response, Response]:
    return (personalized, generic) if personalized_left else (generic, personalized)


def _quotes_of(units: Sequence[Unit]) -> dict[int, list[Quote]]:
    """The quotes of each unit, numbered through the page."""
    quotes: dict[int, list[Quote]] = {}
    index = 0
    for unit in units:
        for evidence in unit.attribute.evidence if unit.attribute else ():
            index += 1
            quotes.setdefault(unit.pk, []).append(_quote(index, evidence))
    return quotes


def _quote(index: int, evidence: dict[str, Any]) -> Quote:
    state = EvidenceState(evidence["state"])
    text = evidence.get("quote") or _("The whole turn")
    return Quote(index, text, state in _FOUND, str(state.label))


def _conversations(
    conversations: Iterable[Conversation], units: Sequence[Unit], quotes: dict[int, list[Quote]]
) -> list[ConversationView]:
    places = _places(units, quotes)
    views: list[ConversationView] = []
    for conversation in conversations:
        marked = any(place == conversation.pk for place, _turn in places)
        views.append(
            ConversationView(
                title=conversation.title,
                is_open=marked or len(views) < OPEN_CONVERSATIONS,
                turns=[
                    _turn(turn, places.get((conversation.pk, number), []))
                    for number, turn in enumerate(conversation.turns)
                ],
            )
        )
    return views


def _places(units: Sequence[Unit], quotes: dict[int, list[Quote]]) -> dict[tuple[int, int], list[Span]]:
    places: dict[tuple[int, int], list[Span]] = {}
    for unit in units:
        evidences = unit.attribute.evidence if unit.attribute else ()
        for evidence, quote in zip(evidences, quotes.get(unit.pk, ()), strict=True):
            if quote.is_found:
                span = Span(evidence.get("start") or 0, evidence.get("end") or 0, quote.index)
                places.setdefault((evidence["conversation"], evidence["turn"]), []).append(span)
    return places


def _turn(turn: dict[str, str], spans: Sequence[Span]) -> TurnView:
    marked = [span for span in spans if span.end > span.start]
    whole = " ".join(str(span.evidence) for span in spans if span.end <= span.start)
    is_prose = turn["role"] in _PROSE_ROLES and not marked
    html = render_turn(turn["content"]) if is_prose else mark_evidence(turn["content"], marked)
    return TurnView(turn["role"], html, is_prose, whole)
