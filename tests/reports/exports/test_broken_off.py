"""An export that fails half-way fails: it does not wait for itself."""

from pathlib import Path

import pytest
from django.db import connection

from conversations.models import Study
from judgments.models import Judgment
from reports.enums import FORMATS, ExportKind
from reports.exports.making import write_export_to
from reports.exports.scope import ExportScope
from tests.reports.reported import reported_study
from tests.rows import made_once

pytestmark = pytest.mark.django_db(transaction=True)
KINDS = [(kind, formats[0]) for kind, formats in FORMATS.items()]


@made_once
def judged_study() -> Study:
    return reported_study(subjects=2)


class WorkerStopped(Exception):
    """What ends an export in the middle of its rows."""


@pytest.mark.parametrize(("kind", "file_format"), KINDS)
def test_an_error_between_two_rows_ends_the_export(tmp_path: Path, kind: ExportKind, file_format: str):
    study = judged_study()
    beats = 0

    def stop() -> None:
        nonlocal beats
        beats += 1
        raise WorkerStopped

    target = tmp_path / "export"
    scope = ExportScope(study, [1, 2, 3], [])
    try:
        write_export_to(target, scope, kind=kind, file_format=str(file_format), beat=stop)
    except WorkerStopped:
        assert not target.exists()
    else:
        assert beats == 0, "the error was swallowed"
    assert not connection.in_atomic_block
    assert Judgment.objects.filter(unit__task__stage__study=study).exists()  # the connection answers
