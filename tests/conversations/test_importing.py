"""Importing: every row once, whatever happens; what can't be taken is said."""

import pytest

from conversations.enums import BatchState, Origin
from conversations.formats import Format, Options, SubjectPolicy
from conversations.models import (
    Attribute,
    Case,
    Comparison,
    Conversation,
    Prompt,
    Response,
    Selection,
    Study,
    Subject,
)
from tests import factories
from tests.conversations.importing import (
    ATTRIBUTE,
    CASE,
    CONVERSATION,
    EVERYTHING,
    GENERIC,
    PERSONALIZED,
    PROMPT,
    bring,
    found_problems,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def study() -> Study:
    return factories.study()


def test_every_kind_of_row_is_stored(study):
    batch = bring(study, EVERYTHING)
    assert batch.counts == {
        "subjects": {"new": 1, "known": 0},
        "conversations": {"new": 1, "known": 0},
        "prompts": {"new": 1, "known": 0},
        "attributes": {"new": 1, "known": 0},
        "cases": {"new": 1, "known": 0},
        "responses": {"new": 2, "known": 0},
        "problems": 0,
    }
    assert batch.bytes_read == batch.size
    comparison = Comparison.objects.get(case__subject__study=study)
    assert (comparison.personalized.text, comparison.personalized.latency_ms) == ("About 75 cm.", 900)
    assert [one.attribute.external_id for one in comparison.attributes.filter(given=True)] == ["a1"]


def test_rows_refer_to_what_comes_later_in_the_file(study):
    batch = bring(study, EVERYTHING[::-1])
    assert batch.counts["problems"] == 0
    assert Comparison.objects.filter(case__subject__study=study).count() == 1
    assert Attribute.objects.get(subject__study=study).evidence[0]["state"] == "exact"


def test_rows_refer_to_an_earlier_batch(study):
    for row in EVERYTHING:
        assert bring(study, [row]).counts["problems"] == 0
    comparison = Comparison.objects.get(case__subject__study=study)
    assert comparison.attributes.count() == 1


def test_personalized_response_before_generic_keeps_what_was_given(study):
    bring(study, [CONVERSATION, ATTRIBUTE, PROMPT, PERSONALIZED])
    assert not Comparison.objects.filter(case__subject__study=study).exists()
    bring(study, [GENERIC])
    assert Comparison.objects.get(case__subject__study=study).attributes.count() == 1


def test_same_content_twice_changes_nothing(study):
    bring(study, EVERYTHING)
    again = bring(study, EVERYTHING)
    assert {kind: one["new"] for kind, one in again.counts.items() if kind != "problems"} == {
        "conversations": 0,
        "prompts": 0,
        "attributes": 0,
        "cases": 0,
        "responses": 0,
    }
    models = (Subject, Conversation, Attribute, Prompt, Case, Response, Comparison)
    assert [model.objects.count() for model in models] == [1, 1, 1, 1, 1, 2, 1]


def test_invalid_rows_are_reported_and_valid_ones_kept(study):
    batch = bring(
        study,
        [CONVERSATION, {"kind": "nonsense"}, PROMPT, {**PROMPT, "text": "Other words."}, {**CASE, "prompt": "p9"}],
    )
    assert found_problems(batch) == [(2, "kind", False), (4, "text", False), (5, "prompt", False)]
    assert batch.counts["problems"] == 3
    assert (Conversation.objects.count(), Prompt.objects.count(), Case.objects.count()) == (1, 1, 0)


@pytest.mark.parametrize(
    ("pointer", "state", "is_problem"),
    [
        ({"conversation": "c1", "turn": 0, "quote": "in cm"}, "exact", False),
        ({"conversation": "c1", "turn": 0, "quote": "IN  CM!"}, "normalised", False),
        ({"conversation": "c1", "turn": 0}, "turn", False),
        ({"conversation": "c1", "turn": 0, "quote": "in inches"}, "not_found", True),
        ({"conversation": "c1", "turn": 1, "quote": "75 cm"}, "assistant_turn", True),
        ({"conversation": "c1", "turn": 7, "quote": "in cm"}, "out_of_range", True),
        ({"conversation": "c9", "turn": 0, "quote": "in cm"}, "not_found", True),
        ({"quote": "in cm"}, "exact", False),
    ],
)
def test_evidence_is_located_and_never_repaired(study, pointer, state, is_problem):
    batch = bring(study, [CONVERSATION, ATTRIBUTE | {"evidence": [pointer]}])
    stored = Attribute.objects.get(subject__study=study).evidence
    assert [one["state"] for one in stored] == [state]
    assert found_problems(batch) == ([(2, "evidence[0]", True)] if is_problem else [])


def test_quote_without_a_turn_is_searched_in_all_conversations(study):
    other = CONVERSATION | {"conversation": "c2", "turns": [{"role": "user", "content": "Something else."}]}
    bring(study, [other, CONVERSATION, ATTRIBUTE | {"evidence": [{"quote": "in cm"}]}])
    expected = Conversation.objects.get(external_id="c1").pk
    assert Attribute.objects.get(subject__study=study).evidence[0]["conversation"] == expected


def test_origin_of_an_earlier_batch_stays(study):
    bring(study, [{"kind": "subject", "subject": "s1", "origin": "synthetic", "stated_conversations": 4}])
    batch = bring(study, [{"kind": "subject", "subject": "s1", "origin": "real"}])
    subject = Subject.objects.get(study=study)
    assert (subject.origin, subject.stated_conversations) == (Origin.SYNTHETIC, 4)
    assert found_problems(batch) == [(1, "origin", True)]


def test_subject_row_after_its_conversation_states_the_origin(study):
    bring(study, [CONVERSATION, {"kind": "subject", "subject": "s1", "origin": "synthetic"}])
    assert Subject.objects.get(study=study).origin == Origin.SYNTHETIC


def test_selections_find_attributes_by_id_and_text(study):
    selection = {"kind": "selection", "system": "picker", "subject": "s1", "prompt": "p1", "selected": True}
    second = ATTRIBUTE | {"id": "a2", "attribute": "Likes tea", "evidence": []}
    rows = [
        CONVERSATION,
        ATTRIBUTE,
        second,
        PROMPT,
        selection | {"attribute": "a1"},
        selection | {"attribute": "Likes  tea"},
    ]
    batch = bring(study, [*rows, selection | {"attribute": "Unknown"}])
    assert found_problems(batch) == [(7, "attribute", False)]
    assert set(Selection.objects.values_list("attribute__external_id", flat=True)) == {"a1", "a2"}


def test_second_text_of_a_response_is_refused(study):
    bring(study, EVERYTHING)
    batch = bring(study, [GENERIC | {"text": "Other words."}], state=BatchState.FAILED)
    assert found_problems(batch) == [(1, "text", False)]
    assert Response.objects.get(kind="generic").text == "30 inches."


def test_subjects_of_two_studies_are_apart(study):
    bring(study, [CONVERSATION])
    bring(factories.study(), [CONVERSATION])
    assert sorted(Subject.objects.values_list("number", flat=True)) == [1, 1]


def test_subject_of_a_file_is_what_the_uploader_says(study):
    rows = [{"messages": [{"role": "user", "content": f"Question {number}"}]} for number in range(3)]
    bring(study, rows, format=Format.OPENAI, options=Options(SubjectPolicy.FILE, file_subject="me"))
    assert [(one.external_id, one.conversations.count()) for one in Subject.objects.all()] == [("me", 3)]
