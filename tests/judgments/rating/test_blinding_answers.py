"""At the end of an arrival raters say which response they took for the personalized one; nothing tells them."""

import re
import uuid
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from django.test import Client

from conversations.models import Comparison, Response, Stage
from judgments.blinding import sample
from judgments.models import Assignment, BlindingAnswer
from judgments.rating.blinding_answers import NotAsked, answer
from tests import worlds

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def asking_stage(*, questions: int = 2) -> Stage:
    study = worlds.rateable_study(subjects=4, prompts=1)
    Stage.objects.filter(study=study, number=3).update(blinding_questions=questions)
    return study.stages.get(number=3)


def rater_with_pages(stage: Stage, *, pages: int) -> Client:
    client = Client()
    client.post(f"/r/{worlds.entry_link(stage).token}/")
    rater_id = None
    for _page in range(pages):
        client.get(f"/rate/{stage.study.slug}/3/")
        rater_id = client.session["raters"][str(stage.study_id)]
        worlds.submit_all(client, Assignment.objects.get(outcome="", rater_id=rater_id))
    return client


def url(stage: Stage, page: str) -> str:
    return f"/rate/{stage.study.slug}/3/{page}/"


def page_asked_about(client: Client, stage: Stage) -> Assignment:
    html = client.get(url(stage, "blinding")).content.decode()
    found = re.search(r'name="page" value="([^"]+)"', html)
    assert found is not None
    return Assignment.objects.get(pk=found.group(1))


def test_who_stops_is_asked_about_a_sample_of_their_pages_once():
    stage = asking_stage()
    client = rater_with_pages(stage, pages=3)
    finish = url(stage, "finish")
    for _question in range(2):
        assert client.get(finish).headers["Location"] == url(stage, "blinding")
        page = page_asked_about(client, stage)
        answered = {"page": str(page.pk), "guess": "left", "sureness": "4"}
        assert client.post(url(stage, "blinding"), answered).status_code == 302
        given = BlindingAnswer.objects.get(assignment=page)
        assert given.guess == ("personalized" if page.personalized_left else "generic")
        assert given.sureness == 4
    assert client.get(finish).status_code == 200
    assert client.get(url(stage, "blinding")).headers["Location"] == finish
    assert BlindingAnswer.objects.count() == 2


def test_the_question_can_be_skipped_one_by_one_and_all_at_once():
    stage = asking_stage(questions=3)
    client = rater_with_pages(stage, pages=3)
    first = page_asked_about(client, stage)
    client.post(url(stage, "blinding"), {"page": str(first.pk), "skip": "one"})
    second = page_asked_about(client, stage)
    assert second != first
    client.post(url(stage, "blinding"), {"page": str(second.pk), "skip": "all"})
    assert client.get(url(stage, "finish")).status_code == 200
    assert not BlindingAnswer.objects.exists()


def test_an_answer_without_a_guess_or_sureness_is_asked_again():
    stage = asking_stage()
    client = rater_with_pages(stage, pages=1)
    page = page_asked_about(client, stage)
    for fields, words in (({}, "Choose one of the three"), ({"guess": "right"}, "how sure you are")):
        response = client.post(url(stage, "blinding"), {"page": str(page.pk), **fields})
        assert response.status_code == 422
        assert words in response.content.decode()
    client.post(url(stage, "blinding"), {"page": str(page.pk), "guess": "cannot_tell"})
    assert BlindingAnswer.objects.get().guess == "cannot_tell"


def test_an_answer_sent_twice_or_about_another_page_changes_nothing():
    stage = asking_stage()
    client = rater_with_pages(stage, pages=2)
    page = page_asked_about(client, stage)
    fields = {"page": str(page.pk), "guess": "right", "sureness": "5"}
    for _time in range(2):
        assert client.post(url(stage, "blinding"), fields).status_code == 302
    client.post(url(stage, "blinding"), {**fields, "page": str(uuid.uuid4())})
    assert BlindingAnswer.objects.count() == 1
    given = answer(rater=page.rater, assignment_id=page.pk, side="left", sureness=1, now=NOW)
    assert given.sureness == 5
    other = rater_with_pages(stage, pages=1)
    stranger = Assignment.objects.filter(rater_id=other.session["raters"][str(stage.study_id)])[0].rater
    with pytest.raises(NotAsked):
        answer(rater=stranger, assignment_id=page.pk, side="left", sureness=1, now=NOW)


def test_nobody_is_asked_about_checks_repeats_and_pages_set_aside():
    stage = asking_stage(questions=5)
    client = rater_with_pages(stage, pages=4)
    gold, repeat, aside, regular = Assignment.objects.order_by("started_at")
    type(gold.task).objects.filter(pk=gold.task_id).update(kind="gold", position=None)
    Assignment.objects.filter(pk=repeat.pk).update(presentation=1)
    Assignment.objects.filter(pk=aside.pk).update(outcome="upsetting")
    assert page_asked_about(client, stage) == regular
    assert "Question 1 of 1" in client.get(url(stage, "blinding")).content.decode()


def test_nobody_is_asked_where_the_stage_does_not_ask():
    stage = asking_stage(questions=0)
    assert rater_with_pages(stage, pages=1).get(url(stage, "finish")).status_code == 200


def test_swapping_the_two_texts_changes_nothing_else_on_the_page(monkeypatch: pytest.MonkeyPatch):
    # Both pages are answered at one moment: Expires tells the second, and a slow machine turns it in between.
    monkeypatch.setattr("django.utils.cache.time", SimpleNamespace(time=lambda: 1_800_000_000.0))
    stage = asking_stage()
    client = rater_with_pages(stage, pages=2)
    comparison = page_asked_about(client, stage).task.comparison
    assert comparison is not None
    before = client.get(url(stage, "blinding"))
    generic, personalized = comparison.generic.text, comparison.personalized.text
    swap(comparison)
    after = client.get(url(stage, "blinding"))
    swapped = before.content.decode().replace(generic, "\0").replace(personalized, generic).replace("\0", personalized)
    assert before.content != after.content
    assert swapped == after.content.decode()
    assert dict(before.headers) == dict(after.headers)


def swap(comparison: Comparison) -> None:
    generic, personalized = comparison.generic, comparison.personalized
    Response.objects.filter(pk=generic.pk).update(text=personalized.text)
    Response.objects.filter(pk=personalized.pk).update(text=generic.text)


def test_the_sample_is_keyed_and_the_same_at_each_drawing():
    pages = [uuid.UUID(int=number) for number in range(40)]
    drawn = sample(pages, size=5, key=b"one")
    assert drawn == sample(reversed(pages), size=5, key=b"one")
    assert drawn != sample(pages, size=5, key=b"two")
    assert len(set(drawn)) == 5
