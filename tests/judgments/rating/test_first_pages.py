"""A history of real size begins small: what is read first comes first, the rest when it is opened."""

import gzip
import re
import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conversations.models import Attribute, Study
from tests import worlds
from tests.judgments.rating.histories import sixty, three_hundred_turns
from tests.judgments.rating.long_material import texts_of
from tests.judgments.rating.opened_pages import open_task, rater_client

pytestmark = pytest.mark.django_db
MOST_COMPRESSED = 100_000
MOST_STATEMENTS = 20  # of a first arrival, whose claim takes most of them
OPEN = re.compile(r'<details class="conversation" data-conversation="(\d+)"[^>]* open>')


@pytest.fixture
def study() -> Study:
    return worlds.rateable_study(subjects=1, prompts=1)


@pytest.mark.parametrize("made", [sixty, three_hundred_turns])
def test_a_page_of_real_size_begins_within_its_bytes_and_statements(study, made):
    conversations = made(study)
    stage = study.stages.get(number=1)
    client = rater_client(stage)
    client.defaults["HTTP_ACCEPT_ENCODING"] = "gzip"
    started = time.thread_time()
    with CaptureQueriesContext(connection) as captured:
        page = open_task(client, stage)
    spent = time.thread_time() - started
    assert page["Content-Encoding"] == "gzip"
    sent, content = len(page.content), gzip.decompress(page.content)
    words = sum(len(turn["content"].split()) for each in conversations for turn in each.turns)
    print(f"{words} words: {len(content)} bytes, {sent} compressed, {len(captured)} statements, {spent:.3f} s")  # noqa: T201
    assert sent < MOST_COMPRESSED
    assert len(captured) < MOST_STATEMENTS
    assert spent < 2  # of CPU, the first time in this process; a tenth of it on a quiet machine


def test_the_conversation_of_the_first_evidence_is_open_and_sent_first(study):
    conversations = sixty(study)
    quoted = conversations[41]
    quote = quoted.turns[0]["content"][:20]
    pointer = {"conversation": quoted.pk, "turn": 0, "quote": quote, "start": 0, "end": 20, "state": "exact"}
    Attribute.objects.filter(subject__study=study).update(evidence=[pointer])
    stage = study.stages.get(number=1)
    page = open_task(rater_client(stage), stage).text
    assert [int(found) for found in OPEN.findall(page)] == [quoted.pk]
    own = page[page.index(f'data-conversation="{quoted.pk}"') :]
    own = own[: own.index("</details>")]
    assert texts_of(own)[0] == quoted.turns[0]["content"]
    assert "data-rest" not in own


def test_a_short_history_is_open_and_sent_as_a_whole(study):
    stage = study.stages.get(number=1)
    page = open_task(rater_client(stage), stage).text
    assert len(OPEN.findall(page)) == page.count('class="conversation"') > 0
    assert 'id="only-quoted"' not in page  # all of them hold evidence, or none
    assert re.search(r"min left\s+\(assumed\)", page)
    assert "data-rest" not in page
