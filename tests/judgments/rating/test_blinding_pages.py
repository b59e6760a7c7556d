"""Nothing that reaches a rater's browser tells sides apart, except the two texts (docs/architecture.md, rule 2)."""

import re
from types import SimpleNamespace

import pytest

from judgments.models import Assignment
from tests import worlds
from tests.judgments.rating.opened_pages import open_task, rater_client, swap_texts
from tests.judgments.rating.predicting import hits_of_a_predictor

pytestmark = pytest.mark.django_db


def test_swapping_the_two_texts_swaps_them_on_the_page_and_changes_nothing_else(monkeypatch: pytest.MonkeyPatch):
    # Both pages are answered at one moment, so that every header, Expires included, must be the same.
    monkeypatch.setattr("django.utils.cache.time", SimpleNamespace(time=lambda: 1_800_000_000.0))
    stage = worlds.rateable_study().stages.get(number=3)
    client = rater_client(stage)
    before = open_task(client, stage)
    comparison = Assignment.objects.get().task.comparison
    assert comparison is not None
    texts = comparison.generic.text, comparison.personalized.text
    swap_texts(comparison)
    after = open_task(client, stage)

    placeholder = {texts[0]: "\x00", texts[1]: "\x01"}
    pattern = re.compile("|".join(re.escape(text) for text in texts))
    swapped = pattern.sub(
        lambda found: texts[1] if placeholder[found.group()] == "\x00" else texts[0], before.content.decode()
    )
    assert before.content != after.content
    assert swapped == after.content.decode()
    assert dict(before.headers) == dict(after.headers)


def test_pages_with_the_texts_masked_predict_no_side():
    """Whatever is left of a page when the texts are masked tells no more of the sides than a coin does."""
    pages = masked_pages(worlds.rateable_study(subjects=40, prompts=1).stages.get(number=3), raters=6, tasks=12)
    # Of 36 pages a coin gets 30 right once in 25,000 runs.
    assert hits_of_a_predictor(pages) < 30
    # The predictor does find what is there: the same pages with a word that goes with the side.
    planted = [(tokens | {"planted-left" if left else "planted-right"}, left) for tokens, left in pages]
    assert hits_of_a_predictor(planted) == 36


def masked_pages(stage, *, raters: int, tasks: int) -> list[tuple[set[str], bool]]:
    """The words of each page without its two texts, and whether the personalized response stood left."""
    pages: list[tuple[set[str], bool]] = []
    for _rater in range(raters):
        client = rater_client(stage)
        for _task in range(tasks):
            html = open_task(client, stage).content.decode()
            assignment = Assignment.objects.get(
                rater_id=client.session["raters"][str(stage.study_id)], outcome="", stage=stage
            )
            comparison = assignment.task.comparison
            assert comparison is not None
            masked = html.replace(comparison.generic.text, "").replace(comparison.personalized.text, "")
            pages.append((set(re.findall(r"[\w-]+", masked)), bool(assignment.personalized_left)))
            worlds.submit_all(client, assignment)
    return pages


def test_sides_are_balanced_within_each_rater():
    stage = worlds.rateable_study(subjects=12, prompts=1).stages.get(number=3)
    client = rater_client(stage)
    for _task in range(12):
        open_task(client, stage)
        worlds.submit_all(client, Assignment.objects.get(outcome=""))
    sides = list(Assignment.objects.order_by("started_at").values_list("personalized_left", flat=True))
    assert [sides[start : start + 4].count(True) for start in (0, 4, 8)] == [2, 2, 2]
