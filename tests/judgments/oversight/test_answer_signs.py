"""Signs that an AI may have answered: what they count, when they become a flag, and that they stay without consequences."""

from dataclasses import replace

import pytest

from conversations.models import Comparison, Conversation, Prompt
from judgments.models import Assignment, Judgment
from judgments.oversight.answer_signs import AnswerSigns, answer_signs
from judgments.oversight.rater_table import rater_rows
from judgments.stages.reading import CHARACTERS_PER_WORD
from judgments.work.reading import WORDS_PER_MINUTE
from tests import factories
from tests.judgments.rated import OWNER, always, rated_study, work

pytestmark = pytest.mark.django_db
NOTE = "As an overall assessment, this seems right."
MINUTE_OF_READING = "x" * (WORDS_PER_MINUTE * CHARACTERS_PER_WORD)


def test_pastes_and_exits_are_counted_in_pages_and_flagged_from_three_on():
    study = rated_study(subjects=6)
    stage, rater, other = factories.stage(study, 1), factories.rater(study), factories.rater(study)
    done = work(rater, stage, always(1), pages=4)
    work(other, stage, always(1), pages=4)
    Assignment.objects.filter(pk__in=[page.pk for page in done[:2]]).update(pastes=5, exits_with_copy=1)
    assert answer_signs(stage=stage)[rater.pk] == AnswerSigns(pages=4, pasted=2, left_with_copy=2)
    assert flags_of(study, rater) == []
    Assignment.objects.filter(pk=done[2].pk).update(pastes=1)
    assert flags_of(study, rater) == ["pasted into notes on 3 of 4 pages"]
    assert flags_of(study, other) == []
    assert answer_signs(stage=stage, rater_ids=[other.pk]).keys() == {other.pk}


def flags_of(study, rater, sight=OWNER):
    (row,) = rater_rows(study=study, sight=sight, rater_ids=[rater.pk])
    return row.flags


@pytest.mark.parametrize("stage_number", [2, 3])
def test_an_answer_is_quick_in_less_than_half_the_time_that_reading_takes(stage_number):
    study = rated_study(stages=(stage_number,), subjects=4, attributes_each=1)
    Prompt.objects.update(text=MINUTE_OF_READING)
    for comparison in Comparison.objects.select_related("generic", "personalized"):
        for response in (comparison.generic, comparison.personalized):
            type(response).objects.filter(pk=response.pk).update(text="")
    stage, rater = factories.stage(study, stage_number), factories.rater(study)
    done = work(rater, stage, always(1), pages=4)
    for page, seconds in zip(done, (29, 29, 29, 31), strict=True):
        Assignment.objects.filter(pk=page.pk).update(active_ms=seconds * 1000)
    signs = answer_signs(stage=stage)[rater.pk]
    assert (signs.to_read, signs.quick) == (4, 3)
    assert "answered 3 of 4 pages in less than half the time that reading them takes" in flags_of(study, rater)


def test_where_evidence_leads_to_the_places_nobody_is_too_quick():
    study = rated_study(subjects=2)
    Conversation.objects.update(character_count=10_000_000)
    stage, rater = factories.stage(study, 1), factories.rater(study)
    work(rater, stage, always(1), pages=2)
    assert answer_signs(stage=stage)[rater.pk].to_read == 0


def test_notes_are_the_same_whoever_wrote_them_and_short_ones_are_not_looked_at():
    study = rated_study(subjects=3)
    stage, rater, other = factories.stage(study, 1), factories.rater(study), factories.rater(study)
    mine, theirs = work(rater, stage, always(1), pages=3), work(other, stage, always(1), pages=1)
    notes = {mine[0]: NOTE, mine[1]: f"  {NOTE.upper()} ", mine[2]: "short", theirs[0]: "short"}
    for page, note in notes.items():
        first = Judgment.objects.filter(assignment=page).earliest("pk")
        Judgment.objects.filter(pk=first.pk).update(note=note)
    signs = answer_signs(stage=stage)
    assert (signs[rater.pk].same_notes, signs[other.pk].same_notes) == (2, 0)
    Judgment.objects.filter(note="short").update(note=NOTE)
    signs = answer_signs(stage=stage)
    assert (signs[rater.pk].same_notes, signs[other.pk].same_notes) == (3, 1)
    one_page = Judgment.objects.filter(assignment=theirs[0])
    one_page.update(note="This one is said of every statement here.")
    assert answer_signs(stage=stage)[other.pk].same_notes == 0  # on one page only


def test_who_rates_in_the_study_sees_no_sign():
    study = rated_study(subjects=3)
    stage, rater = factories.stage(study, 1), factories.rater(study)
    work(rater, stage, always(1), pages=3)
    Assignment.objects.update(pastes=1)
    (row,) = rater_rows(study=study, sight=replace(OWNER, waits=True), rater_ids=[rater.pk])
    assert (row.works[0].signs, row.flags) == (None, [])
