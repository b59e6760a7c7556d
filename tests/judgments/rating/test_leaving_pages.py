"""The pages of a rater who stops: what was done, what it pays, and how the arrival ends."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from conversations.models import Stage, Study
from judgments.authoring.questions import add_suggested_questions
from judgments.authoring.twins import TwinUnit, make_twin
from judgments.enums import TaskKind
from judgments.models import Assignment, Slot, Task
from judgments.rating.views import leaving
from judgments.rating.why_nothing import why_nothing
from judgments.work.pay import pay_of
from raters.enums import Platform
from raters.models import Admission, Arrival, Enrolment, EntryLink
from raters.services.messages import send_to_rater
from tests import worlds


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


def worked_a_minute_each() -> None:
    for page in Assignment.objects.exclude(outcome=""):
        Assignment.objects.filter(pk=page.pk).update(
            started_at=timezone.now() - timedelta(minutes=5), submitted_at=timezone.now(), active_ms=60_000
        )


def come_by_prolific(study: Study, **codes: str) -> Arrival:
    """The rater's arrival is one that a crowd platform pays for."""
    stage = study.stages.get(number=1)
    link = EntryLink.objects.create(
        stage=stage, label="crowd", platform=Platform.PROLIFIC, person_parameter="PROLIFIC_PID"
    )
    for outcome, code in codes.items():
        link.completion_codes.create(outcome=outcome, code=code)
    enrolment = Enrolment.objects.get(study=study)
    arrived = timezone.now() - timedelta(hours=1)
    Arrival.objects.filter(enrolment=enrolment).delete()
    made = Arrival.objects.create(enrolment=enrolment, stage=stage, entry_link=link, arrived_at=arrived)
    Assignment.objects.filter(rater=enrolment.rater).update(arrival=made)
    return made


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
    assert re.findall(r"(\d) 3 statements about a person [\d :-]+ Submitted 1 min 0 s 0.20 Open or change", page) == [
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
    "visit_quota": lambda stage: stage.update(tasks_per_visit=1),
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


@pytest.mark.django_db
def test_who_failed_the_check_is_told_that_it_has_ended(study, client):
    Admission.objects.update(outcome="failed_comprehension")
    text = text_of(client.get(f"/rate/{study.slug}/1/finish/").content)
    assert "Your part here has ended" in text
    assert "More may come" not in text


@pytest.mark.django_db
def test_a_complete_arrival_leads_to_its_code(study, client):
    Stage.objects.filter(study=study, number=1).update(tasks_per_visit=2)
    arrival = come_by_prolific(study)
    nothing = text_of(client.get(f"/rate/{study.slug}/1/").content)
    assert "A visit is 2 pages, and you have done them all." in nothing
    assert "Finish and get the code" in text_of(client.get(f"/rate/{study.slug}/1/finish/").content)
    client.post(f"/rate/{study.slug}/1/end/")
    arrival.refresh_from_db()
    assert arrival.outcome == "completed"


@pytest.mark.django_db
def test_the_empty_page_says_what_is_left_and_for_whom(study, client):
    Enrolment.objects.update(languages=["en"])
    open_tasks = Task.objects.filter(stage__study=study, stage__number=1, assignments__isnull=True)
    Task.objects.filter(pk__in=open_tasks.values("pk")).update(languages=["is"])
    page = text_of(client.get(f"/rate/{study.slug}/1/").content)
    assert "4 pages still need judgments, but not yours: 2 you have had already 2 are in languages" in page


@pytest.fixture
def visited(page: Page, live_server, study) -> Callable[[], list[str]]:
    """Come to stage 3, judge two pages, get a word from the researcher. The addresses of the pages for who leaves."""
    stage = study.stages.get(number=3)
    Stage.objects.filter(pk=stage.pk).update(blinding_questions=2)

    def visit() -> list[str]:
        page.goto(f"{live_server.url}/r/{worlds.entry_link(stage).token}/")
        page.get_by_role("button", name=re.compile("Start|Go on")).click()
        for _page in range(2):
            expect(page.locator("#marked")).to_contain_text("0 /")
            for _unit in range(page.locator("[data-unit]").count()):
                page.keyboard.press("2")
            page.keyboard.press("Enter")
            expect(page.locator("#saving")).to_contain_text("Submitted")
            page.reload()
        worked_a_minute_each()
        enrolment = Enrolment.objects.get(study=study)
        come_by_prolific(study, stopped_early="EARLY")
        Arrival.objects.update(stage=stage)
        sender = User.objects.create_user("ada")
        send_to_rater(enrolment=enrolment, sender=sender, text="Thank you, it is paid.", now=timezone.now())
        return [f"{live_server.url}/rate/{study.slug}/3/{name}" for name in ADDRESSES]

    return visit


ADDRESSES = ["", "blinding/", "finish/", "history/", "messages/", "withdraw/"]


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_who_leaves_are_accessible(page: Page, visited, study, width, scheme):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 844})
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    for address in visited():
        if address.endswith("finish/"):
            page.get_by_role("button", name="Skip all").click()
        else:
            page.goto(address)
        look_at(page, address)
    rating = page.url.replace("withdraw/", "")
    page.goto(rating + "finish/")
    page.get_by_role("button", name="End this visit").click()
    look_at(page, "ended")
    Study.objects.filter(pk=study.pk).update(state="closed")
    page.goto(rating)
    look_at(page, "closed")
    assert complaints == []


def look_at(page: Page, name: str) -> None:
    violations = Axe().run(page).response["violations"]
    assert [(name, found["id"], found["nodes"][0]["html"]) for found in violations] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_who_stops_answers_by_keyboard_and_withdraws(page: Page, visited, study):
    visited()
    page.goto(page.url.split("/rate/")[0] + f"/rate/{study.slug}/3/finish/")
    page.get_by_label("The left one").focus()
    page.keyboard.press("Space")
    page.get_by_label("4", exact=True).focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Question 2 of 2")).to_be_visible()
    page.get_by_role("button", name="Skip this one").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    page.get_by_role("link", name="Withdraw from the study").click()
    page.get_by_role("button", name="Withdraw").click()
    expect(page.get_by_role("heading", name="You have withdrawn")).to_be_visible()
    assert Enrolment.objects.get(study=study).outcome == "withdrew"
    assert [pay.amount for pay in pay_of(study=study)] == [Decimal("0.40")]
