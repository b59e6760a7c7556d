"""With a person card the overall answer is stored first, once, and the attributes are asked after it."""

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client

from conversations.models import Attribute, Stage
from judgments.enums import Outcome
from judgments.models import Assignment, Consensus, Judgment, Slot
from judgments.rating.answering import save_draft, set_aside
from judgments.rating.given_answers import Acknowledgement, GivenAnswers, UnitAnswer
from judgments.rating.refusals import IncompleteAnswers, StaleDraft
from judgments.rating.steps import OVERALL_UNIT
from judgments.work.claiming import claim_next
from judgments.work.pay import pay_of
from reports.dataset.reading import count_rows
from reports.dataset.tables import TABLES
from tests import factories, worlds
from tests.judgments.raters_at_work import answers, claim, give_attributes, judge, open_for_rating
from tests.judgments.rating.drafts import NOW, send
from tests.judgments.special_pages import set_stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def page() -> Assignment:
    study, stage = open_for_rating(3, subjects=3, k=1)
    return claim(rater=factories.rater(study), stage=stage, now=NOW)


def overall(label: int = 2) -> GivenAnswers:
    """As the browser sends it."""
    return GivenAnswers(uuid.uuid4(), [UnitAnswer(OVERALL_UNIT, label, note="Because.")], comment="Both short.")


def fresh(page: Assignment) -> Assignment:
    return Assignment.objects.select_related("stage__study", "rules", "task").get(pk=page.pk)


def attributes(page: Assignment, label: int = 4) -> Acknowledgement:
    return give_attributes(page, answers(page, label=label), now=NOW + timedelta(minutes=1))


def test_overall_answer_is_stored_by_itself_and_fills_no_slot(page):
    acknowledged = send(page, overall())
    assert (acknowledged.outcome, acknowledged.is_first) == ("", False)
    stored = Judgment.objects.get()
    assert (stored.unit.attribute_id, stored.note) == (None, "Because.")
    after = fresh(page)
    assert (after.overall_at, after.submitted_at, after.comment) == (NOW, None, "Both short.")
    assert not Slot.objects.filter(filled_at__isnull=False).exists()
    assert not Consensus.objects.exists()
    assert claim_next(rater=page.rater, stage=page.stage, now=NOW) == page


def test_slot_is_filled_once_the_whole_page_is_submitted(page):
    send(page, overall())
    done = attributes(page)
    assert (done.outcome, done.is_first) == (Outcome.SUBMITTED, True)
    assert Slot.objects.filter(assignment=page, filled_at=NOW + timedelta(minutes=1)).count() == 1
    assert page.judgments.count() == page.task.units.count() == 3
    assert Consensus.objects.count() == 3


def test_page_without_attributes_is_done_with_its_overall_answer(page):
    Attribute.objects.update(withdrawn_at=NOW)
    done = send(page, overall())
    assert (done.outcome, done.is_first, fresh(page).overall_at) == (Outcome.SUBMITTED, True, NOW)
    assert Slot.objects.get(assignment=page).filled_at == NOW


def test_same_request_again_changes_nothing_in_either_step(page):
    first = overall()
    send(page, first)
    assert send(page, first).repeated
    attributes(page)
    again = send(page, first, now=NOW + timedelta(minutes=2))
    assert (again.repeated, again.outcome, again.overtaken) == (True, Outcome.SUBMITTED, False)
    assert set(page.judgments.values_list("revision", flat=True)) == {1, 2}


def test_overall_answer_is_final(page):
    """Another window that had not seen it, before and after the page is done, is told and shown what is asked now."""
    send(page, overall(2))
    stored = page.judgments.get().label
    late = send(page, overall(5))
    assert (late.outcome, late.overtaken, late.repeated) == ("", True, True)
    attributes(page)
    assert send(page, overall(5)).overtaken
    assert page.judgments.get(unit__attribute__isnull=True).label == stored


def test_attributes_can_be_changed_later_and_the_overall_answer_stays(page):
    send(page, overall(2))
    attributes(page, label=4)
    before = page.judgments.get(unit__attribute__isnull=True)
    attributes(page, label=1)
    labels = {judgment.unit_id: judgment for judgment in page.judgments.all()}
    assert labels.pop(before.unit_id).revision == 1
    assert {judgment.revision for judgment in labels.values()} == {3}


def test_answers_that_come_too_early_wait_as_a_draft(page):
    """Nothing asks for them yet, so they can't count; what was given by a page of other rules is not lost."""
    everything = answers(page, label=4)
    send(page, everything)
    assert page.judgments.count() == 1
    waiting = fresh(page).draft
    assert waiting is not None
    assert {answer["label"] for answer in waiting["answers"]} == {4}
    assert len(waiting["answers"]) == 2


@pytest.mark.parametrize(
    "given", [[], [UnitAnswer(OVERALL_UNIT, 9)], [UnitAnswer(10**9, 3), UnitAnswer(OVERALL_UNIT, 3)]]
)
def test_nothing_but_an_overall_answer_is_taken_first(page, given):
    with pytest.raises(IncompleteAnswers):
        send(page, GivenAnswers(uuid.uuid4(), given))
    assert not Judgment.objects.exists()


