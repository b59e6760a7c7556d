"""Exports: every judgment comes out, row for row, and nothing that must be withheld."""

import csv
import hashlib
import io
import json
import re
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts import jobs
from accounts.models import User
from conversations.enums import Role, StageState
from conversations.models import Membership
from judgments.models import Assignment, Consensus, Judgment
from raters.models import Rater
from reports.dataset.cells import cell
from reports.dataset.tables import JUDGMENTS, TABLES
from reports.enums import ExportFormat, ExportState
from reports.exports import making, requesting
from reports.exports.reads import EXPORTS
from reports.models import Export
from tests import worlds
from tests.rows import made_once

# An export reads through a connection of its own, which sees committed rows only.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def study():
    return judged_study()


@made_once
def judged_study():
    """A study in which one rater has judged one task of each stage."""
    study = worlds.rateable_study()
    for stage in study.stages.all():
        client = Client()
        client.post(f"/r/{worlds.entry_link(stage).token}/")
        client.get(f"/rate/{study.slug}/{stage.number}/")
        worlds.submit_all(client, Assignment.objects.get(stage=stage, outcome=""))
    return study


def member(study, role: Role) -> User:
    user = User.objects.create_user(f"{role}-{study.slug}")
    Membership.objects.create(study=study, user=user, role=role)
    return user


def made(study, actor: User, format: ExportFormat) -> Export:  # noqa: A002
    export = requested(study, actor, format)
    finished = making.make_export(export_id=export.pk, now=timezone.now())
    assert finished is not None
    return finished


def requested(study, actor: User, format: ExportFormat) -> Export:  # noqa: A002
    return requesting.request_export(study=study, file_format=format, requested_by=actor, now=timezone.now())


def lines(export: Export) -> list[dict[str, Any]]:
    with export.file.open("rb") as file:
        return [json.loads(line) for line in file.read().decode().splitlines()]


def test_jsonl_holds_every_judgment_with_its_labels(study):
    export = made(study, member(study, Role.OWNER), ExportFormat.JSONL)
    rows = lines(export)
    assert export.state == ExportState.DONE
    assert export.rows == len(rows) == Judgment.objects.count() == 9
    assert export.sha256 == hashlib.sha256(Path(export.file.path).read_bytes()).hexdigest()
    assert export.size == Path(export.file.path).stat().st_size
    assert list(rows[0]) == JUDGMENTS.names
    for row in rows:
        judgment = Judgment.objects.select_related("assignment").get(pk=row["judgment_id"])
        assert row["answer_recoded"] == judgment.label
        assert row["answer_raw"] == 1
        assert row["counted"] is True
        assert row["rater_name"] is None
    left = {row["shown_left"] for row in rows if row["stage"] == 3}
    assert left in ({"generic"}, {"personalized"})


def test_rows_counted_are_those_the_consensus_is_formed_from(study):
    first = Judgment.objects.earliest("id")
    Judgment.objects.filter(pk=first.pk).update(excluded_at=timezone.now(), exclusion_reason="other")
    rows = lines(made(study, member(study, Role.OWNER), ExportFormat.JSONL))
    counted = Counter(row["unit_id"] for row in rows if row["counted"])
    assert counted == {unit.unit_id: unit.raters for unit in Consensus.objects.all()}
    assert [row["judgment_id"] for row in rows if row["excluded"]] == [first.pk]


@pytest.mark.parametrize(
    ("file_format", "comment"), [(ExportFormat.SHEET, "'=HYPERLINK(1)"), (ExportFormat.CSV, "=HYPERLINK(1)")]
)
def test_csv_has_the_same_rows_and_only_the_one_for_spreadsheets_disarms_formulas(study, file_format, comment):
    Assignment.objects.update(comment="=HYPERLINK(1)")
    export = made(study, member(study, Role.OWNER), file_format)
    with export.file.open("rb") as file:
        rows = list(csv.DictReader(io.StringIO(file.read().decode())))
    assert len(rows) == Judgment.objects.count()
    assert {row["comment"] for row in rows} == {comment}
    assert export.filename.endswith(".csv")


def test_table_that_does_not_fit_a_sheet_says_what_to_take(study):
    Assignment.objects.update(comment="x" * 40_000)
    export = made(study, member(study, Role.OWNER), ExportFormat.XLSX)
    assert export.state == ExportState.FAILED
    assert "A cell of a sheet holds at most 32,767 characters" in export.failure


def test_the_codebook_explains_every_column_in_order():
    codebook = Path(__file__).parents[3] / "docs" / "exports.md"
    explained = re.findall(r"^\| `(\w+)` \|", codebook.read_text(), re.MULTILINE)
    assert explained == [column for table in TABLES.values() for column in table.names]


def test_numbers_are_left_alone():
    assert cell(-1) == "-1"


