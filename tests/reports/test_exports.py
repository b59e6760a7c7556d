"""Exports: every judgment comes out, row for row, and nothing that must be withheld."""

import csv
import hashlib
import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.models import User
from conversations.enums import Role, StageState
from conversations.models import Membership
from judgments.models import Assignment, Judgment
from raters.models import Rater
from reports import queries, services
from reports.columns import COLUMNS
from reports.enums import ExportFormat, ExportState
from reports.models import Export
from reports.writers import safe_cell
from tests import worlds

# An export reads through a connection of its own, which sees committed rows only.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def study():
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
    export = services.request_export(study=study, format=format, actor=actor)
    claimed = services.claim(export_id=export.pk, now=timezone.now())
    assert claimed is not None
    services.make_export(claimed)
    export.refresh_from_db()
    return export


def test_jsonl_holds_every_judgment_with_its_labels(study):
    export = made(study, member(study, Role.OWNER), ExportFormat.JSONL)
    rows = [json.loads(line) for line in export.path.read_text().splitlines()]
    assert export.state == ExportState.DONE
    assert export.rows == export.total == len(rows) == Judgment.objects.count() == 9
    assert export.sha256 == hashlib.sha256(export.path.read_bytes()).hexdigest()
    assert list(rows[0]) == list(COLUMNS)
    for row in rows:
        judgment = Judgment.objects.select_related("assignment").get(unit_id=row["unit_id"])
        assert row["answer_recoded"] == judgment.label
        assert row["answer_raw"] == 1
        assert row["counted"] is True
        assert row["rater_name"] is None
    left = {row["shown_left"] for row in rows if row["stage"] == 3}
    assert left in ({"generic"}, {"personalized"})


def test_csv_has_the_same_rows_and_disarms_formulas(study):
    Assignment.objects.update(comment="=HYPERLINK(1)")
    export = made(study, member(study, Role.OWNER), ExportFormat.CSV)
    rows = list(csv.DictReader(io.StringIO(export.path.read_text(encoding="utf-8-sig"))))
    assert len(rows) == Judgment.objects.count()
    assert {row["comment"] for row in rows} == {"'=HYPERLINK(1)"}


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_texts_that_a_spreadsheet_would_run_are_disarmed(start):
    assert safe_cell(f"{start}1") == f"'{start}1"


def test_numbers_are_left_alone():
    assert safe_cell(-1) == "-1"


def test_while_a_stage_is_open_only_the_owner_exports_it(study):
    admin = member(study, Role.ADMIN)
    study.stages.filter(number=1).update(state=StageState.CLOSED)
    assert queries.visible_stages(user=admin, study=study) == [1]
    export = made(study, admin, ExportFormat.JSONL)
    assert {json.loads(line)["stage"] for line in export.path.read_text().splitlines()} == {1}


def test_an_owner_who_rates_sees_nothing_of_an_open_stage(study):
    owner = member(study, Role.OWNER)
    Rater.objects.filter(enrolments__study=study, enrolments__number=1).update(user=owner)
    with pytest.raises(services.NothingToSee):
        services.request_export(study=study, format=ExportFormat.JSONL, actor=owner)


def test_an_export_of_open_stages_is_not_downloaded_by_others(study, client):
    export = made(study, member(study, Role.OWNER), ExportFormat.JSONL)
    client.force_login(member(study, Role.ADMIN))
    assert client.get(f"/studies/{study.slug}/exports/{export.pk}/").status_code == 403


def test_the_owner_downloads_it_as_an_attachment(study, client):
    owner = member(study, Role.OWNER)
    export = made(study, owner, ExportFormat.CSV)
    client.force_login(owner)
    response = client.get(f"/studies/{study.slug}/exports/{export.pk}/")
    assert b"".join(response) == export.path.read_bytes()
    assert response["Content-Disposition"] == f'attachment; filename="{export.filename}"'
    assert response["X-Content-Type-Options"] == "nosniff"


def test_an_export_is_written_by_one_worker_and_taken_over_when_that_one_dies(study):
    export = services.request_export(study=study, format=ExportFormat.CSV, actor=member(study, Role.OWNER))
    now = timezone.now()
    assert services.claim(export_id=export.pk, now=now) is not None
    assert services.claim(export_id=export.pk, now=now) is None
    assert services.unattended(now=now) == []
    assert services.unattended(now=now + 2 * services.SILENCE) == [export.pk]
    assert services.claim(export_id=export.pk, now=now + 2 * services.SILENCE) is not None


def test_a_file_that_cannot_be_written_is_a_failure_with_its_reason(study, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "file"
    settings.MEDIA_ROOT.write_text("not a folder")
    export = services.request_export(study=study, format=ExportFormat.CSV, actor=member(study, Role.OWNER))
    claimed = services.claim(export_id=export.pk, now=timezone.now())
    assert claimed is not None
    with pytest.raises(OSError):
        services.make_export(claimed)
    export.refresh_from_db()
    assert export.state == ExportState.FAILED
    assert "NotADirectoryError" in export.failure


def test_the_command_writes_the_same_rows(study, tmp_path, capsys):
    file = tmp_path / "out.jsonl"
    call_command("export", study.slug, "--format", "jsonl", "--output", str(file))
    assert len(file.read_text().splitlines()) == Judgment.objects.count()
    assert "9 rows written" in capsys.readouterr().out


def test_the_codebook_explains_every_column_in_order():
    lines = Path("docs/exports.md").read_text().splitlines()
    explained = [line.split("`")[1] for line in lines if line.startswith("| `")]
    assert explained == list(COLUMNS)
