"""A system that spoke about a case has a record of it, whatever it selected."""

from importlib import import_module
from itertools import permutations
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from conversations.models import Selection, SelectionRecord, Study
from conversations.services import batches
from conversations.services.batches import BatchRefused
from tests import factories
from tests.conversations.importing import ATTRIBUTE, CONVERSATION, PROMPT, bring, found_problems

pytestmark = pytest.mark.django_db

SECOND = ATTRIBUTE | {"id": "a2", "attribute": "Likes tea", "evidence": []}
MATERIAL = [CONVERSATION, ATTRIBUTE, SECOND, PROMPT, PROMPT | {"prompt": "p2", "text": "What to drink?"}]


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def study() -> Study:
    made = factories.study()
    bring(made, MATERIAL)
    return made


def answer(*attributes: Any, prompt: str = "p1", system: str = "picker") -> dict[str, Any]:
    """What a system uses for a case, all of it."""
    row = {"kind": "selection", "system": system, "subject": "s1", "prompt": prompt}
    return row | {"attributes": list(attributes)}


def single(attribute: str, *, selected: bool = True) -> dict[str, Any]:
    row = {"kind": "selection", "system": "picker", "subject": "s1", "prompt": "p1"}
    return row | {"attribute": attribute, "selected": selected}


def spoken(study: Study) -> dict[tuple[str, str], dict[str, bool]]:
    """By system and prompt, what was said of which attribute."""
    found: dict[tuple[str, str], dict[str, bool]] = {
        key: {}
        for key in SelectionRecord.objects.filter(case__subject__study=study).values_list(
            "system__name", "case__prompt__external_id"
        )
    }
    said = Selection.objects.filter(case__subject__study=study)
    for system, prompt, attribute, selected in said.values_list(
        "system__name", "case__prompt__external_id", "attribute__external_id", "selected"
    ):
        found[system, prompt][attribute] = selected
    return found


def test_an_empty_answer_is_stored_and_counted(study):
    batch = bring(study, [answer()])
    assert spoken(study) == {("picker", "p1"): {}}
    assert (batch.counts["selections"], batch.counts["problems"]) == ({"new": 1, "known": 0}, 0)


def test_an_answer_names_attributes_by_id_text_or_with_a_score(study):
    bring(study, [answer("a1", {"attribute": "Likes  tea", "score": 0.4}), answer("a2", prompt="p2")])
    assert spoken(study) == {("picker", "p1"): {"a1": True, "a2": True}, ("picker", "p2"): {"a2": True}}
    assert Selection.objects.get(case__prompt__external_id="p1", attribute__external_id="a2").score == 0.4


def test_rows_of_one_attribute_give_the_case_one_record(study):
    bring(study, [single("a1"), single("a2", selected=False)])
    assert spoken(study) == {("picker", "p1"): {"a1": True, "a2": False}}
    assert SelectionRecord.objects.count() == 1


@pytest.mark.parametrize("rows", [[answer()], [answer("a1")], [single("a1"), single("a2", selected=False)]])
def test_the_same_again_changes_nothing(study, rows):
    bring(study, rows)
    before = spoken(study)
    batch = bring(study, rows)
    assert (spoken(study), batch.counts["selections"]) == (before, {"new": 0, "known": len(rows)})
    assert found_problems(batch) == []


@pytest.mark.parametrize(("first", "other"), permutations([[], ["a1"], ["a1", "a2"]], 2))
def test_another_whole_answer_is_refused(study, first, other):
    bring(study, [answer(*first)])
    before = spoken(study)
    batch = bring(study, [answer(*other), answer(prompt="p2")])
    assert found_problems(batch) == [(1, "attributes", False)]
    assert spoken(study) == before | {("picker", "p2"): {}}


def test_the_other_word_on_one_attribute_is_refused(study):
    bring(study, [single("a1")])
    batch = bring(study, [single("a1", selected=False), answer(prompt="p2")])
    assert found_problems(batch) == [(1, "selected", False)]


def test_an_answer_with_an_unknown_attribute_is_refused_as_a_whole(study):
    batch = bring(study, [answer("a1", "Unknown"), answer(prompt="p2")])
    assert found_problems(batch) == [(1, "attributes[1].attribute", False)]
    assert spoken(study) == {("picker", "p2"): {}}


def test_an_attribute_that_is_selected_and_not_is_refused(study):
    batch = bring(study, [answer("a1", {"attribute": "a1", "selected": False}), answer(prompt="p2")])
    assert found_problems(batch) == [(1, "attributes[1].attribute", False)]


def test_a_row_is_a_whole_answer_or_of_one_attribute(study):
    batch = bring(study, [answer("a1") | {"selected": True}, answer("a1") | {"score": 0.5}, answer(prompt="p2")])
    assert [problem[:2] for problem in found_problems(batch)] == [(1, "selected"), (2, "score")]


def test_undoing_the_batch_takes_what_it_said_back(study):
    batch = bring(study, [answer(), answer("a1", prompt="p2")])
    batches.undo(batch=batch, actor=None, now=timezone.now())
    assert spoken(study) == {}


def test_a_batch_to_which_another_adds_is_not_undone(study):
    bring(study, [{"kind": "case", "subject": "s1", "prompt": "p1"}])
    first, second = bring(study, [single("a1")]), bring(study, [single("a2")])
    with pytest.raises(BatchRefused, match="another batch adds to its selections"):
        batches.undo(batch=first, actor=None, now=timezone.now())
    batches.undo(batch=second, actor=None, now=timezone.now())
    batches.undo(batch=first, actor=None, now=timezone.now())
    assert spoken(study) == {}


def test_selections_from_before_there_were_records_give_their_cases_one(study, monkeypatch):
    """As an installation has them that is updated."""
    bring(study, [answer("a1"), answer("a1", "a2", prompt="p2"), answer("a2", system="other")])
    before = spoken(study)
    SelectionRecord.objects.all().delete()
    migration = import_module("conversations.migrations.0007_records_of_selections")
    monkeypatch.setattr(migration, "ROWS_AT_ONCE", 2)
    for _again in range(2):
        with connection.schema_editor() as editor:
            migration.records_of_selections(apps, editor)
        assert spoken(study) == before
    batch = study.batches.latest("pk")
    record = SelectionRecord.objects.filter(system__name="other").get()
    assert (record.batch, record.spoken_at) == (batch, batch.uploaded_at)
