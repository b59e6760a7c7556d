"""What a rating page is told when something of it is not taken: byte for byte, in each language, at each address.

The page's script goes by the status and the code, and shows the text.
"""

import json
import uuid
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from conversations.models import Stage
from judgments.authoring.twins import TwinUnit, make_twin
from judgments.enums import TaskKind
from judgments.models import Assignment, Submission, Task
from judgments.work.opening import close_stage, pause_stage
from raters.models import Enrolment
from tests import factories, worlds

pytestmark = pytest.mark.django_db

SUBMITS, ASIDES = ("submit", "practice-submit"), ("set-aside", "practice-set-aside")
ADDRESSES = {
    "submit": "{page}/submit/",
    "draft": "{page}/draft/",
    "set-aside": "{page}/set-aside/",
    "practice-submit": "practice/{page}/submit/",
    "practice-set-aside": "practice/{page}/set-aside/",
}
NOT_YOURS = ("This page is not yours.", "Diese Seite gehört nicht Ihnen.")
WITHDREW = (
    "You have withdrawn from the study. Nothing more is taken.",
    "Sie haben Ihre Teilnahme zurückgezogen. Es wird nichts mehr angenommen.",
)
SIGNED_OUT = (
    "You are signed out. Open your link again: your answer is kept.",
    "Sie sind abgemeldet. Öffnen Sie Ihren Link erneut: Ihre Antwort ist aufgehoben.",
)
NOT_OPEN = (
    "This stage is not open any more. Nothing new is taken.",
    "Dieser Teil ist nicht mehr offen. Es wird nichts Neues angenommen.",
)
INCOMPLETE = ("Some are not judged yet.", "Einige sind noch nicht beurteilt.")
STALE = (
    "You went on with this page in another window. Its newer answers are shown now.",
    "Sie haben diese Seite in einem anderen Fenster weiterbearbeitet. Nun sehen Sie die neueren Antworten von dort.",
)
UNREADABLE = ("What this page sent can't be read.", "Was diese Seite geschickt hat, lässt sich nicht lesen.")
TOO_LONG = ("What this page sent is too long.", "Was diese Seite geschickt hat, ist zu lang.")


@pytest.fixture
def stage() -> Stage:
    """Two subjects, and a practice page beside them."""
    found: Stage = worlds.rateable_study().stages.select_related("study").get(number=1)
    original = found.tasks.filter(kind=TaskKind.REGULAR).earliest("id")
    units = [TwinUnit(unit, 1, "") for unit in original.units.all()]
    make_twin(task=original, kind=TaskKind.PRACTICE, units=units, actor=None, now=timezone.now())
    return found


@pytest.fixture(params=[0, 1], ids=["en", "de"])
def language(request: pytest.FixtureRequest) -> int:
    at: int = request.param
    return at


@pytest.fixture
def rater(client: Client, stage: Stage, language: int) -> Client:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = ("en", "de")[language]
    client.post(f"/r/{worlds.entry_link(stage).token}/")
    return client


def hold(client: Client, stage: Stage, name: str) -> Assignment:
    """The page the rater is at: the practice page, or the first regular one."""
    if not name.startswith("practice"):
        Task.objects.filter(kind=TaskKind.PRACTICE).update(withdrawn_at=timezone.now())
    client.get(f"/rate/{stage.study.slug}/{stage.number}/", follow=True)
    return Assignment.objects.get(outcome="")


def send(client: Client, stage: Stage, name: str, page: object, content: object) -> Any:
    address = f"/rate/{stage.study.slug}/{stage.number}/{ADDRESSES[name].format(page=page)}"
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return client.post(address, raw, content_type="application/json")


def given(name: str, page: Assignment | None = None, **values: object) -> dict[str, Any]:
    """What the rating page sends there: all units answered."""
    units = page.task.units.values_list("pk", flat=True) if page else []
    answers = [{"unit": unit, "label": 1, "failure_mode": "", "note": ""} for unit in units]
    if name == "draft":
        return {
            "draft": {"answers": answers, "missing_attributes": "", "comment": ""},
            "revision": 1,
            "active_ms": 5,
        } | values
    if name in ASIDES:
        return {"act": "technical", "comment": "", "client_id": str(uuid.uuid4())} | values
    return {"client_id": str(uuid.uuid4()), "answers": answers, "active_ms": 5} | values


