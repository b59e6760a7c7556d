"""A study that many raters have judged, each in their own way, through the services alone."""

import random
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from conversations.models import Stage, Study
from judgments.disclosure import Sight
from judgments.models import Assignment
from judgments.rating.given_answers import GivenAnswers, UnitAnswer
from judgments.work.claiming import claim_next
from judgments.work.opening import open_stage
from raters.models import Rater
from tests import factories
from tests.judgments.raters_at_work import give
from tests.rows import made_once

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
OWNER = Sight(frozenset(), waits=False)

type Label = Callable[[Assignment, int], int]  # of a page and a unit, as seen


@made_once
def rated_study(*, stages: tuple[int, ...] = (1,), subjects: int = 10, attributes_each: int = 4, k: int = 3) -> Study:
    study = factories.study(same_rater_across_stages=True)
    factories.material(study, subjects=subjects, attributes_each=attributes_each)
    for number in stages:
        open_stage(stage=factories.stage(study, number, k=k), actor=None, now=NOW)
    return study


def work(
    rater: Rater, stage: Stage, label: Label, *, pages: int, seconds: float = 8, now: datetime = NOW
) -> list[Assignment]:
    """So many pages, at this pace for each unit. Returns those there were."""
    done = []
    for _page in range(pages):
        assignment = claim_next(rater=rater, stage=stage, now=now)
        if assignment is None:
            break
        units = list(assignment.task.units.values_list("id", flat=True))
        spent = timedelta(seconds=seconds * len(units))
        answers = [UnitAnswer(unit_id=unit, label=label(assignment, unit)) for unit in units]
        submission = GivenAnswers(uuid.uuid4(), answers, active_ms=round(1000 * spent.total_seconds()))
        now += spent
        give(assignment, submission, now=now)
        done.append(assignment)
    return done


def careful(assignment: Assignment, unit: int) -> int:
    """What careful raters agree on: a fixed label for each unit, with a slip now and then."""
    stage = assignment.stage.number
    chance = random.Random(f"{unit}:{assignment.rater_id}")
    settled = random.Random(unit).choice([1, 3] if stage == 1 else [0, 1] if stage == 2 else [2, 4])
    if stage == 3 and assignment.personalized_left:
        settled = 6 - settled
    return settled if chance.random() < 0.9 else {1: 2, 2: 1, 3: 3}[stage]


def always(label: int) -> Label:
    return lambda _assignment, _unit: label