def test_attributes_are_given_whole(page):
    send(page, overall())
    units = list(page.task.units.filter(attribute__isnull=False))
    with pytest.raises(IncompleteAnswers):
        send(page, answers(page, only=units[:1]))
    assert page.judgments.count() == 1


def test_draft_of_a_window_at_the_first_step_does_not_hide_the_second(page):
    send(page, replace(overall(), draft_revision=5))
    old = {"answers": [{"unit": OVERALL_UNIT, "label": 1}], "missing_attributes": "", "comment": ""}
    with pytest.raises(StaleDraft) as stale:
        save_draft(rater=page.rater, assignment_id=page.pk, draft=old, revision=9, active_ms=1, now=NOW)
    assert stale.value.goes_on
    new = {"answers": [{"unit": 7, "label": 1}], "missing_attributes": "", "comment": ""}
    save_draft(rater=page.rater, assignment_id=page.pk, draft=new, revision=9, active_ms=1, now=NOW, base=5)
    assert fresh(page).draft == new


def test_page_set_aside_after_its_overall_answer_counts_for_nobody(page):
    """The answer stays stored, its slot goes to somebody else, and no consensus, list or file knows it."""
    send(page, replace(overall(), active_ms=4_000), now=NOW + timedelta(seconds=9))
    set_aside(
        rater=page.rater,
        assignment_id=page.pk,
        act=Outcome.CANNOT_JUDGE,
        comment="",
        client_id=uuid.uuid4(),
        now=NOW + timedelta(minutes=1),
    )
    assert Judgment.objects.count() == 1
    assert not Consensus.objects.exists()
    assert count_rows(TABLES["judgments"], page.stage.study, [3]) == 0
    assert count_rows(TABLES["raters"], page.stage.study, [3]) == 0
    other = factories.rater(page.stage.study)
    while (again := claim(rater=other, stage=page.stage, now=NOW)).task_id != page.task_id:
        judge(again, now=NOW)
    judge(again, now=NOW)
    assert Consensus.objects.get(unit__in=page.task.units.filter(attribute__isnull=True)).raters == 1
    assert pay_of(study=page.stage.study, rater_ids=[page.rater_id])[0].active_ms == 4_000


def test_second_step_is_surplus_where_others_filled_the_slot_meanwhile(page):
    send(page, overall())
    Slot.objects.filter(assignment=page).update(lease_expires_at=NOW)
    other, later = factories.rater(page.stage.study), NOW + timedelta(seconds=1)
    while (taken := claim(rater=other, stage=page.stage, now=later)).task_id != page.task_id:
        judge(taken, now=later)
    judge(taken, now=later)
    done = attributes(page)
    assert (done.outcome, done.is_first) == (Outcome.SURPLUS, True)
    assert not Slot.objects.filter(assignment=page).exists()


def browser(stage: Stage) -> Client:
    client = Client()
    client.post(f"/r/{worlds.entry_link(stage).token}/")
    client.get(f"/rate/{stage.study.slug}/3/")
    return client


def test_second_step_comes_with_the_answer_and_again_when_the_rater_comes_back():
    stage = worlds.rateable_study().stages.get(number=3)
    client = browser(stage)
    page = Assignment.objects.get()
    unknown = page.task.units.exclude(attribute=None).values_list("attribute__text", flat=True)
    shown = client.get(f"/rate/{stage.study.slug}/3/").content.decode()
    assert shown.count("data-unit=") == 1
    assert 'data-unit="0"' in shown
    answer = worlds.submit_units(client, page, [OVERALL_UNIT]).json()
    assert answer["outcome"] == ""
    assert answer["url"] == f"/rate/{stage.study.slug}/3/"
    back = client.get(f"/rate/{stage.study.slug}/3/").content.decode()
    for html in (answer["parts"]["task"], back):
        assert html.count("data-unit=") == 2
        assert "Left much better" in html.split("which is final:")[1][:60]
        assert all(text in html.split("which is final:")[1] for text in unknown)


def test_card_that_is_switched_on_holds_for_pages_given_out_from_then_on():
    """A page at hand shows what holds now when it is opened again; what was judged before is changed as it was judged."""
    stage = set_stage(worlds.rateable_study().stages.get(number=3), person_card=False)
    client = browser(stage)
    first = Assignment.objects.get()
    worlds.submit_all(client, first)
    assert fresh(first).overall_at is None
    set_stage(stage, person_card=True)
    client.get(f"/rate/{stage.study.slug}/3/")
    assert worlds.submit_units(client, Assignment.objects.get(outcome=""), [OVERALL_UNIT]).json()["outcome"] == ""
    revised = client.get(f"/rate/{stage.study.slug}/3/{first.pk}/").content.decode()
    assert revised.count("data-unit=") == 3
    assert "person-card" not in revised
