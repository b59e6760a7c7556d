"""Votes of models are stored as judgments: one page of a model rater in one order, whose side is written down."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F

from conversations.enums import ReadingKind
from conversations.models import Guidelines, Stage
from judgments.enums import Outcome
from judgments.models import Assignment, Judgment, RulesInForce, Task, Unit
from judgments.stages import behaviour
from judgments.work.rules import rules_under
from raters.enums import RaterKind
from raters.models import Rater

_ROWS_AT_ONCE = 1000


class NotAModel(Exception):
    """Humans answer by their pages, never by this way."""


class OtherSide(Exception):
    """The page is stored with the personalized response on the other side than it was shown on now."""


@dataclass(frozen=True, slots=True)
class Showing:
    """A task as it was put to a model."""

    task: Task
    rater: Rater
    guidelines: Guidelines | None
    started_at: datetime
    presentation: int = 0  # 1 is the swapped order
    personalized_left: bool | None = None  # stage 3 only
    has_card: bool = False  # the person card stood beside it


@dataclass(frozen=True, slots=True)
class Vote:
    unit_id: int
    label: int  # as seen: at stage 3 from 1, left much better, to 5, right much better
    failure_mode: str = ""


@transaction.atomic
def store_votes(*, showing: Showing, votes: Sequence[Vote], now: datetime) -> int:
    """Store the votes on units that this rater has not judged in this order yet. Returns how many those were.

    Raises:
        NotAModel: the rater is human, or a panel.
        OtherSide: earlier votes on this page were given with the sides the other way round.
        LabelNotKnown: the stage has no such label.
    """
    if showing.rater.kind != RaterKind.MODEL:
        raise NotAModel(showing.rater.name)
    page = _page(showing, now)
    if page.personalized_left != showing.personalized_left:
        raise OtherSide(f"task {page.task_id}, presentation {page.presentation}")
    mine = Judgment.objects.filter(rater=showing.rater, presentation=showing.presentation, unit__task=showing.task)
    judged = set(mine.values_list("unit", flat=True))
    new = [_judgment(page, vote, now) for vote in votes if vote.unit_id not in judged]
    Judgment.objects.bulk_create(new)
    return len(new)


def _page(showing: Showing, now: datetime) -> Assignment:
    """The rater at the task, locked. No slot is filled by it: models count outside k."""
    key = {"task": showing.task, "rater": showing.rater, "presentation": showing.presentation}
    Assignment.objects.get_or_create(
        **key,
        defaults={
            "stage_id": showing.task.stage_id,
            "conflict_key": showing.task.conflict_key,
            "personalized_left": showing.personalized_left,
            "guidelines": showing.guidelines,
            "rules": _rules(showing, now),
            "started_at": showing.started_at,
            "outcome": Outcome.SUBMITTED,
            "revision": 1,
            "submitted_at": now,
        },
    )
    return Assignment.objects.select_for_update(of=("self",)).select_related("stage").get(**key)


def _rules(showing: Showing, now: datetime) -> RulesInForce:
    """A model reads as much as fits, whatever raters are given to read."""
    stage = copy(showing.task.stage)
    stage.reading = ReadingKind.ALL
    if not showing.has_card:
        stage.person_card = False
    return rules_under(stage=stage, guidelines=showing.guidelines, now=now)


def _judgment(page: Assignment, vote: Vote, now: datetime) -> Judgment:
    way = behaviour(page.stage.number)
    label = way.canonical(vote.label, personalized_left=page.personalized_left)
    return Judgment(
        unit_id=vote.unit_id,
        rater_id=page.rater_id,
        presentation=page.presentation,
        stage_number=page.stage.number,
        assignment=page,
        label=label,
        failure_mode=vote.failure_mode if vote.failure_mode in way.failure_modes(label) else "",
        submitted_at=now,
    )


@transaction.atomic
def label_units(*, stage: Stage, rater: Rater, labels: Mapping[int, int], now: datetime) -> int:
    """Give many units of a stage a model rater's labels, or change those it gave. Returns how many are new or changed.

    What was uploaded for this rater stays as it is.

    Raises:
        NotAModel: the rater is human, or a panel.
    """
    if rater.kind != RaterKind.MODEL:
        raise NotAModel(rater.name)
    given = Judgment.objects.filter(rater=rater, presentation=0, unit__task__stage=stage)
    known = dict(given.values_list("unit", "label"))
    for label in set(labels.values()):
        changed = [unit for unit, wanted in labels.items() if wanted == label and known.get(unit, label) != label]
        given.filter(unit__in=changed, batch__isnull=True).update(
            label=label, revision=F("revision") + 1, submitted_at=now
        )
    new = Unit.objects.filter(pk__in=labels.keys() - known.keys()).order_by("task", "position")
    tasks = dict(new.values_list("pk", "task"))
    pages = _pages_of(stage, rater, set(tasks.values()), now)
    judgments = [
        Judgment(
            unit_id=unit,
            rater=rater,
            stage_number=stage.number,
            assignment_id=pages[task],
            label=labels[unit],
            submitted_at=now,
        )
        for unit, task in tasks.items()
    ]
    Judgment.objects.bulk_create(judgments, batch_size=_ROWS_AT_ONCE)
    return len(new) + sum(1 for unit, label in labels.items() if known.get(unit, label) != label)


def _pages_of(stage: Stage, rater: Rater, task_ids: Collection[int], now: datetime) -> dict[int, uuid.UUID]:
    """By task, the rater's submitted page."""
    pages = Assignment.objects.filter(rater=rater, stage=stage, presentation=0, task__in=task_ids)
    lacking = sorted(set(task_ids) - set(pages.values_list("task", flat=True)))
    new = [
        Assignment(
            task_id=task,
            stage=stage,
            rater=rater,
            started_at=now,
            outcome=Outcome.SUBMITTED,
            revision=1,
            submitted_at=now,
        )
        for task in lacking
    ]
    Assignment.objects.bulk_create(new, batch_size=_ROWS_AT_ONCE)
    return dict(pages.values_list("task", "pk"))
