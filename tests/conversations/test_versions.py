"""The same conversation exported again counts once: grown, known, or left to a person."""

import json
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from conversations.enums import BatchState, VersionState
from conversations.formats import Format
from conversations.models import Attribute, Batch, Conversation, ConversationVersion, Study
from conversations.services import batches
from conversations.services.versions import VersionRefused, choose
from tests import factories
from tests.conversations.importing import bring

pytestmark = pytest.mark.django_db

FIRST = ["How tall?", "75 cm."]
LONGER = [*FIRST, "And a chair?", "45 cm."]
OTHER = ["How tall?", "75 cm.", "And a lamp?", "30 cm."]


@pytest.fixture
def study() -> Study:
    return factories.study()


def exported(*texts: list[str], name: str = "c1") -> bytes:
    rows = [
        {
            "user_id": "p1",
            "conversation_id": name,
            "messages": [{"role": ["user", "assistant"][at % 2], "content": text} for at, text in enumerate(turns)],
        }
        for turns in texts
    ]
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def upload(study: Study, *texts: list[str], **values: Any) -> Batch:
    return bring(study, [], format=Format.OPENAI, content=exported(*texts), **values)


def stored(study: Study) -> list[list[str]]:
    found = Conversation.objects.filter(subject__study=study).order_by("pk")
    return [[turn["content"] for turn in conversation.turns] for conversation in found]


def test_longer_one_takes_the_place_of_its_beginning_and_a_shorter_one_changes_nothing(study: Study) -> None:
    upload(study, FIRST)
    grown = upload(study, LONGER)
    assert stored(study) == [LONGER]
    assert grown.counts["conversations"] == {"new": 0, "known": 0, "grown": 1}
    again = upload(study, FIRST, LONGER)
    assert stored(study) == [LONGER]
    assert again.counts["conversations"] == {"new": 0, "known": 2}
    assert again.counts["problems"] == 0


@pytest.mark.parametrize("texts", [(FIRST, LONGER), (LONGER, FIRST), (FIRST, LONGER, FIRST)])
def test_one_file_may_hold_both(study: Study, texts: tuple[list[str], ...]) -> None:
    batch = upload(study, *texts)
    assert stored(study) == [LONGER]
    assert batch.counts["problems"] == 0


def test_undone_batch_gives_the_former_text_back(study: Study) -> None:
    upload(study, FIRST)
    grown = upload(study, LONGER)
    batches.undo(batch=grown, actor=None, now=timezone.now())
    assert stored(study) == [FIRST]
    assert not ConversationVersion.objects.exists()


def test_batch_on_which_another_grew_is_not_undone(study: Study) -> None:
    upload(study, FIRST)
    grown = upload(study, LONGER)
    upload(study, [*LONGER, "Thanks", "Welcome"])
    with pytest.raises(batches.BatchRefused, match="longer still"):
        batches.undo(batch=grown, actor=None, now=timezone.now())


def point_into(study: Study) -> None:
    conversation = Conversation.objects.get(subject__study=study)
    system = factories.system(study)
    pointer = {"conversation": conversation.pk, "turn": 0, "quote": "How tall", "start": 0, "end": 8, "state": "exact"}
    Attribute.objects.create(
        subject=conversation.subject,
        system=system,
        text="Is tall",
        content_hash="x",
        evidence=[pointer],
        batch=conversation.batch,
    )


def test_longer_one_waits_where_something_was_extracted_and_is_taken_by_choice(study: Study) -> None:
    upload(study, FIRST)
    point_into(study)
    batch = upload(study, LONGER)
    assert stored(study) == [FIRST]
    (problem,) = batch.problems.all()
    assert (problem.field, problem.found) == ("conversation", "the same one with 2 more turns")
    version = ConversationVersion.objects.get(state=VersionState.WAITING)
    owner = User.objects.create_user("chooser")
    choose(study=study, version_id=version.pk, take=True, actor=owner, now=timezone.now())
    assert stored(study) == [LONGER]
    assert Attribute.objects.get().evidence[0]["state"] == "exact"
    with pytest.raises(VersionRefused):
        choose(study=study, version_id=version.pk, take=False, actor=owner, now=timezone.now())


def test_other_turns_under_one_id_wait_and_are_told_once_they_are_left_out_no_more(study: Study) -> None:
    upload(study, LONGER)
    batch = upload(study, OTHER)
    assert stored(study) == [LONGER]
    assert [problem.found for problem in batch.problems.all()] == ["others"]
    version = ConversationVersion.objects.get()
    choose(
        study=study, version_id=version.pk, take=False, actor=User.objects.create_user("chooser"), now=timezone.now()
    )
    assert upload(study, OTHER).counts["problems"] == 0
    assert stored(study) == [LONGER]


def test_two_tellings_in_one_file_leave_the_second_to_choose(study: Study) -> None:
    batch = upload(study, LONGER, OTHER)
    assert stored(study) == [LONGER]
    assert batch.state == BatchState.DONE
    assert ConversationVersion.objects.get().state == VersionState.WAITING


def test_evidence_is_found_again_in_a_text_that_is_another(study: Study) -> None:
    upload(study, FIRST)
    point_into(study)
    upload(study, ["Hello", "Hi", "How tall is it?", "75 cm."])
    version = ConversationVersion.objects.get()
    choose(study=study, version_id=version.pk, take=True, actor=User.objects.create_user("chooser"), now=timezone.now())
    (pointer,) = Attribute.objects.get().evidence
    assert (pointer["turn"], pointer["start"], pointer["state"]) == (2, 0, "exact")


def test_statements_of_a_chunk_do_not_grow_with_its_rows(study: Study, django_assert_max_num_queries: Any) -> None:
    upload(study, FIRST)
    with django_assert_max_num_queries(60):
        bring(study, [], format=Format.OPENAI, content=b"".join(exported(FIRST, name=f"n{at}") for at in range(200)))
