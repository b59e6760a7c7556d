"""Why a rater gets no page is told exactly when the claim gives them none."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import given, note, settings

from conversations.models import Stage
from judgments.eligibility.reasons import Nothing
from judgments.eligibility.regular_tasks import eligible_sql, tasks_left
from judgments.enums import TaskKind
from judgments.models import Assignment, QueuePosition, Task
from judgments.rating.own_progress import own_progress
from judgments.rating.why_nothing import why_nothing
from judgments.work.beginning import TooManyBegin, claim_first
from judgments.work.claiming import claim_next, special_due
from raters.models import Rater
from tests import factories
from tests.judgments.raters_at_work import claim, judge, open_for_rating
from tests.judgments.rating.generated_studies import PLANS, START, World, build
from tests.judgments.special_pages import set_stage, twin

pytestmark = pytest.mark.django_db


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_gold_page_that_is_due_is_something_though_no_regular_page_is_left():
    study, stage = open_for_rating(1, subjects=2, k=1)
    first = Task.objects.filter(stage=stage).order_by("position")[0]
    rater, other = factories.rater(study), factories.rater(study)
    for _ in range(2):
        judge(claim(rater=other, stage=stage, now=START), now=START)
    twin(first, TaskKind.GOLD)
    assert why_nothing(rater=rater, stage=stage, now=START).reason == Nothing.NOTHING_LEFT
    stage = set_stage(stage, gold_share=50)
    QueuePosition.objects.create(rater=rater, stage=stage, claims=_gold_is_due(rater, stage))
    assert why_nothing(rater=rater, stage=stage, now=START).reason is None
    assert claim(rater=rater, stage=stage, now=START).task.kind == TaskKind.GOLD


def _gold_is_due(rater: Rater, stage: Stage) -> int:
    return next(claims for claims in range(2) if special_due(rater=rater, stage=stage, claims=claims))


def test_who_failed_the_qualification_gets_nothing_before_the_claim_says_so():
    study, stage = open_for_rating(1, subjects=2)
    gold = twin(Task.objects.filter(stage=stage).order_by("position")[0], TaskKind.GOLD, expected=3)
    rater = factories.rater(study)
    stage = set_stage(stage, qualification_tasks=1, qualification_threshold=100)
    page = claim(rater=rater, stage=stage, now=START)
    assert page.task_id == gold.pk
    assert why_nothing(rater=rater, stage=stage, now=START).reason == Nothing.OPEN_PAGE
    judge(page, now=START, label=1)
    assert why_nothing(rater=rater, stage=stage, now=START).reason == Nothing.SCREENED_OUT
    assert claim_next(rater=rater, stage=stage, now=START) is None
    assert why_nothing(rater=rater, stage=stage, now=START).reason == Nothing.SCREENED_OUT


def test_open_page_whose_material_is_gone_is_no_page():
    study, stage = open_for_rating(1, subjects=1)
    rater = factories.rater(study)
    claim(rater=rater, stage=stage, now=START)
    study.subjects.update(withdrawn_at=START)
    assert why_nothing(rater=rater, stage=stage, now=START).reason == Nothing.NOTHING_LEFT
    assert claim_next(rater=rater, stage=stage, now=START) is None


# With the claim's own conditions, whoever is at the slots.
_ELIGIBLE = """
SELECT count(DISTINCT task.id) FROM judgments_slot slot JOIN judgments_task task ON task.id = slot.task_id
WHERE slot.stage_id = %(stage)s AND slot.filled_at IS NULL AND NOT slot.withdrawn AND {eligible}"""


@settings(max_examples=60)
@given(plan=PLANS)
def test_why_nothing_is_none_exactly_when_the_claim_gives_a_page(plan: dict[str, Any]) -> None:
    with undone():
        world = build(plan)
        for rater in world.raters:
            _agree(world, rater)
            _both_forms_agree(world, rater)


def _agree(world: World, rater: Rater) -> None:
    why = why_nothing(rater=rater, stage=world.stage, now=world.now)
    note(f"{rater}: {why}")
    before = set(Assignment.objects.filter(rater=rater, stage=world.stage, outcome="").values_list("pk", flat=True))
    with undone():
        page = claim_next(rater=rater, stage=world.stage, now=world.now)
    assert (page is not None) == (why.reason in {None, Nothing.OPEN_PAGE})
    assert (page is not None and page.pk in before) == (why.reason == Nothing.OPEN_PAGE)
    if why.tasks is not None and not why.tasks.free:
        assert own_progress(enrolment=rater.enrolments.get(), stage=world.stage).tasks_left == 0
    with undone():
        assert _begins(world, rater, world.stage) in {page is not None, None}


def _both_forms_agree(world: World, rater: Rater) -> None:
    """The rules in SQL let the same tasks through as their forms for queries."""
    enrolment = rater.enrolments.get()
    known: dict[str, Any] = {"stage": world.stage.pk, "rater": rater.pk}
    known |= {"languages": enrolment.languages, "avoids_flagged": enrolment.avoids_flagged}
    with connection.cursor() as cursor:
        cursor.execute(_ELIGIBLE.format(eligible=eligible_sql(world.stage)), known)
        (eligible,) = cursor.fetchone()
    left = tasks_left(enrolment=enrolment, stage=world.stage, now=world.now)
    assert eligible == left.free + left.leased


def _begins(world: World, rater: Rater, stage: Stage) -> bool | None:
    """Whether a rater who counts among beginners gets a page; None if they have to wait for others of their address."""
    others = [other.pk for other in world.raters if other != rater]
    try:
        return claim_first(rater=rater, stage=stage, neighbours=others, now=world.now) is not None
    except TooManyBegin:
        return None
