"""What is uploaded to kill the server kills nothing: pages, API and worker are processes of their own here, under limits."""

import json
import os
import subprocess
import sys
import time
from typing import Any

import pytest
from django.conf import settings

from accounts.models import User
from conversations.enums import BatchState, Role
from conversations.models import Batch, Conversation, Membership
from tests import factories
from tests.conversations.hostile import BYTES
from tests.generation import worker

MOST_SECONDS = 30  # for five doors and one file, on a machine that may be busy
MOST_MEGABYTES = 800


@pytest.fixture
def _files(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setenv("YARDSTICK_FILES", str(tmp_path))


def through_every_door(slug: str, username: str) -> list[dict[str, Any]]:
    environment = {**os.environ, "DATABASE_URL": worker.database_url(), "YARDSTICK_SECRET_KEY": settings.SECRET_KEY}
    environment |= {"YARDSTICK_LIMIT_PREVIEWS": "off"}
    command = [sys.executable, "-m", "tests.conversations.hostile_child", slug, username]
    done = subprocess.run(command, env=environment, cwd=worker.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"it died of {done.returncode} after {done.stdout[-300:]}: {done.stderr[-3000:]}"
    return [json.loads(line) for line in done.stdout.splitlines()]


def wait_for_the_imports(process: "subprocess.Popen[bytes]") -> None:
    waiting = Batch.objects.filter(state__in=[BatchState.PENDING, BatchState.IMPORTING])
    while waiting.exists():
        assert process.poll() is None, f"the worker died of {process.returncode}"
        time.sleep(0.5)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_files")
def test_hostile_uploads_are_answered_and_imported_and_everybody_lives() -> None:
    study = factories.study()
    user = User.objects.create_user("ann")
    Membership.objects.create(study=study, user=user, role=Role.OWNER)
    with worker.running("default", threads=1) as process:
        reports = {report["name"]: report for report in through_every_door(study.slug, "ann")}
        wait_for_the_imports(process)
    assert reports.keys() == BYTES.keys()
    for name, report in reports.items():
        assert all(status < 500 for status in report["statuses"].values()), report["statuses"]
        assert report["statuses"]["upload"] == 302, name
        assert report["seconds"] < MOST_SECONDS, (name, report["seconds"])
        assert report["megabytes"] < MOST_MEGABYTES, (name, report["megabytes"])
    for name in ("array_of_digits", "array_of_negative", "tree_with_digits"):
        assert "a number of more than 4,300 digits" in reports[name]["words"]
    batches = list(Batch.objects.filter(study=study))
    assert not [batch.failure for batch in batches if "error of this program" in batch.failure]
    kept = [name for name in BYTES if name.startswith("row_with") or name in {"long_name", "half_of_a_pair"}]
    assert len(kept) > 8
    assert set(Conversation.objects.filter(external_id__in="ab").values_list("external_id", flat=True)) == {"a", "b"}
    around = [batch for batch in batches if batch.format == "openai" and batch.state == BatchState.DONE]
    assert len(around) >= len(kept), "the rows around the hostile one are kept"
