"""Long material: a page stays small whatever is uploaded, and opening what it left out gives all the rest, to its rater only."""

import re
import time
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from conversations.formats.limits import (
    MAX_ATTRIBUTE_CHARACTERS,
    MAX_CONVERSATION_CHARACTERS,
    MAX_TEXT_CHARACTERS,
    MAX_TURNS,
)
from conversations.models import (
    Attribute,
    Comparison,
    Conversation,
    Prompt,
    Response,
    Study,
    Subject,
)
from conversations.models.studies import MAX_UNITS_PER_PAGE
from judgments.models import Assignment, Unit
from tests import worlds
from tests.judgments.raters_at_work import open_for_rating
from tests.judgments.rating.long_material import (
    MOST_BYTES,
    TABLE,
    fill,
    long_responses,
    opened,
    responses_on,
    rest,
    texts_of,
    turns,
)
from tests.judgments.rating.opened_pages import open_task, rater_client, swap_texts

pytestmark = pytest.mark.django_db
REST = re.compile(r'data-rest="([^"]*)"')


@pytest.fixture
def study() -> Study:
    return worlds.rateable_study(subjects=1, prompts=1)


def point_to(conversation: Conversation, *places: tuple[int, int, int]) -> list[str]:
    """The first attribute quotes these stretches; the names of its quotes on the page."""
    attribute = Attribute.objects.filter(subject=conversation.subject).order_by("id")[0]
    attribute.evidence = [
        {
            "conversation": conversation.pk,
            "turn": turn,
            "quote": conversation.turns[turn]["content"][start:end],
            "start": start,
            "end": end,
            "state": "exact",
        }
        for turn, start, end in places
    ]
    attribute.save()
    unit = attribute.units.get(task__stage__number=1)
    return [f"{unit.pk}-{number}" for number in range(len(places))]


def test_quote_that_a_search_found_says_so_and_one_that_was_given_does_not(study):
    conversation = Conversation.objects.order_by("pk")[0]
    point_to(conversation, (0, 0, 6), (0, 7, 9))
    stage = study.stages.get(number=1)
    client = rater_client(stage)
    assert "Found by search" not in open_task(client, stage).text
    attribute = Attribute.objects.filter(subject=conversation.subject).order_by("id")[0]
    attribute.evidence = [attribute.evidence[0], attribute.evidence[1] | {"found_by": "search"}]
    attribute.save()
    assert open_task(client, stage).text.count("Found by search") == 1


def addresses(html: str) -> list[str]:
    return [unescape(found) for found in REST.findall(html)]


def test_twenty_turns_of_hostile_tables_make_a_small_page(study):
    fill(study, turns(*(f"{number}\n\n{TABLE}" for number in range(20)), role="assistant"))
    client = rater_client(study.stages.get(number=1))
    started = time.thread_time()
    page = open_task(client, study.stages.get(number=1))
    assert time.thread_time() - started < 5  # of CPU; a tenth of it on a quiet machine
    assert len(page.content) < MOST_BYTES / 5
    everything = opened(client, page.text)
    assert everything.count("<td") == 0
    assert everything.count("shown as it was written") == 20