def assert_refused(answer: HttpResponse, status: int, error: str, code: str, **more: object) -> None:
    expected = json.dumps({"error": error, "code": code, **more}).encode()
    assert (answer.status_code, answer.content) == (status, expected)
    assert answer["Content-Type"] == "application/json"
    assert "no-store" in answer["Cache-Control"] and "private" in answer["Cache-Control"]
    assert "Cookie" in answer["Vary"]
    is_sent = answer.wsgi_request.method == "POST"  # type: ignore[attr-defined]  # what let the script in needs no new one
    assert (settings.CSRF_COOKIE_NAME in answer.cookies) is not is_sent
    assert not Submission.objects.exists()


@pytest.mark.parametrize("name", ADDRESSES)
def test_a_stranger_is_told_to_open_the_link_again(client, stage, language, name):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = ("en", "de")[language]
    answer = send(client, stage, name, uuid.uuid4(), b"{")
    assert_refused(answer, 403, SIGNED_OUT[language], "signed_out")


def test_a_stranger_who_opens_a_page_sees_a_page(client, stage):
    for end in ("", f"{uuid.uuid4()}/", f"{uuid.uuid4()}/material/", "practice/", "check/", "history/"):
        answer = client.get(f"/rate/{stage.study.slug}/{stage.number}/{end}")
        assert answer.status_code == 403
        assert answer.templates[0].name == "judgments/stranger.html"
        assert "no-store" in answer["Cache-Control"]


def test_nobody_is_told_more_where_there_is_no_stage(client, stage):
    assert client.post("/rate/no-such-study/1/end/").status_code == 404


@pytest.mark.parametrize("name", ADDRESSES)
def test_a_page_of_another_rater_is_not_yours(rater, stage, language, name):
    assert_refused(send(rater, stage, name, uuid.uuid4(), given(name)), 404, NOT_YOURS[language], "not_yours")


@pytest.mark.parametrize("name", ["practice-submit", "practice-set-aside"])
def test_a_regular_page_is_no_practice_page(rater, stage, language, name):
    page = hold(rater, stage, "submit")
    assert_refused(send(rater, stage, name, page.pk, given(name, page)), 404, NOT_YOURS[language], "not_yours")


def test_feedback_on_a_page_that_was_never_yours_is_not_found(rater, stage):
    page = hold(rater, stage, "submit")
    for pk in (page.pk, uuid.uuid4()):
        answer = rater.get(f"/rate/{stage.study.slug}/1/practice/{pk}/")
        assert (answer.status_code, answer["Content-Type"]) == (404, "text/html; charset=utf-8")


@pytest.mark.parametrize("name", [*SUBMITS, *ASIDES])
def test_an_id_that_was_used_for_another_page_is_not_yours(rater, stage, language, name):
    page = hold(rater, stage, name)
    taken = uuid.uuid4()
    now = timezone.now()
    other = Assignment.objects.create(task=page.task, stage=stage, rater=factories.rater(stage.study), started_at=now)
    Submission.objects.create(pk=taken, assignment=other, revision=1, submitted_at=now)
    answer = send(rater, stage, name, page.pk, given(name, page, client_id=str(taken)))
    Submission.objects.all().delete()
    assert_refused(answer, 404, NOT_YOURS[language], "not_yours")


@pytest.mark.parametrize("name", ADDRESSES)
def test_nothing_is_taken_of_who_withdrew(rater, stage, language, name):
    page = hold(rater, stage, name)
    Enrolment.objects.update(outcome="withdrew")
    assert_refused(send(rater, stage, name, page.pk, b"{"), 410, WITHDREW[language], "withdrew")


def test_who_withdrew_opens_no_more_material(rater, stage, language):
    page = hold(rater, stage, "submit")
    Enrolment.objects.update(outcome="withdrew")
    answer = rater.get(f"/rate/{stage.study.slug}/1/{page.pk}/material/?text=left&start=1")
    assert_refused(answer, 410, WITHDREW[language], "withdrew")


@pytest.mark.parametrize("name", ADDRESSES)
def test_a_closed_stage_takes_nothing_new(rater, stage, language, name):
    page = hold(rater, stage, name)
    close_stage(stage=stage, actor=None, now=timezone.now())
    assert_refused(send(rater, stage, name, page.pk, given(name, page)), 409, NOT_OPEN[language], "not_open")


@pytest.mark.parametrize("name", [*SUBMITS, *ASIDES])
def test_a_paused_stage_takes_no_answers(rater, stage, language, name):
    page = hold(rater, stage, name)
    pause_stage(stage=stage, actor=None, now=timezone.now())
    assert_refused(send(rater, stage, name, page.pk, given(name, page)), 409, NOT_OPEN[language], "not_open")


