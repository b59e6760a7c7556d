"""Controls in the rater table: who missed them, from how many on that is said, and that no pay hangs on it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.enums import ControlKind
from judgments.models import Judgment
from judgments.oversight.answer_signs import AnswerSigns
from judgments.oversight.control_answers import ControlAnswers
from judgments.oversight.figures_in_words import figures_in_words
from judgments.oversight.pay_sheet import pay_sheet
from judgments.oversight.rater_figures import StageFigures
from judgments.oversight.rater_flags import CONTROLS, FlagEvidence, flags
from judgments.oversight.rater_sheet import lines_of
from judgments.oversight.rater_table import rater_rows
from tests import factories
from tests.judgments.controlled import judged_controls
from tests.judgments.rated import OWNER, careful, rated_study, work

MISSES = "misses controls"


def flagged(judged: int, right: int) -> bool:
    controls = ControlAnswers(judged, right, 0)
    evidence = FlagEvidence(StageFigures(1, 1, 3), None, 0.8, 0, 0, controls, None, None, AnswerSigns())
    return MISSES in flags(evidence, with_sides=False)


@pytest.mark.parametrize(("judged", "most"), [(6, 2), (10, 4), (20, 11)])
def test_the_flag_asks_for_a_clear_difference(judged, most):
    assert flagged(judged, most)
    assert not flagged(judged, most + 1)


@given(st.integers(0, 60).flatmap(lambda judged: st.tuples(st.just(judged), st.integers(0, judged))))
def test_few_controls_flag_nobody_and_neither_do_most_told_right(answers):
    judged, right = answers
    if judged < CONTROLS or 4 * right >= 3 * judged:
        assert not flagged(judged, right)


@pytest.mark.django_db
def test_who_missed_controls_stands_first_is_flagged_and_is_paid_like_the_others():
    study = rated_study(stages=(3,), subjects=8, k=3)
    stage = factories.stage(study, 3)
    attentive, careless = factories.rater(study), factories.rater(study)
    for rater in (attentive, careless):
        work(rater, stage, careful, pages=4)
    both = [attentive, careless]
    judged_controls(study, ControlKind.OBVIOUS, lambda rater, _pair: (2, 0)[rater], raters=both, pairs=4)
    judged_controls(
        study, ControlKind.DAMAGED, lambda rater, pair: (2, -1 + 2 * (pair == 0))[rater], raters=both, pairs=4
    )
    judged_controls(study, ControlKind.PERSONAL, lambda _rater, _pair: -2, raters=both, pairs=9)
    _exclude(careless)

    lines = lines_of(rater_rows(study=study, sight=OWNER), OWNER, sort="controls")
    assert [line.row.enrolment.rater_id for line in lines] == [careless.pk, attentive.pk]
    assert [MISSES in line.row.flags for line in lines] == [True, False]
    found = figures_in_words(lines[0].row, OWNER)["controls"]
    assert (found.text, found.count) == ("12 %", "1 of 8 controls")
    assert found.says.startswith("Planted pairs with a known answer: 7 missed, on average \N{MINUS SIGN}0.25 points")
    assert figures_in_words(lines[1].row, OWNER)["controls"].says.startswith(
        "Planted pairs with a known answer: 0 missed"
    )
    paid = pay_sheet(study=study)
    assert len({(line.pay.pages, line.pay.amount) for line in paid.lines}) == 1
    assert {line.pay.pages for line in paid.lines} == {4 + 17}


def _exclude(rater):
    """What was excluded still says why."""
    first = Judgment.objects.filter(rater=rater, unit__task__kind="control").earliest("id")
    Judgment.objects.filter(assignment=first.assignment).update(
        excluded_at=first.submitted_at, exclusion_reason="other"
    )


@pytest.mark.django_db
def test_other_stages_have_no_controls_and_say_so():
    study = rated_study(stages=(1,), subjects=2)
    work(factories.rater(study), factories.stage(study, 1), careful, pages=1)
    [row] = rater_rows(study=study, sight=OWNER)
    assert figures_in_words(row, OWNER)["controls"].why == "stage 3 only"
