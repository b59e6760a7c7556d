"""Nothing that reaches a rater's browser tells sides apart, except the two texts (ARCHITECTURE.md, rule 2)."""

import random
import re

import pytest
from django.test import Client

from conversations.models import Comparison, Response
from judgments.models import Assignment
from tests import worlds

pytestmark = pytest.mark.django_db


def rater_client(stage) -> Client:
    client = Client()
    client.post(f"/r/{worlds.entry_link(stage).token}/")
    return client


def open_task(client: Client, stage):
    response = client.get(f"/rate/{stage.study.slug}/{stage.number}/")
    assert response.status_code == 200
    return response


def swap_texts(comparison: Comparison) -> None:
    generic, personalized = comparison.generic, comparison.personalized
    Response.objects.filter(pk=generic.pk).update(text=personalized.text)
    Response.objects.filter(pk=personalized.pk).update(text=generic.text)


def test_swapping_the_two_texts_swaps_them_on_the_page_and_changes_nothing_else():
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
    """Whatever is left of a page when the texts are masked is the same on both sides, up to ids that say nothing.

    A predictor that learned from half of the pages (which tokens go with which side) is no better than chance on the
    other half.
    """
    stage = worlds.rateable_study(subjects=40, prompts=1).stages.get(number=3)
    pages: list[tuple[set[str], bool]] = []
    for _rater in range(6):
        client = rater_client(stage)
        for _task in range(12):
            html = open_task(client, stage).content.decode()
            assignment = Assignment.objects.select_related("task__comparison__generic").get(
                rater_id=client.session["raters"][str(stage.study_id)], outcome=""
            )
            comparison = assignment.task.comparison
            assert comparison is not None
            masked = html.replace(comparison.generic.text, "").replace(comparison.personalized.text, "")
            pages.append((set(re.findall(r"[\w-]+", masked)), bool(assignment.personalized_left)))
            worlds.submit_all(client, assignment)
    random.Random(7).shuffle(pages)
    learn, test = pages[: len(pages) // 2], pages[len(pages) // 2 :]
    weights: dict[str, int] = {}
    for tokens, left in learn:
        for token in tokens:
            weights[token] = weights.get(token, 0) + (1 if left else -1)
    bias = sum(1 if left else -1 for _tokens, left in learn)
    hits = sum(
        (sum(weights.get(token, 0) - bias for token in tokens if 0 < abs(weights.get(token, 0)) < len(learn)) > 0)
        == left
        for tokens, left in test
    )
    # 36 pages: 26 or more hits come by chance in less than 1 % of runs.
    assert hits < 26


def test_sides_are_balanced_within_each_rater():
    stage = worlds.rateable_study(subjects=12, prompts=1).stages.get(number=3)
    client = rater_client(stage)
    for _task in range(12):
        open_task(client, stage)
        worlds.submit_all(client, Assignment.objects.get(outcome=""))
    sides = list(Assignment.objects.order_by("started_at").values_list("personalized_left", flat=True))
    assert [sides[start : start + 4].count(True) for start in (0, 4, 8)] == [2, 2, 2]
