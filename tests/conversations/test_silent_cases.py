"""An uploaded arm is silent where nothing was given: a tie by construction, and no comparison."""

import itertools
from typing import Any

import pytest
from django.utils import timezone

from conversations.models import Comparison, SilentCase, Study
from conversations.services import batches
from judgments.enums import TaskKind
from judgments.models import Assignment, Judgment, Task, Unit
from tests import factories
from tests.conversations.importing import (
    CASE,
    CONVERSATION,
    GENERIC,
    PERSONALIZED,
    PROMPT,
    Fields,
    bring,
    found_problems,
)

pytestmark = pytest.mark.django_db

ATTRIBUTE = {"kind": "attribute", "subject": "s1", "id": "a1", "attribute": "Prefers metric units"}
NOT_STATED = {name: value for name, value in PERSONALIZED.items() if name != "attributes"}
SILENCE = {"kind": "selection", "system": "assistant", "subject": "s1", "prompt": "p1", "attributes": []}
OWN = {"arm": {"policy": "own"}}


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def study() -> Study:
    made = factories.study()
    bring(made, [CONVERSATION, ATTRIBUTE, PROMPT, CASE])
    return made


def undo(batch: Any) -> None:
    batches.undo(batch=batch, actor=None, now=timezone.now())


def outcome() -> tuple[int, int]:
    """Comparisons and silent cases."""
    assert all(each.arm.responses.filter(case=each.case).exists() for each in SilentCase.objects.all())
    return Comparison.objects.count(), SilentCase.objects.count()


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ({"attributes": []}, (0, 1)),
        ({}, (1, 0)),
        ({"attributes": None}, (1, 0)),
        ({"attributes": [{"attribute": "a1", "given": False}]}, (1, 0)),
        ({"attributes": [{"attribute": "unheard of"}]}, (1, 0)),
    ],
)
def test_only_an_empty_list_says_that_nothing_was_given(study, stated, expected):
    bring(study, [GENERIC, NOT_STATED | stated])
    assert outcome() == expected
    bring(study, [GENERIC, NOT_STATED | stated])
    assert outcome() == expected


@pytest.mark.parametrize("arm", [OWN, {"arm": {"policy": "selection", "selection_of": "assistant"}}])
@pytest.mark.parametrize("rows", itertools.permutations([GENERIC, NOT_STATED, SILENCE]))
def test_an_empty_selection_makes_its_arm_silent_in_whatever_order_it_is_told(study, rows, arm):
    told = [row | arm if row is NOT_STATED else row for row in rows]
    for row in told:
        bring(study, [row])
    assert outcome() == (0, 1)
    bring(study, told)
    assert outcome() == (0, 1)


def test_the_selection_of_another_system_makes_silent_who_is_given_it(study):
    arm = {"arm": {"policy": "selection", "selection_of": "selector"}}
    bring(study, [GENERIC, NOT_STATED | arm, NOT_STATED | {"arm": "told nothing"}, SILENCE])
    assert outcome() == (2, 0)
    bring(study, [SILENCE | {"system": "selector"}])
    assert outcome() == (1, 1)
    assert SilentCase.objects.get().arm.selecting_system.name == "selector"


@pytest.mark.parametrize("arm", [{}, {"arm": {"policy": "all"}}, {"arm": {"policy": "relevant"}}])
def test_an_arm_that_is_not_given_the_selection_is_not_silent_by_it(study, arm):
    bring(study, [SILENCE, GENERIC, NOT_STATED | arm])
    assert outcome() == (1, 0)


def test_a_selection_that_grows_makes_it_a_comparison(study):
    part: Fields = {name: value for name, value in SILENCE.items() if name != "attributes"} | {"attribute": "a1"}
    bring(study, [{**ATTRIBUTE, "id": "a2", "attribute": "Likes tea"}, GENERIC, NOT_STATED | OWN])
    bring(study, [part | {"selected": False}])
    assert outcome() == (0, 1)
    bring(study, [part | {"attribute": "a2", "selected": True}])
    assert outcome() == (1, 0)


def test_attributes_given_and_an_empty_selection_contradict_each_other(study):
    bring(study, [GENERIC, PERSONALIZED | OWN])
    assert found_problems(bring(study, [SILENCE])) == [(1, "attributes", True)]
    other = PERSONALIZED | {"arm": {"policy": "own", "name": "memory 2"}, "text": "75 cm."}
    assert found_problems(bring(study, [other])) == [(1, "attributes", True)]
    assert outcome() == (2, 0)


def test_what_was_judged_stays_a_comparison(study):
    bring(study, [GENERIC, NOT_STATED | OWN])
    comparison = Comparison.objects.get()
    stage = factories.stage(study, 3)
    task = Task.objects.create(
        stage=stage, kind=TaskKind.REGULAR, comparison=comparison, conflict_key=comparison.case_id
    )
    unit = Unit.objects.create(task=task, position=0)
    rater = factories.rater(study)
    assignment = Assignment.objects.create(
        task=task, stage=stage, rater=rater, conflict_key=comparison.case_id, started_at=timezone.now()
    )
    Judgment.objects.create(
        unit=unit, rater=rater, stage_number=3, assignment=assignment, label=4, submitted_at=timezone.now()
    )
    assert found_problems(bring(study, [SILENCE])) == [(1, "attributes", True)]
    assert outcome() == (1, 0)


def test_undoing_takes_back_what_was_silent(study):
    responses = bring(study, [GENERIC, NOT_STATED | OWN])
    silence = bring(study, [SILENCE])
    with pytest.raises(batches.BatchRefused, match="silent"):
        undo(responses)
    undo(silence)
    assert outcome() == (1, 0)
    undo(responses)
    assert outcome() == (0, 0)


def test_selections_that_others_are_silent_by_are_not_undone(study):
    silence = bring(study, [SILENCE])
    responses = bring(study, [GENERIC, NOT_STATED | OWN])
    with pytest.raises(batches.BatchRefused):
        undo(silence)
    undo(responses)
    undo(silence)
    assert outcome() == (0, 0)
