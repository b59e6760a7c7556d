"""Pages that raters set aside."""

import uuid

import pytest

from judgments.enums import Outcome
from judgments.models import Slot, Task
from judgments.rating.answering import set_aside
from judgments.work.claiming import claim_next
from judgments.work.progress import progress_of
from tests import factories
from tests.judgments.raters_at_work import answers, claim, open_for_rating
from tests.judgments.rating.drafts import NOW, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def claimed():
    study, stage = open_for_rating(1, subjects=2)
    return claim(rater=factories.rater(study), stage=stage, now=NOW)


def aside(assignment, act, client_id=None):
    return set_aside(
        rater=assignment.rater,
        assignment_id=assignment.pk,
        act=act,
        comment="",
        client_id=client_id or uuid.uuid4(),
        now=NOW,
    )


def test_page_set_aside_goes_to_others_and_not_back():
    study, stage = open_for_rating(1, subjects=1, k=1)
    rater, other = factories.rater(study), factories.rater(study)
    assignment = claim(rater=rater, stage=stage, now=NOW)
    client_id = uuid.uuid4()
    assert aside(assignment, Outcome.CANNOT_JUDGE, client_id).outcome == Outcome.CANNOT_JUDGE
    assert aside(assignment, Outcome.CANNOT_JUDGE, client_id).repeated
    assert claim_next(rater=rater, stage=stage, now=NOW) is None
    assert claim(rater=other, stage=stage, now=NOW).task_id == assignment.task_id


def test_page_that_three_raters_find_upsetting_is_withdrawn():
    study, stage = open_for_rating(1, subjects=1)
    for expected in (None, None, "upsetting"):
        assignment = claim(rater=factories.rater(study), stage=stage, now=NOW)
        aside(assignment, Outcome.UPSETTING)
        assert (Task.objects.get(pk=assignment.task_id).withdrawn_reason or None) == expected
    assert claim_next(rater=factories.rater(study), stage=stage, now=NOW) is None
    progress = progress_of(stage, now=NOW)
    assert (progress.total, progress.tasks_withdrawn, progress.set_aside) == (0, 1, 3)


def test_answer_after_setting_aside_still_counts_if_nobody_else_came(claimed):
    aside(claimed, Outcome.TECHNICAL)
    assert send(claimed, answers(claimed)).outcome == Outcome.SUBMITTED


def test_setting_aside_a_judged_page_leaves_it_judged(claimed):
    send(claimed, answers(claimed))
    assert aside(claimed, Outcome.UPSETTING).outcome == Outcome.SUBMITTED
    assert Slot.objects.get(assignment=claimed).filled_at is not None
