"""Controls that come with an upload: stored once, on cases that serve nothing else."""

import json
from io import BytesIO
from typing import Any

import pytest
from django.core.files import File
from django.utils import timezone

from conversations.enums import BatchState, ControlKind, Origin
from conversations.formats import ControlRow, Format, Options, RowError, parse
from conversations.models import Batch, BatchProblem, Case, Comparison, Response, Study, Subject
from conversations.services import batches, importing
from judgments.enums import TaskKind
from judgments.models import Task
from judgments.work.claiming import claim_next
from judgments.work.opening import extend_open_stages, open_stage
from tests import factories

CONTROL = {
    "kind": "control",
    "subject": "ada",
    "prompt": "p1",
    "control": "obvious",
    "right": "Tea.",
    "wrong": "A bus.",
}


def _read(**changed: Any) -> Any:
    (row,) = parse(BytesIO(json.dumps(CONTROL | changed).encode()), Format.YARDSTICK, Options())
    return row


def test_control_is_read():
    assert _read() == ControlRow(line=1, subject="ada", prompt="p1", control="obvious", right="Tea.", wrong="A bus.")
    borrowed = _read(control="personal", borrowed_from="bob", system="ours")
    assert (borrowed.borrowed_from, borrowed.system) == ("bob", "ours")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"control": "easy"}, "control"),
        ({"wrong": " Tea. "}, "wrong"),
        ({"control": "personal"}, "borrowed_from"),
        ({"borrowed_from": "bob"}, "borrowed_from"),
        ({"control": "personal", "borrowed_from": "ada"}, "borrowed_from"),
        ({"label": 5}, "label"),
    ],
)
def test_what_is_no_control_is_refused(changed, field):
    row = _read(**changed)
    assert isinstance(row, RowError)
    assert row.field == field


@pytest.fixture
def study(db, settings, tmp_path) -> Study:
    settings.MEDIA_ROOT = tmp_path
    made = factories.study()
    for name in ("ada", "bob"):
        subject = factories.subject(made, external_id=name)
        factories.attributes(subject, 2)
    for number in (1, 2):
        factories.prompt(made, external_id=f"p{number}")
    ada = made.subjects.get(external_id="ada")
    factories.comparison(factories.case(ada, made.prompts.get(external_id="p2")), list(ada.attributes.all()))
    return made


def bring(study: Study, *rows: dict[str, Any], state: BatchState = BatchState.DONE, bare: bool = False) -> Batch:
    lines = "".join(json.dumps(row if bare else CONTROL | row) + "\n" for row in rows)
    batch = batches.receive(
        study=study, file=File(BytesIO(lines.encode())), filename="controls.jsonl", origin=Origin.UNKNOWN, user=None
    )
    imported = importing.import_batch(batch_id=batch.pk, now=timezone.now())
    assert imported is not None
    assert imported.state == state
    return imported


def test_control_is_stored_once_on_a_case_of_its_own(study):
    assert bring(study, {}, {"control": "damaged"}).counts["controls"] == {"new": 2, "known": 0}
    again = bring(study, {})
    assert again.counts["controls"] == {"new": 0, "known": 1}
    control = Comparison.objects.get(control="obvious")
    assert (control.personalized.text, control.generic.text, control.arm) == ("Tea.", "A bus.", None)
    assert control.case.for_controls
    assert control.system.name == "Uploaded controls"


def test_personal_control_names_whom_it_borrows_from(study):
    bring(study, {"control": "personal", "borrowed_from": "bob"})
    assert Comparison.objects.get(control="personal").borrowed_from == Subject.objects.get(external_id="bob")


def test_control_that_tells_what_it_is_is_kept_and_held(study):
    batch = bring(study, {"right": "Tea, as you told me."})
    assert batch.counts["controls"]["new"] == 1
    assert BatchProblem.objects.get(batch=batch).field == "right"
    stage = factories.stage(study, 3)
    open_stage(stage=stage, actor=None, now=timezone.now())
    assert not Task.objects.filter(kind=TaskKind.CONTROL).exists()


@pytest.mark.parametrize(
    "changed", [{"subject": "eve"}, {"prompt": "p9"}, {"control": "personal", "borrowed_from": "eve"}]
)
def test_what_is_not_known_is_refused(study, changed):
    batch = bring(study, changed, state=BatchState.FAILED)
    assert BatchProblem.objects.get(batch=batch).field in changed


def test_case_of_which_raters_were_given_responses_stays_with_its_arm(study):
    stage = factories.stage(study, 3)
    open_stage(stage=stage, actor=None, now=timezone.now())
    assert claim_next(rater=factories.rater(study), stage=stage, now=timezone.now()) is not None
    batch = bring(study, {"prompt": "p2"}, state=BatchState.FAILED)
    assert "raters were given" in BatchProblem.objects.get(batch=batch).found
    assert not Case.objects.filter(for_controls=True).exists()
    bring(study, {})
    extend_open_stages(now=timezone.now(), study=study)
    assert Task.objects.filter(kind=TaskKind.CONTROL).count() == 1


def test_undone_upload_takes_its_controls_back(study):
    batch = bring(study, {"prompt": "p2"})
    assert Case.objects.get(prompt__external_id="p2").for_controls
    batches.undo(batch=batch, actor=None, now=timezone.now())
    assert not Case.objects.get(prompt__external_id="p2").for_controls
    assert not Response.objects.filter(kind="control").exists()


def test_what_was_written_for_a_subject_goes_with_them(study):
    ada = study.subjects.get(external_id="ada")
    brought = bring(study, {"kind": "subject", "subject": "eve"}, bare=True)
    eve = study.subjects.get(external_id="eve")
    factories.control(factories.case(ada), ControlKind.PERSONAL, borrowed_from=eve)
    batches.undo(batch=brought, actor=None, now=timezone.now())
    assert not Comparison.objects.exclude(control="").exists()
    assert not Response.objects.filter(kind="control").exists()
