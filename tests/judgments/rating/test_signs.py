"""Signs that an AI may have answered: counted in the browser without content, and stored with the answers."""

import json
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from judgments.models import Assignment
from judgments.rating.given_answers import Signs
from tests import factories, worlds
from tests.judgments.browsing import start, submitted
from tests.judgments.raters_at_work import answers, claim, give, open_for_rating

COUNTED = ("pastes", "exits_with_copy")


@pytest.mark.django_db
def test_signs_are_stored_once_and_never_get_fewer():
    study, stage = open_for_rating(1)
    page, now = claim(rater=factories.rater(study), stage=stage, now=timezone.now()), timezone.now()
    first = replace(answers(page), signs=Signs(pastes=3, exits_with_copy=1))
    for submission in (first, first, replace(answers(page), signs=Signs(pastes=1, exits_with_copy=2))):
        now += timedelta(seconds=9)
        give(page, submission, now=now)
        page.refresh_from_db()
        assert page.pastes == 3
    assert page.exits_with_copy == 2


@pytest.fixture
def rater(db) -> Client:
    study = worlds.rateable_study(subjects=1, prompts=1)
    client = Client()
    client.post(f"/r/{worlds.entry_link(study.stages.get(number=1)).token}/")
    client.get(f"/rate/{study.slug}/1/")
    return client


def submit(client: Client, **fields):
    page = Assignment.objects.select_related("stage__study").get()
    given = [{"unit": unit.pk, "label": 1} for unit in page.task.units.all()]
    body = {"client_id": str(uuid.uuid4()), "answers": given, "active_ms": 5, **fields}
    path = f"/rate/{page.stage.study.slug}/1/{page.pk}/submit/"
    return client.post(path, json.dumps(body), content_type="application/json")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({}, (0, 0)),  # from a page that was opened before they were counted
        ({"signs": {"pastes": 2, "exits_with_copy": 0}}, (2, 0)),
        ({"signs": {"pastes": 10**15, "exits_with_copy": 1}}, (1000, 1)),
    ],
)
def test_what_a_browser_counted_is_taken_with_its_answers(rater, sent, kept):
    page = Assignment.objects.get()
    assert submit(rater, **sent).status_code == 200
    assert Assignment.objects.values_list(*COUNTED).get(pk=page.pk) == kept


@pytest.mark.parametrize(
    ("signs", "field"),
    [
        ([], "signs"),
        ({"pastes": 1}, "signs.exits_with_copy"),
        ({"pastes": "secret", "exits_with_copy": 0}, "signs.pastes"),
        ({"pastes": -1, "exits_with_copy": 0}, "signs.pastes"),
    ],
)
def test_what_is_no_count_is_refused_by_its_place(rater, signs, field):
    refused = submit(rater, signs=signs)
    assert (refused.status_code, refused.json()["field"]) == (400, field)
    assert Assignment.objects.get().outcome == ""


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_page_counts_pastes_and_exits_and_sends_no_content(page: Page, live_server):
    stage = worlds.rateable_study(subjects=1, prompts=1).stages.get(number=1)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or ""))
    start(page, live_server.url, stage)
    note = page.locator("#page-comment")
    page.evaluate("navigator.clipboard.writeText('written by a machine')")
    page.locator("#page-comment").evaluate("note => { note.closest('details').open = true; }")
    note.click()
    page.keyboard.press("Control+V")
    page.keyboard.press("Control+A")
    page.keyboard.press("Control+X")  # the rater's own words now
    page.keyboard.press("Control+V")
    page.evaluate("window.dispatchEvent(new Event('blur'))")
    page.reload()  # goes on counting
    expect(note).to_have_value("written by a machine")
    page.locator("#page-comment").evaluate("note => { note.closest('details').open = true; }")
    note.fill("")
    page.locator(".unit__text").first.click(click_count=3)
    page.keyboard.press("Control+C")
    for _time in range(2):  # left once with what was copied
        page.evaluate("window.dispatchEvent(new Event('blur'))")
    page.locator("#page-comment").evaluate("note => { note.closest('details').open = true; }")
    note.click()
    page.keyboard.press("Control+V")  # a quote of the page
    note.fill("")
    page.keyboard.press("Escape")
    for _unit in range(3):
        page.keyboard.press("1")
    page.locator("#submit").click()
    submitted(page)
    assert list(Assignment.objects.exclude(outcome="").values_list(*COUNTED)) == [(1, 1)]
    submits = [json.loads(body) for body in sent if '"signs"' in body]
    assert [body["signs"] for body in submits] == [{"pastes": 1, "exits_with_copy": 1}]