def test_while_a_stage_is_open_only_the_owner_exports_it(study):
    admin = member(study, Role.ADMIN)
    study.stages.filter(number=1).update(state=StageState.CLOSED)
    study.stages.filter(number=2).update(state=StageState.PAUSED)
    export = made(study, admin, ExportFormat.JSONL)
    assert (export.stages, export.withheld) == ([1], [2, 3])
    assert {row["stage"] for row in lines(export)} == {1}


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN])
def test_a_member_who_rates_exports_nothing_until_the_stages_close(study, role):
    user = member(study, role)
    Rater.objects.filter(enrolments__study=study, enrolments__number=1).update(user=user)
    with pytest.raises(requesting.ExportRefused):
        requested(study, user, ExportFormat.JSONL)
    study.stages.update(state=StageState.CLOSED)
    assert made(study, user, ExportFormat.JSONL).rows == 9


def test_an_export_of_open_stages_is_not_downloaded_by_others(study, client):
    export = made(study, member(study, Role.OWNER), ExportFormat.JSONL)
    client.force_login(member(study, Role.ADMIN))
    assert client.get(f"/studies/{study.slug}/exports/{export.pk}/download/").status_code == 403
    assert b"/download/" not in client.get(f"/studies/{study.slug}/exports/").content


def test_the_owner_asks_for_an_export_and_downloads_it_as_an_attachment(study, client):
    client.force_login(member(study, Role.OWNER))
    asked = client.post(f"/studies/{study.slug}/exports/", {"kind": "judgments", "format": "csv"})
    assert asked.status_code == 302
    export = Export.objects.get()
    making.make_export(export_id=export.pk, now=timezone.now())
    response = client.get(f"/studies/{study.slug}/exports/{export.pk}/download/")
    assert len(list(csv.reader(io.StringIO(b"".join(response).decode())))) == 10
    assert response["Content-Disposition"] == f'attachment; filename="{export.filename}"'
    assert response["X-Content-Type-Options"] == "nosniff"


def test_an_export_is_written_by_one_worker_and_taken_over_when_that_one_dies(study):
    export = requested(study, member(study, Role.OWNER), ExportFormat.CSV)
    now = timezone.now()
    Export.objects.update(state=ExportState.RUNNING, heartbeat_at=now, attempts=1)
    assert making.make_export(export_id=export.pk, now=now) is None
    assert not jobs.unattended(EXPORTS, now).exists()
    later = now + 2 * jobs.DEAD_AFTER
    assert list(jobs.unattended(EXPORTS, later)) == [export]
    taken_over = making.make_export(export_id=export.pk, now=later)
    assert taken_over is not None
    assert taken_over.state == ExportState.DONE


def test_a_worker_that_lost_its_export_leaves_the_other_ones_file(study):
    export = requested(study, member(study, Role.OWNER), ExportFormat.CSV)
    now = timezone.now()
    late = jobs.claim(EXPORTS, export.pk, now=now)
    assert late is not None
    finished = making.make_export(export_id=export.pk, now=now + 2 * jobs.DEAD_AFTER)
    file = Path(finished.file.path)
    written = file.stat().st_ino
    with pytest.raises(jobs.Superseded):
        making._make(late)
    assert file.stat().st_ino == written
    assert [each.name for each in file.parent.iterdir() if each.suffix == ".part"] == []
    assert Export.objects.get().state == ExportState.DONE


def test_an_export_whose_workers_keep_dying_is_given_up(study):
    requested(study, member(study, Role.OWNER), ExportFormat.CSV)
    now = timezone.now()
    Export.objects.update(state=ExportState.RUNNING, heartbeat_at=now, attempts=jobs.MOST_ATTEMPTS)
    assert jobs.abandon(EXPORTS, now=now + 2 * jobs.DEAD_AFTER) == 1
    assert Export.objects.get().state == ExportState.FAILED


def test_a_worker_says_that_it_lives_while_its_snapshot_is_open(study, monkeypatch):
    monkeypatch.setattr(jobs, "BEAT_EVERY", timedelta(0))
    export = requested(study, member(study, Role.OWNER), ExportFormat.JSONL)
    long_ago = timezone.now() - timedelta(hours=1)
    finished = making.make_export(export_id=export.pk, now=long_ago)
    assert finished is not None
    assert finished.heartbeat_at is not None
    assert finished.heartbeat_at > long_ago + timedelta(minutes=59)


def test_a_file_that_cannot_be_written_is_a_failure_with_its_reason(study, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "file"
    settings.MEDIA_ROOT.write_text("not a folder")
    export = requested(study, member(study, Role.OWNER), ExportFormat.CSV)
    with pytest.raises(OSError):
        making.make_export(export_id=export.pk, now=timezone.now())
    export.refresh_from_db()
    assert export.state == ExportState.FAILED
    assert "NotADirectoryError" in export.failure


def test_the_command_writes_the_same_rows(study, tmp_path, capsys):
    file = tmp_path / "out.jsonl"
    call_command("export", study.slug, "--format", "jsonl", "--output", str(file))
    assert len(file.read_text().splitlines()) == Judgment.objects.count()
    assert capsys.readouterr().err.startswith("9 rows")
    assert [path.name for path in tmp_path.iterdir()] == ["out.jsonl"]
