"""What becomes of a batch: who imports it, how it fails, how it is undone."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files import File
from django.db import transaction
from django.utils import timezone

from accounts import jobs
from conversations.enums import BatchState, Origin
from conversations.formats import Format
from conversations.models import (
    Attribute,
    Batch,
    Case,
    Comparison,
    Conversation,
    Prompt,
    Response,
    Study,
    Subject,
)
from conversations.queries.batches import BATCHES, problems_of, waiting_batches
from conversations.services import batches, importing
from conversations.spreadsheets import problem_rows
from tests import factories
from tests.conversations.importing import ATTRIBUTE, CASE, CONVERSATION, EVERYTHING, bring, found_problems, received

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def study() -> Study:
    return factories.study()


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
    content = b"user_id,comment,response\nu1,How high?,75 cm.\n"
    batch = bring(study, [], format=Format.CSV, content=content, state=BatchState.FAILED)
    assert "the columns 'user_id', 'comment', 'response'" in batch.failure


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
    words = b"Hi" * 10_000
    rows = b"".join(b"u1,c%d,%d,user,%s\n" % (number, turn, words) for turn in range(2) for number in range(50))
    bring(study, [], format=Format.CSV, content=b"user_id,conversation_id,turn,role,content\n" + rows)
    assert len({place for place in beats if place < len(rows)}) > 5, "every conversation ends at the end of the file"


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


def test_error_report_can_not_become_a_formula(study):
    batch = bring(study, [{"kind": "=1+1"}], state=BatchState.FAILED)
    target = io.StringIO()
    csv.writer(target).writerows(problem_rows("=cmd.jsonl", problems_of(batch)))
    header, row = csv.reader(io.StringIO(target.getvalue()))
    assert header == ["file", "line", "field", "expected", "found", "row kept"]
    assert row[0] == "'=cmd.jsonl"
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)
