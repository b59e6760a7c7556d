"""A control can't be told from a regular page by anything but its two texts."""

import re
from types import SimpleNamespace

import pytest
from django.utils import timezone

from conversations.enums import ControlKind
from conversations.models import Case, Comparison, Response, Stage
from judgments.enums import TaskKind
from judgments.models import Assignment, Task
from judgments.work.opening import extend_open_stages
from tests import factories, worlds
from tests.judgments.rating.opened_pages import open_task, rater_client
from tests.judgments.rating.predicting import hits_of_a_predictor
from tests.judgments.special_pages import set_stage
from tests.rows import made_once

pytestmark = pytest.mark.django_db


@made_once
def _stage() -> Stage:
    study = worlds.rateable_study(subjects=30, prompts=1, k=6)
    about = factories.prompt(study, text="Plan my breakfast, please (1).")
    for number, subject in enumerate(study.subjects.order_by("pk")[:10]):
        kind = list(ControlKind)[number % 2]
        factories.control(Case.objects.create(subject=subject, prompt=about), kind)
    extend_open_stages(now=timezone.now(), study=study)
    return set_stage(study.stages.get(number=3), control_share=50)


def _open(stage: Stage) -> Assignment:
    return Assignment.objects.select_related("task__comparison__generic", "task__comparison__personalized").get(
        outcome="", stage=stage
    )


def test_page_is_the_same_to_the_byte_when_it_becomes_a_control(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("django.utils.cache.time", SimpleNamespace(time=lambda: 1_800_000_000.0))
    stage = worlds.rateable_study().stages.get(number=3)
    client = rater_client(stage)
    before = open_task(client, stage)
    task = _open(stage).task
    comparison = task.comparison
    assert comparison is not None
    Task.objects.filter(pk=task.pk).update(kind=TaskKind.CONTROL, position=None)
    Comparison.objects.filter(pk=comparison.pk).update(control=ControlKind.OBVIOUS, arm=None)
    Response.objects.filter(comparison_as_personalized=comparison).update(kind="control", arm=None)
    after = open_task(client, stage)
    assert before.content == after.content
    assert dict(before.headers) == dict(after.headers)


def test_pages_with_the_texts_masked_tell_no_control():
    """Neither words nor size, nor what counts the pages, go with the kind of a page."""
    pages = _masked_pages(_stage(), raters=3, pages=13)
    controls, regular = ([html for html, is_control in pages if is_control is kind] for kind in (True, False))
    assert min(len(controls), len(regular)) >= 14
    assert {_size(html) for html in controls} <= {_size(html) for html in regular}
    # Two controls, two regular pages, and so on: every second one of either is learned from.
    pairs = zip(controls[:14:2], controls[1:14:2], regular[:14:2], regular[1:14:2], strict=True)
    mixed = [(_words(html), at < 2) for four in pairs for at, html in enumerate(four)]
    # Of 14 pages a coin gets 13 right once in 1,000 runs.
    assert hits_of_a_predictor(mixed) < 13
    planted = [(words | {f"planted-{is_control}"}, is_control) for words, is_control in mixed]
    assert hits_of_a_predictor(planted) == 14


def _masked_pages(stage: Stage, *, raters: int, pages: int) -> list[tuple[str, bool]]:
    """Each page without its two texts, and whether it is a control. A rater's first page is another: nothing leads back."""
    found: list[tuple[str, bool]] = []
    for _rater in range(raters):
        client = rater_client(stage)
        for number in range(pages):
            html = open_task(client, stage).content.decode()
            page = Assignment.objects.get(
                rater_id=client.session["raters"][str(stage.study_id)], outcome="", stage=stage
            )
            comparison = page.task.comparison
            assert comparison is not None
            masked = html.replace(comparison.generic.text, "").replace(comparison.personalized.text, "")
            if number:
                found.append((masked, page.task.kind == TaskKind.CONTROL))
            worlds.submit_all(client, page)
    return found


def _size(html: str) -> int:
    """Without what is drawn for each page, and numbers, which grow longer with the rows there are."""
    return len(re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\w{40,}|\d+", "", html))


def _words(html: str) -> set[str]:
    return set(re.findall(r"[\w-]+", html))