@pytest.mark.parametrize("text", ['"', "word ", "- a\n", "*a* ", "|a|\n|-|\n|b|\n\n"])
@pytest.mark.parametrize("length", [1, MAX_CONVERSATION_CHARACTERS // MAX_TURNS])
def test_the_largest_legal_conversation_makes_a_small_page(study, text, length):
    said = (text * (length // len(text) + 1))[:length]
    conversation = fill(study, turns(*[said] * MAX_TURNS, role="assistant"))[0]
    name = point_to(conversation, (MAX_TURNS - 1, 0, 1))[0]
    client = rater_client(study.stages.get(number=1))
    started = time.thread_time()
    page = open_task(client, study.stages.get(number=1))
    assert time.thread_time() - started < 5
    assert len(page.content) < MOST_BYTES
    steps = 0
    while f'data-evidence="{name}"' not in page.text:
        holders = re.findall(rf'data-rest="([^"]*)" data-holds="{name}"', page.text)
        assert len(holders) == 1
        page = client.get(unescape(holders[0]))
        assert len(page.content) < MOST_BYTES / 2
        steps += 1
    assert 0 < steps <= 4


def test_opening_everything_gives_every_turn_once_and_in_order(study):
    said = [f"Turn {number}: {'<so> & "on" ' * (number % 400)}\n" for number in range(400)]
    said[7] = "very long, " * 12_000
    said[300] = "and again\n" * 12_000
    fill(study, turns(*said))
    client = rater_client(study.stages.get(number=1))
    page = open_task(client, study.stages.get(number=1))
    assert addresses(page.text)
    assert "".join(texts_of(opened(client, page.text))) == "".join(said)


def test_every_one_of_many_conversations_can_be_opened(study):
    said = [f"Conversation {number} says: {'so it is, ' * 300}" for number in range(230)]
    made = fill(study, *(turns(text) for text in said))
    names = point_to(made[229], (0, 0, 12))
    client = rater_client(study.stages.get(number=1))
    page = open_task(client, study.stages.get(number=1))
    assert page.text.count('<details class="conversation"') == 200
    assert f'data-holds="{names[0]}"' in page.text
    all_of_it = opened(client, page.text)
    assert texts_of(all_of_it) == said
    assert re.findall(r'number">Conversation (\d+)<', all_of_it) == [str(number) for number in range(1, 231)]
    assert all_of_it.count(f'<mark class="evidence" data-evidence="{names[0]}">') == 1


def test_long_prompts_attributes_and_reasons_go_on_when_opened(study):
    prompt, attribute, reason = ("ask on " * 9_000, "true of her " * 800, "since she says so " * 9_000)
    Prompt.objects.filter(study=study).update(text=prompt)
    Attribute.objects.filter(subject__study=study).update(text=attribute, reason=reason)
    for number, wanted in ((1, [attribute, reason]), (2, [prompt, attribute]), (3, [prompt, attribute])):
        client = rater_client(study.stages.get(number=number))
        page = open_task(client, study.stages.get(number=number))
        assert len(page.content) < 200_000
        everything = re.sub(r"\s+", " ", opened(client, page.text))
        for text in wanted:
            assert text.strip() not in page.text
            assert text.strip() in everything


def test_long_responses_go_on_when_opened_and_say_why_they_are_plain(study):
    texts = long_responses(study)
    client = rater_client(study.stages.get(number=3))
    page = open_task(client, study.stages.get(number=3))
    assert len(page.content) < MOST_BYTES / 4
    assert page.text.count("shown as it was written") == 2
    assert sorted(responses_on(opened(client, page.text), texts)) == sorted(texts)


def test_swapping_long_texts_and_sides_changes_no_byte_of_page_or_rest(study):
    long_responses(study)
    stage = study.stages.get(number=3)
    client = rater_client(stage)

    def everything() -> list[bytes]:
        page = open_task(client, stage)
        return [page.content, *(client.get(address).content for address in addresses(page.text))]

    before = everything()
    assert len(before) == 3
    swap_texts(Comparison.objects.get(case__subject__study=study))
    Assignment.objects.update(personalized_left=not Assignment.objects.get().personalized_left)
    assert everything() == before


def test_only_the_rater_of_an_open_or_judged_page_opens_its_rest(study):
    fill(study, turns("a" * 1_000_000))
    stage = study.stages.get(number=1)
    client = rater_client(stage)
    address = addresses(open_task(client, stage).text)[0]
    assert client.get(address).status_code == 200
    assert client.post(address).status_code == 405
    assert Client().get(address).status_code == 403
    assert rater_client(stage).get(address).status_code == 404  # a rater with no such page
    worlds.submit_all(client, Assignment.objects.get())
    assert client.get(address).status_code == 200
    Assignment.objects.update(outcome="upsetting")
    assert client.get(address).status_code == 404


def test_what_is_withdrawn_or_another_subject_is_not_opened(study):
    made = fill(study, turns("a" * 1_000_000), turns("b" * 1_000_000))
    others = Conversation.objects.filter(subject__study=worlds.rateable_study(subjects=1)).first()
    assert others is not None
    client = rater_client(study.stages.get(number=1))
    open_task(client, study.stages.get(number=1))
    assert rest(client, conversation=made[0].pk).status_code == 200
    assert rest(client, conversation=others.pk).status_code == 404
    Conversation.objects.filter(pk=made[0].pk).update(withdrawn_at=timezone.now())
    assert rest(client, conversation=made[0].pk).status_code == 404
    Subject.objects.filter(study=study).update(withdrawn_at=timezone.now())
    assert rest(client, conversation=made[1].pk).status_code == 404


def test_a_reason_that_raters_are_not_shown_cannot_be_opened(study):
    Attribute.objects.filter(subject__study=study).update(reason="secret " * 900)
    client = rater_client(study.stages.get(number=1))
    open_task(client, study.stages.get(number=1))
    unit = Assignment.objects.get().task.units.order_by("id")[0]
    assert "secret" in rest(client, text=f"reason-{unit.pk}", start=800).text
    Study.objects.filter(pk=study.pk).update(show_reason=False)
    assert rest(client, text=f"reason-{unit.pk}", start=800).status_code == 404


ODD = ["", "-1", "1.5", "\0", "x", "9" * 18, "9" * 5_000, "\u0661", "\ud83d"]


@pytest.mark.parametrize("name", ["conversation", "from", "to", "after", "start", "text", "find"])
def test_no_question_is_answered_by_an_error(study, name):
    made = fill(study, turns("a" * 1_000_000))
    client = rater_client(study.stages.get(number=1))
    open_task(client, study.stages.get(number=1))
    unit = Assignment.objects.get().task.units.order_by("id")[0]
    for value in ODD:
        for asked in (
            {},
            {"conversation": made[0].pk, "from": 0, "to": 3},
            {"text": f"text-{unit.pk}", "start": 1},
            {"text": "left", "start": 0},
        ):
            answer = rest(client, **asked | {name: value.encode("utf-8", "surrogatepass")})
            assert answer.status_code in {200, 400, 404}, (name, value, asked)
            assert len(answer.content) < MOST_BYTES


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_page_of_nothing_but_the_longest_texts_stays_small(number):
    """Of characters that take six times their length in HTML, on a page of as many units as there may be."""
    study, stage = open_for_rating(number, subjects=1, attributes_each=MAX_UNITS_PER_PAGE)
    quotes = '"' * MAX_TEXT_CHARACTERS
    made = fill(study, *[turns(quotes, quotes)] * 3)
    pointer = {"conversation": made[0].pk, "turn": 0, "quote": quotes[:1_000], "start": 5, "end": 400_000}
    for attribute in Attribute.objects.filter(subject__study=study):
        attribute.text, attribute.reason = quotes[:MAX_ATTRIBUTE_CHARACTERS], quotes
        attribute.evidence = [pointer | {"state": "exact", "start": place} for place in range(100)]
        attribute.save()
    Prompt.objects.filter(study=study).update(text=quotes)
    Response.objects.filter(case__subject__study=study).update(text=quotes)
    client = rater_client(stage)
    assert len(open_task(client, stage).content) < MOST_BYTES
    if number == 3:
        overall = Unit.objects.filter(attribute__isnull=True)
        worlds.submit_units(client, Assignment.objects.get(), overall.values_list("pk", flat=True))
    page = open_task(client, stage)
    assert page.text.count('class="unit"') == (MAX_UNITS_PER_PAGE if number < 3 else 2)
    assert len(page.content) < MOST_BYTES
