"""Importing: every row once, whatever happens; what can't be taken is said."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files import File
from django.db import transaction
from django.utils import timezone

from accounts import jobs
from conversations.enums import BatchState, Origin
from conversations.formats import Format, Options, SubjectPolicy
from conversations.models import (
    Attribute,
    Batch,
    Case,
    Comparison,
    Conversation,
    Prompt,
    Response,
    Selection,
    Study,
    Subject,
)
from conversations.queries.batches import BATCHES, problems_of, waiting_batches
from conversations.services import batches, importing
from conversations.spreadsheets import problem_rows
from tests import factories

pytestmark = pytest.mark.django_db

Fields = dict[str, Any]
SAID = "Please give it in cm."
CONVERSATION: Fields = {
    "kind": "conversation",
    "subject": "s1",
    "conversation": "c1",
    "turns": [{"role": "user", "content": SAID}, {"role": "assistant", "content": "75 cm."}],
}
ATTRIBUTE: Fields = {
    "kind": "attribute",
    "subject": "s1",
    "id": "a1",
    "attribute": "Prefers metric units",
    "system": "extractor",
    "evidence": [{"conversation": "c1", "turn": 0, "quote": "in cm"}],
}
PROMPT: Fields = {"kind": "prompt", "prompt": "p1", "text": "How tall should a table be?"}
CASE: Fields = {"kind": "case", "subject": "s1", "prompt": "p1"}
GENERIC: Fields = {
    "kind": "response",
    "system": "assistant",
    "subject": "s1",
    "prompt": "p1",
    "response": "generic",
    "text": "30 inches.",
}
PERSONALIZED: Fields = GENERIC | {
    "response": "personalized",
    "text": "About 75 cm.",
    "attributes": [{"attribute": "a1"}],
    "latency_ms": 900,
    "cost": "0.002",
}
EVERYTHING = [CONVERSATION, ATTRIBUTE, PROMPT, CASE, GENERIC, PERSONALIZED]


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def study() -> Study:
    return factories.study()


def received(study: Study, rows: list[Fields], *, content: bytes = b"", **values: Any) -> Batch:
    content = content or "".join(json.dumps(row) + "\n" for row in rows).encode()
    file = File(io.BytesIO(content))
    file.size = len(content)
    defaults = {"filename": "rows.jsonl", "origin": Origin.ILLUSTRATIVE, "user": None, "format": Format.YARDSTICK}
    return batches.receive(study=study, file=file, **defaults | values)


def bring(study: Study, rows: list[Fields], *, state: BatchState = BatchState.DONE, **values: Any) -> Batch:
    batch = importing.import_batch(batch_id=received(study, rows, **values).pk, now=timezone.now())
    assert batch is not None
    assert batch.state == state
    return batch


def found_problems(batch: Batch) -> list[tuple[int, str, bool]]:
    return [(one.line, one.field, one.kept) for one in problems_of(batch)]


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


def test_file_that_kills_every_worker_is_given_up_with_a_reason(study):
    batch = received(study, [CONVERSATION])
    now = timezone.now()
    for _attempt in range(jobs.MOST_ATTEMPTS):
        assert jobs.claim(BATCHES, batch.pk, now=now) is not None  # and its worker dies
        now += jobs.DEAD_AFTER + timedelta(seconds=1)
    assert jobs.claim(BATCHES, batch.pk, now=now) is None
    batch.refresh_from_db()
    assert batch.state == BatchState.FAILED
    assert "3 workers died" in batch.failure
    assert jobs.claim(BATCHES, batch.pk, now=now) is None


def test_import_that_died_starts_over_with_right_figures(study, monkeypatch):
    monkeypatch.setattr(importing, "ROWS_AT_ONCE", 2)
    batch = received(study, [*EVERYTHING, {"kind": "nonsense"}])
    stored: list[Any] = []

    def dies(self: Any, some: Any) -> None:
        if len(stored) == 3:
            raise KeyboardInterrupt
        stored.append(some)
        original(self, some)

    original = importing._Import._store
    with monkeypatch.context() as patch:
        patch.setattr(importing._Import, "_store", dies)
        with pytest.raises(KeyboardInterrupt):
            importing.import_batch(batch_id=batch.pk, now=timezone.now())
    batch.refresh_from_db()
    assert batch.state == BatchState.IMPORTING
    assert importing.import_batch(batch_id=batch.pk, now=timezone.now()) is None, "its worker may be alive"
    later = timezone.now() + jobs.DEAD_AFTER + timedelta(seconds=1)
    assert list(waiting_batches(later)) == [batch]
    resumed = importing.import_batch(batch_id=batch.pk, now=later)
    assert resumed is not None
    assert resumed.state == BatchState.DONE
    assert {kind: one["new"] for kind, one in resumed.counts.items() if kind != "problems"} == {
        "subjects": 1,
        "conversations": 1,
        "prompts": 1,
        "attributes": 1,
        "cases": 1,
        "responses": 2,
    }
    assert found_problems(resumed) == [(7, "kind", False)]


def test_worker_that_lost_its_batch_writes_nothing_more(study):
    batch = received(study, EVERYTHING)
    claimed = jobs.claim(BATCHES, batch.pk, now=timezone.now())
    assert claimed is not None
    late = importing._Import(claimed)
    taken = importing.import_batch(batch_id=batch.pk, now=timezone.now() + jobs.DEAD_AFTER + timedelta(seconds=1))
    assert taken is not None
    with pytest.raises(jobs.Superseded), transaction.atomic():
        late.run()
    batch.refresh_from_db()
    assert (batch.state, batch.counts["conversations"]) == (BatchState.DONE, {"new": 1, "known": 0})


def test_batches_of_a_study_are_imported_one_after_another(study):
    first, second = received(study, [CONVERSATION]), received(study, [ATTRIBUTE])
    assert importing.import_batch(batch_id=second.pk, now=timezone.now()) is None
    assert list(waiting_batches(timezone.now())) == [first]
    importing.import_batch(batch_id=first.pk, now=timezone.now())
    assert importing.import_batch(batch_id=second.pk, now=timezone.now()) is not None


def test_file_that_is_gone_fails_the_batch(study):
    batch = received(study, EVERYTHING)
    batch.file.storage.delete(str(batch.file.name))
    failed = importing.import_batch(batch_id=batch.pk, now=timezone.now())
    assert failed is not None
    assert (failed.state, failed.failure) == (BatchState.FAILED, "The stored file is gone. Upload it again.")


def test_batch_of_which_nothing_was_stored_failed(study):
    one = bring(study, [{"kind": "nonsense"}], state=BatchState.FAILED)
    assert one.failure.startswith("Nothing could be read: line 1, kind: expected one of subject")
    two = bring(study, [{"kind": "nonsense"}, CASE], state=BatchState.FAILED)
    assert "the first of 2 problems" in two.failure
    assert two.counts["problems"] == 2
    empty = bring(
        study, [], format=Format.CSV, content=b"user_id,conversation_id,role,content\n", state=BatchState.FAILED
    )
    assert empty.failure == "Nothing could be read: the file has no rows."


def test_file_in_which_nothing_can_be_read_is_not_read_to_its_end(study):
    batch = bring(study, [], format=Format.OPENAI, content=b"[" + b"," * 50_000 + b"]", state=BatchState.FAILED)
    assert importing.MOST_PROBLEMS <= batch.counts["problems"] < 11_000


def test_batch_whose_rows_are_all_known_did_not_fail(study):
    bring(study, [CONVERSATION])
    again = bring(study, [CONVERSATION, {"kind": "nonsense"}])
    assert again.counts["conversations"] == {"new": 0, "known": 1}


def test_columns_that_are_there_are_named_where_one_is_missing(study):
    content = b"user_id,prompt,response\nu1,How high?,75 cm.\n"
    batch = bring(study, [], format=Format.CSV, content=content, state=BatchState.FAILED)
    assert "the columns 'user_id', 'prompt', 'response'" in batch.failure


def test_fault_of_this_program_fails_the_batch_and_is_logged(study, monkeypatch, caplog):
    batch = received(study, EVERYTHING)
    monkeypatch.setattr(importing, "_by_handler", lambda rows: tuple(rows)[99])
    failed = importing.import_batch(batch_id=batch.pk, now=timezone.now())
    assert failed is not None
    assert failed.state == BatchState.FAILED
    assert "(IndexError)" in failed.failure
    assert "tuple index out of range" in caplog.text


def test_reading_says_that_it_lives_before_the_first_row(study, monkeypatch):
    monkeypatch.setattr(jobs, "BEAT_EVERY", timedelta(seconds=-1))
    beats: list[int] = []
    original = importing._Import._beat

    def beat(self: Any) -> None:
        beats.append(self.stream.tell())
        original(self)

    monkeypatch.setattr(importing._Import, "_beat", beat)
    rows = b"".join(b"u1,c%d,%d,user,Hi\n" % (number, turn) for turn in range(2) for number in range(50))
    bring(study, [], format=Format.CSV, content=b"user_id,conversation_id,turn,role,content\n" + rows)
    assert len(beats) > 100, "every conversation ends at the end of the file"


def test_file_is_stored_under_a_name_of_ours(study):
    batch = received(study, EVERYTHING, filename="../../etc/passwd\n.jsonl")
    assert batch.file.name == f"studies/{study.pk}/batches/{batch.sha256[:32]}"
    assert batch.filename == "../../etc/passwd.jsonl"


@pytest.mark.parametrize(("content", "reason"), [(b"", "empty"), (b"just some words", "no format")])
def test_file_that_tells_nothing_is_refused(study, content, reason):
    file = File(io.BytesIO(content))
    file.size = len(content)
    with pytest.raises(batches.BatchRefused, match=reason):
        batches.receive(study=study, file=file, filename="a", origin=Origin.REAL, user=None)
    assert not Batch.objects.exists()


def test_undone_batch_leaves_nothing(study):
    before = bring(study, [{"kind": "subject", "subject": "s1"}])
    batch = bring(study, EVERYTHING)
    batches.undo(batch=batch, actor=None, now=timezone.now())
    batch.refresh_from_db()
    assert batch.state == BatchState.UNDONE
    assert list(Subject.objects.values_list("batch", flat=True)) == [before.pk]
    models = (Conversation, Attribute, Prompt, Case, Response, Comparison)
    assert [model.objects.count() for model in models] == [0, 0, 0, 0, 0, 0]


def test_batch_that_others_rest_on_is_not_undone(study):
    batch = bring(study, [CONVERSATION])
    bring(study, [ATTRIBUTE])
    with pytest.raises(batches.BatchRefused, match="attributes of another batch"):
        batches.undo(batch=batch, actor=None, now=timezone.now())
    assert Conversation.objects.count() == 1


def test_conversation_that_evidence_points_to_is_not_undone(study):
    bring(study, [{"kind": "subject", "subject": "s1"}])
    batch = bring(study, [CONVERSATION])
    bring(study, [ATTRIBUTE])
    with pytest.raises(batches.BatchRefused, match="evidence"):
        batches.undo(batch=batch, actor=None, now=timezone.now())


def test_subject_of_a_file_is_what_the_uploader_says(study):
    rows = [{"messages": [{"role": "user", "content": f"Question {number}"}]} for number in range(3)]
    bring(study, rows, format=Format.OPENAI, options=Options(SubjectPolicy.FILE, file_subject="me"))
    assert [(one.external_id, one.conversations.count()) for one in Subject.objects.all()] == [("me", 3)]


def test_error_report_can_not_become_a_formula(study):
    batch = bring(study, [{"kind": "=1+1"}], state=BatchState.FAILED)
    target = io.StringIO()
    csv.writer(target).writerows(problem_rows("=cmd.jsonl", problems_of(batch)))
    header, row = csv.reader(io.StringIO(target.getvalue()))
    assert header == ["file", "line", "field", "expected", "found", "row kept"]
    assert row[0] == "'=cmd.jsonl"
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)
