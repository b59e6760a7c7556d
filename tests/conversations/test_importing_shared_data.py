"""The real files beside the project, imported whole. Nothing of them is copied here."""

from collections import Counter
from pathlib import Path

import pytest
from django.core.files import File
from django.utils import timezone

from conversations.enums import BatchState, Origin
from conversations.formats import Format, Options, SubjectPolicy
from conversations.models import (
    Attribute,
    Batch,
    Case,
    Comparison,
    ComparisonAttribute,
    Conversation,
    Prompt,
    Selection,
    Study,
    Subject,
)
from conversations.services import batches, importing
from tests import factories
from tests.rows import made_once

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not DATA.exists(), reason="../shared/data is not there"),
]


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def bring(study: Study, name: str, options: Options | None = None) -> Batch:
    with (DATA / name).open("rb") as stream:
        batch = batches.receive(
            study=study, file=File(stream), filename=name, origin=Origin.REAL, user=None, options=options
        )
    imported = importing.import_batch(batch_id=batch.pk, now=timezone.now())
    assert imported is not None
    assert imported.state == BatchState.DONE
    return imported


@made_once
def release() -> Study:
    study = factories.study()
    bring(study, "release/task5_items.jsonl")
    bring(study, "release/task6_items.jsonl")
    return study


def test_release_has_the_counts_of_its_readme():
    study = release()
    tasks5 = study.batches.earliest("id")
    assert tasks5.format == Format.RELEASE_TASK5
    assert tasks5.counts["subjects"] == {"new": 47, "known": 0}
    assert tasks5.counts["prompts"]["new"] == 41
    assert tasks5.counts["problems"] == 0
    cases = Case.objects.filter(subject__study=study)
    assert cases.count() == 164
    per_subject = Counter(Attribute.objects.filter(subject__study=study).values_list("subject", flat=True))
    assert sum(per_subject[subject] for subject in cases.values_list("subject", flat=True)) == 3_973
    assert Selection.objects.filter(case__subject__study=study).count() == 588


def test_release_task6_makes_comparisons():
    study = release()
    comparisons = Comparison.objects.filter(case__subject__study=study)
    assert comparisons.count() == 308
    assert ComparisonAttribute.objects.filter(comparison__in=comparisons, given=True).count() == 1_416
    assert (Subject.objects.filter(study=study).count(), Prompt.objects.filter(study=study).count()) == (47, 41)


def test_release_task4_reports_its_pointers():
    study = factories.study()
    batch = bring(study, "release/task4_items.jsonl")
    assert batch.counts["subjects"]["new"] == 24
    assert batch.counts["attributes"]["new"] == 725
    assert batch.counts["conversations"]["new"] == 162
    states = Counter(
        pointer["state"] for evidence in Attribute.objects.values_list("evidence", flat=True) for pointer in evidence
    )
    assert (states["assistant_turn"], states["out_of_range"], states["not_found"]) == (13, 1, 0)
    assert batch.problems.filter(kept=True).count() == 14


def test_verified_quotes_are_located():
    study = factories.study()
    sessions = bring(study, "conversations/wildchat_sessions.jsonl")
    bring(study, "conversations/wildchat_singles.jsonl")
    verified = bring(study, "conversations/wildchat_verified_attributes.jsonl")
    assert sessions.counts["conversations"] == {"new": 400, "known": 0}
    assert verified.counts["attributes"]["new"] == 518
    assert "subjects" not in verified.counts  # they came with the sessions
    states = Counter(
        pointer["state"] for evidence in Attribute.objects.values_list("evidence", flat=True) for pointer in evidence
    )
    # Eleven pointers have no quote: they mean the turn. The README's 176 are in no turn of the user verbatim.
    assert (states["exact"], states["turn"]) == (331, 11)
    assert states["normalised"] + states["not_found"] == 176
    assert verified.problems.filter(kept=True).count() == states["not_found"]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("openai_messages.jsonl", None),
        ("wildchat_rows.jsonl", None),
        ("authors_task4_style.jsonl", None),
        ("sharegpt.json", Options(SubjectPolicy.CONVERSATION)),
        ("lmsys_chat_1m.jsonl", Options(SubjectPolicy.CONVERSATION)),
        ("chatgpt_export_conversations.json", Options(SubjectPolicy.FILE, file_subject="me")),
    ],
)
def test_formats_give_the_same_twelve_conversations(name, options):
    reference, study = factories.study(), factories.study()
    bring(reference, "formats/openai_messages.jsonl")
    bring(study, f"formats/{name}", options)
    hashes = [
        set(Conversation.objects.filter(subject__study=one).values_list("content_hash", flat=True))
        for one in (reference, study)
    ]
    assert len(hashes[1]) == 12
    assert hashes[0] == hashes[1]


def test_same_file_twice_changes_nothing():
    study = release()
    models = (Subject, Conversation, Attribute, Prompt, Case, Selection, Comparison)
    bring(study, "release/task4_items.jsonl")
    before = [sorted(model.objects.values_list("pk", flat=True)) for model in models]
    for name in ("release/task4_items.jsonl", "release/task5_items.jsonl", "release/task6_items.jsonl"):
        batch = bring(study, name)
        assert all(one["new"] == 0 for kind, one in batch.counts.items() if kind != "problems")
    assert [sorted(model.objects.values_list("pk", flat=True)) for model in models] == before
