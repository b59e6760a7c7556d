"""The pages of a rater who stops: what was done, what it pays, and how the arrival ends."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from conversations.models import Stage, Study
from judgments.authoring.questions import add_suggested_questions
from judgments.authoring.twins import TwinUnit, make_twin
from judgments.enums import TaskKind
from judgments.models import Assignment, Slot, Task
from judgments.rating.views import leaving
from judgments.rating.why_nothing import why_nothing
from raters.models import Admission, Arrival, Enrolment, EntryLink
from tests import worlds
from tests.judgments.rating.leaving import come_by_prolific, worked_a_minute_each


@pytest.fixture
def study() -> Study:
    made = worlds.rateable_study(subjects=4, prompts=1)
    Study.objects.filter(pk=made.pk).update(pay_per_hour="12.00", currency="EUR")
    return made


@pytest.fixture
def client(study) -> Client:
    """A rater of stage 1 with two pages submitted, of a minute each."""
    client = Client()
    client.post(f"/r/{worlds.entry_link(study.stages.get(number=1)).token}/")
    for _page in range(2):
        client.get(f"/rate/{study.slug}/1/")
        worlds.submit_all(client, Assignment.objects.get(outcome=""))
    Assignment.objects.filter(outcome="").delete()  # the page that came with the last acknowledgement
    worked_a_minute_each()
    return client


def text_of(html: bytes) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.decode()))


@pytest.mark.django_db
def test_finish_says_what_was_done_and_what_it_pays(study, client):
    page = text_of(client.get(f"/rate/{study.slug}/1/finish/").content)
    assert "Pages 2" in page
    assert "2 min 0 s" in page
    assert "Earned 0.40 EUR" in page
    assert "End this visit" not in page  # nobody pays by the arrival here


@pytest.mark.django_db
def test_history_shows_each_page_with_its_pay_newest_first(study, client, monkeypatch):
    page = text_of(client.get(f"/rate/{study.slug}/1/history/").content)
    assert re.findall(
        r"(\d) 3 statements about a person [\d :-]+ UTC Submitted 1 min 0 s 0.20 Open or change", page
    ) == [
        "2",
        "1",
    ]
    monkeypatch.setattr(leaving, "HISTORY_LENGTH", 1)
    newer = text_of(client.get(f"/rate/{study.slug}/1/history/").content)
    older = text_of(client.get(f"/rate/{study.slug}/1/history/?page=2").content)
    assert ("2 3 statements" in newer, "1 3 statements" in newer) == (True, False)
    assert ("2 3 statements" in older, "1 3 statements" in older) == (False, True)


@pytest.mark.django_db
def test_history_does_not_tell_checks_surplus_and_repeats_from_regular_pages(study, client):
    url = f"/rate/{study.slug}/1/history/"
    before = client.get(url).content
    first, second = Assignment.objects.exclude(outcome="").order_by("pk")
    Task.objects.filter(pk=first.task_id).update(kind="gold", position=None)
    Assignment.objects.filter(pk=second.pk).update(outcome="surplus", presentation=1)
    assert client.get(url).content == before


@pytest.mark.django_db
def test_stopping_early_is_asked_plainly_and_ends_the_arrival(study, client):
    arrival = come_by_prolific(study, stopped_early="EARLY")
    EntryLink.objects.filter(arrivals=arrival).update(return_address="https://platform.example/submit?cc={code}")
    assert client.get(reverse("arrival:ended", args=[study.slug, 1])).status_code == 302  # nothing is earned yet
    finish = text_of(client.get(f"/rate/{study.slug}/1/finish/").content)
    assert "the code for stopping early, not the one for completing" in finish
    assert "EARLY" not in finish  # the code is shown once it was earned
    ended = client.post(f"/rate/{study.slug}/1/end/")
    assert ended.headers["Location"] == reverse("arrival:ended", args=[study.slug, 1])
    arrival.refresh_from_db()
    assert arrival.outcome == "stopped_early"
    code_page = client.get(ended.headers["Location"])
    assert "Your code EARLY" in text_of(code_page.content)
    assert 'href="https://platform.example/submit?cc=EARLY"' in code_page.content.decode()
    assert "You ended this visit" in text_of(client.get(f"/rate/{study.slug}/1/").content)
    assert client.get(f"/rate/{study.slug}/1/finish/").headers["Location"] == ended.headers["Location"]


def practise_first(study: Study) -> None:
    """The stage has a tutorial, and no rater has done it."""
    stage = study.stages.select_related("study").get(number=1)
    original = stage.tasks.filter(kind=TaskKind.REGULAR).earliest("id")
    units = [TwinUnit(unit, 1) for unit in original.units.all()]
    make_twin(task=original, kind=TaskKind.PRACTICE, units=units, actor=None, now=timezone.now())


def ask_first(study: Study) -> None:
    add_suggested_questions(stage=study.stages.select_related("study").get(number=1), actor=None)


@pytest.mark.django_db
@pytest.mark.parametrize("lesson", [practise_first, ask_first])
@pytest.mark.parametrize("by_platform", [False, True])
def test_finish_during_the_introduction_speaks_of_it(study, lesson, by_platform):
    lesson(study)
    client = Client()
    client.post(f"/r/{worlds.entry_link(study.stages.get(number=1)).token}/")
    lesson_page = client.get(f"/rate/{study.slug}/1/").headers["Location"]
    client.get(lesson_page)
    if by_platform:
        come_by_prolific(study, stopped_early="EARLY")
    page = client.get(f"/rate/{study.slug}/1/finish/")
    text = text_of(page.content)
    assert "Go on with the introduction" in text
    assert "There is no page for you" not in text
    assert "There is more to judge" not in text
    assert ("You can end the visit now all the same" in text) == by_platform
    assert client.get(f"/rate/{study.slug}/1/").headers["Location"] == lesson_page  # where its button leads


STATES: dict[str, Callable[[QuerySet[Stage]], object]] = {
    "open_page": lambda stage: Assignment.objects.filter(pk=Assignment.objects.earliest("pk").pk).update(outcome=""),
    "rater_paused": lambda stage: Enrolment.objects.update(paused_at=timezone.now()),
    "stage_paused": lambda stage: stage.update(state="paused"),
    "stage_closed": lambda stage: stage.update(state="closed"),
    "study_closed": lambda stage: Study.objects.update(state="closed"),
    "failed_comprehension": lambda stage: Admission.objects.update(outcome="failed_comprehension"),
    "screened_out": lambda stage: Admission.objects.update(outcome="screened_out"),
    "arrival_quota": lambda stage: stage.update(tasks_per_visit=1),
    "rater_quota": lambda stage: stage.update(tasks_per_rater=1),
    "nothing_left": lambda stage: Slot.objects.filter(filled_at=None).delete(),
    "": lambda stage: None,
}


@pytest.mark.django_db
@pytest.mark.parametrize("by_platform", [False, True])
@pytest.mark.parametrize("reason", STATES)
def test_finish_never_says_that_there_is_a_page_and_that_there_is_none(study, client, reason, by_platform):
    if by_platform:
        come_by_prolific(study)
    STATES[reason](Stage.objects.filter(study=study, number=1))
    admission = Admission.objects.select_related("stage", "enrolment__rater").get(stage__number=1)
    why = why_nothing(rater=admission.enrolment.rater, stage=admission.stage, now=timezone.now())
    assert (why.reason or "") == reason
    text = text_of(client.get(f"/rate/{study.slug}/1/finish/").content)
    none = "There is no page for you right now" in text or "Nothing is left to judge" in text
    some = "There is more to judge" in text or "Go on judging" in text
    assert not (none and some)
    assert some == (reason in {"", "open_page"})
    assert ("paused" in text) == (reason in {"rater_paused", "stage_paused"})
    if "paused" in reason:
        assert not none


@pytest.mark.django_db
def test_who_failed_the_check_is_told_that_it_has_ended(study, client):
    Admission.objects.update(outcome="failed_comprehension")
    text = text_of(client.get(f"/rate/{study.slug}/1/finish/").content)
    assert "Your part here has ended" in text
    assert "More may come" not in text


@pytest.mark.django_db
def test_a_complete_arrival_leads_to_its_code(study, client):
    Stage.objects.filter(study=study, number=1).update(tasks_per_visit=2)
    arrival = come_by_prolific(study, completed="DONE")
    nothing = text_of(client.get(f"/rate/{study.slug}/1/").content)
    assert "A visit is 2 pages, and you have done them all." in nothing
    finish = text_of(client.get(f"/rate/{study.slug}/1/finish/").content)
    for page in (nothing, finish):
        assert "Finish and get the code" in page
        assert "This visit is complete" not in page
    ended = text_of(client.post(f"/rate/{study.slug}/1/end/", follow=True).content)
    assert "This visit is complete" in ended
    assert "Your code DONE" in ended
    arrival.refresh_from_db()
    assert arrival.outcome == "completed"


@pytest.mark.django_db
def test_the_empty_page_says_what_is_left_and_for_whom(study, client):
    Enrolment.objects.update(languages=["en"])
    open_tasks = Task.objects.filter(stage__study=study, stage__number=1, assignments__isnull=True)
    Task.objects.filter(pk__in=open_tasks.values("pk")).update(languages=["is"])
    page = text_of(client.get(f"/rate/{study.slug}/1/").content)
    assert "4 pages still need judgments, but not yours: 2 you have had already 2 are in languages" in page


@pytest.mark.django_db
def test_work_and_pay_are_the_same_on_every_page_that_tells_them(study, client):
    Arrival.objects.update(arrived_at=timezone.now() - timedelta(hours=1))
    practised = Assignment.objects.exclude(outcome="").earliest("pk")
    Task.objects.filter(pk=practised.task_id).update(kind="practice", position=None, twin_of=practised.task_id)
    Assignment.objects.filter(pk=practised.pk).update(arrival=None)  # practice takes no place in an arrival
    paths = [f"/rate/{study.slug}/1/{name}/" for name in ("finish", "history", "withdraw")]
    paths.append(f"/r/{EntryLink.objects.get().token}/")  # who comes back
    pages = [text_of(client.get(path).content) for path in paths]
    worked = [re.findall(r"Pages (\d+) Working time (.+?) Earned ([\d.]+) EUR", page) for page in pages]
    assert worked == [[("2", "2 min 0 s", "0.40")] * 2] * 4  # this visit and in all
    assert all("Practice is counted and paid" in page for page in pages)
