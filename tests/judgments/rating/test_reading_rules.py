"""Raters are given to read what the stage's rule says, are told so, and judge under the rule that is stored with the page."""

import re
import uuid

import pytest

from accounts.models import User
from conversations.models import Attribute, Conversation, Stage, Study
from judgments.models import Assignment, ReadingList
from judgments.work.opening import OwnerChangesRules, update_stage
from tests import worlds
from tests.judgments.rating.long_material import fill, turns
from tests.judgments.rating.opened_pages import open_task, rater_client

pytestmark = pytest.mark.django_db
SHOWN = re.compile(r'data-conversation="(\d+)"')
QUOTED = (3, 8)  # of the twelve


@pytest.fixture
def study() -> Study:
    study = worlds.rateable_study(subjects=1, prompts=1)
    made = fill(study, *(turns(f"In {number} I said " + "this and that " * 40) for number in range(12)))
    pointers = [
        {"conversation": made[place].pk, "turn": 0, "quote": "In", "start": 0, "end": 2, "state": "exact"}
        for place in QUOTED
    ]
    Attribute.objects.filter(subject__study=study).update(evidence=pointers)
    return study


@pytest.fixture
def stage(study) -> Stage:
    stage = study.stages.get(number=1)
    return update_stage(stage=stage, actor=None, reading="drawn", others_drawn=3)


def shown_to_somebody(stage: Stage) -> tuple[list[int], str]:
    page = open_task(rater_client(stage), stage).text
    return [int(found) for found in SHOWN.findall(page)], page


def ids() -> list[int]:
    return list(Conversation.objects.order_by("pk").values_list("pk", flat=True))


def test_a_page_shows_all_evidence_and_so_many_others_and_says_so(stage):
    shown, page = shown_to_somebody(stage)
    assert {ids()[place] for place in QUOTED} < set(shown)
    assert shown == sorted(shown)
    assert len(shown) == 5
    assert "You see 5 of 12 conversations: all that hold evidence, and 3 others by chance." in page
    facts = Assignment.objects.select_related("rules").get().rules.facts
    assert facts["reading"] == "conversations with evidence, and others by chance"
    assert facts["others_drawn"] == 3


def test_a_budget_of_words_is_said_the_same_way(stage):
    stage = update_stage(stage=stage, actor=None, reading="words", words_to_read=300)
    shown, page = shown_to_somebody(stage)
    lengths = dict(Conversation.objects.values_list("pk", "character_count"))
    assert sum(lengths[each] for each in shown) <= 300 * 6
    assert len(shown) == 3
    assert "and 1 other by chance." in page


def test_all_raters_of_a_task_read_the_same_whatever_comes_later(stage):
    first, _page = shown_to_somebody(stage)
    assert ReadingList.objects.get().conversation_ids == first
    known = Conversation.objects.order_by("pk")[0]
    for _more in range(20):
        known.pk, known.content_hash = None, uuid.uuid4().hex
        known.save()
    late = Conversation.objects.exclude(pk__in=first).order_by("pk")[0]
    attribute = Attribute.objects.order_by("pk")[0]
    attribute.evidence = [*attribute.evidence, attribute.evidence[0] | {"conversation": late.pk}]
    attribute.save()
    assert shown_to_somebody(stage)[0] == sorted([*first, late.pk])  # evidence that was found later
    Conversation.objects.filter(pk=first[0]).update(withdrawn_at="2026-03-01T12:00Z")
    assert shown_to_somebody(stage)[0] == sorted([*first[1:], late.pk])


def test_what_a_page_does_not_give_to_read_is_not_opened_either(stage):
    client = rater_client(stage)
    shown = {int(found) for found in SHOWN.findall(open_task(client, stage).text)}
    where = f"/rate/{stage.study.slug}/1/{Assignment.objects.get().pk}/material/"
    found = {each: client.get(where, {"conversation": each}).status_code for each in ids()}
    assert {each for each, status in found.items() if status == 200} == shown
    assert set(found.values()) == {200, 404}


def test_what_a_page_gives_to_read_is_searched_whether_it_is_loaded_or_not(stage):
    client = rater_client(stage)
    shown = [int(found) for found in SHOWN.findall(open_task(client, stage).text)]
    where = f"/rate/{stage.study.slug}/1/{Assignment.objects.get().pk}/material/"
    found = {words: client.get(where, {"find": words}).json() for words in ("SAID   this", "never said", "  ")}
    assert found["SAID   this"] == {"hits": [[each, 0] for each in shown], "more": False}
    assert found["never said"] == found["  "] == {"hits": [], "more": False}
    assert rater_client(stage).get(where, {"find": "said"}).status_code == 404


def test_a_page_goes_by_the_rule_under_which_it_was_given_out(stage):
    client = rater_client(stage)
    before = SHOWN.findall(open_task(client, stage).text)
    assignment = Assignment.objects.get()
    worlds.submit_all(client, assignment)
    update_stage(stage=stage, actor=None, reading="all")
    again = client.get(f"/rate/{stage.study.slug}/1/{assignment.pk}/").text
    assert SHOWN.findall(again) == before
    shown, page = shown_to_somebody(stage)
    assert shown == ids()
    assert "You see" not in page
    rules = Assignment.objects.order_by("started_at").values_list("rules", flat=True)
    assert len(set(rules)) == 2


def test_only_the_owner_changes_what_is_read_once_the_stage_was_opened(stage):
    with pytest.raises(OwnerChangesRules):
        update_stage(stage=stage, actor=User.objects.create_user("admin"), others_drawn=4)