@pytest.mark.parametrize("name", SUBMITS)
def test_a_page_is_judged_whole(rater, stage, language, name):
    page = hold(rater, stage, name)
    for wrong in ([], given(name, page)["answers"][1:], [one | {"label": 9} for one in given(name, page)["answers"]]):
        answer = send(rater, stage, name, page.pk, given(name, page, answers=wrong))
        assert_refused(answer, 422, INCOMPLETE[language], "incomplete")


@pytest.mark.parametrize("name", ["submit", "draft", "practice-submit"])
def test_what_a_newer_draft_has_overtaken_brings_that_draft(rater, stage, language, name):
    page = hold(rater, stage, name)
    newer = {"answers": [{"unit": 1, "label": 2, "note": "ü"}], "missing_attributes": "", "comment": ""}
    Assignment.objects.filter(pk=page.pk).update(draft=newer, draft_revision=7)
    stored = Assignment.objects.get(pk=page.pk).draft
    answer = send(rater, stage, name, page.pk, given(name, page, revision=3))
    assert_refused(answer, 409, STALE[language], "stale_draft", revision=7, draft=stored, goes_on=False)


def test_a_draft_whose_window_has_not_seen_the_newest_brings_that(rater, stage, language):
    page = hold(rater, stage, "draft")
    Assignment.objects.filter(pk=page.pk).update(draft=None, draft_revision=7)
    answer = send(rater, stage, "draft", page.pk, given("draft", page, revision=9, base=4))
    assert_refused(answer, 409, STALE[language], "stale_draft", revision=7, draft=None, goes_on=False)


@pytest.mark.parametrize("name", ADDRESSES)
def test_what_is_no_json_can_not_be_read(rater, stage, language, name):
    page = hold(rater, stage, name)
    for raw in (b"", b"{", b"\xff", b"NaN", b"[]", b"[" * 100_000):
        assert_refused(send(rater, stage, name, page.pk, raw), 400, UNREADABLE[language], "bad_request", field="")


@pytest.mark.parametrize("name", ADDRESSES)
def test_a_body_is_of_a_bounded_length(rater, stage, language, name):
    page = hold(rater, stage, name)
    raw = b" " * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    assert_refused(send(rater, stage, name, page.pk, raw), 400, TOO_LONG[language], "bad_request", field="")


@pytest.mark.parametrize(
    ("name", "change", "field", "said"),
    [
        ("draft", {"draft": 1}, "draft", tuple(f"{text} (draft)" for text in UNREADABLE)),
        ("submit", {"answers": ["x"]}, "answers.0", tuple(f"{text} (answers.0)" for text in UNREADABLE)),
        (
            "submit",
            {"answers": {}},
            "answers",
            ("answers must be a list of at most 100.", "answers muss eine Liste von höchstens 100 sein."),
        ),
        (
            "practice-submit",
            {"answers": [{"unit": 2**63, "label": 1}]},
            "answers.0.unit",
            (
                "answers.0.unit must be a whole number of at most 9223372036854775807.",
                "answers.0.unit muss eine ganze Zahl bis 9223372036854775807 sein.",
            ),
        ),
        (
            "submit",
            {"comment": "x" * 4001},
            "comment",
            (
                "comment must be a text of at most 4000 characters.",
                "comment muss ein Text von höchstens 4000 Zeichen sein.",
            ),
        ),
        (
            "set-aside",
            {"act": "submitted"},
            "act",
            (
                "act must be one of cannot_judge, technical, upsetting.",
                "act muss eines von cannot_judge, technical, upsetting sein.",
            ),
        ),
        (
            "practice-set-aside",
            {"client_id": "1"},
            "client_id",
            ("client_id must be a UUID.", "client_id muss eine UUID sein."),
        ),
    ],
)
def test_what_can_not_be_taken_is_named_by_its_place(rater, stage, language, name, change, field, said):
    page = hold(rater, stage, name)
    answer = send(rater, stage, name, page.pk, given(name, page, **change))
    assert_refused(answer, 400, said[language], "bad_request", field=field)


@pytest.mark.parametrize("name", ADDRESSES)
def test_the_body_is_read_before_the_page_is_looked_for(rater, stage, language, name):
    answer = send(rater, stage, name, uuid.uuid4(), b"{")
    assert_refused(answer, 400, UNREADABLE[language], "bad_request", field="")


@pytest.mark.parametrize("name", ADDRESSES)
def test_the_same_is_taken_where_nothing_stands_against_it(rater, stage, name):
    page = hold(rater, stage, name)
    assert send(rater, stage, name, page.pk, given(name, page)).status_code == 200
