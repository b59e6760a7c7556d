"""``manage.py seed_demo``: everything to click through, and the same again at every start."""

import json
import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from conversations.enums import StageState
from conversations.models import Attribute, Batch, Case, Comparison, Prompt, Study, Subject
from generation.models import Run
from judgments.models import Task
from raters.models import EntryLink

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def state(settings, tmp_path: Path) -> Path:
    settings.STATE_DIR, settings.MEDIA_ROOT = tmp_path, tmp_path / "files"
    settings.BASE_URL = "http://127.0.0.1:8000"
    settings.LLM_BASE_URL = settings.LLM_BASE_URL or "http://127.0.0.1:1/v1"
    return tmp_path


def seed(*files: Path, origin: str = "unknown") -> None:
    own = ["--from", *map(str, files), "--origin", origin] if files else []
    call_command("seed_demo", *own, stdout=StringIO())


def test_demo_can_be_rated_at_once(state):
    seed()
    study = Study.objects.get(slug="demo")
    assert (study.subjects.count(), study.prompts.count()) == (8, 10)
    assert [stage.state for stage in study.stages.all()] == [StageState.OPEN] * 3
    assert all(Task.objects.filter(stage=stage).exists() for stage in study.stages.all())
    assert Comparison.objects.filter(case__subject__study=study, control="").count() == 12
    assert Task.objects.filter(stage__study=study, kind="control").count() == 4
    assert {run.kind for run in Run.objects.filter(study=study)} == {"extraction", "selections", "responses"}
    summary = (state / "demo.txt").read_text()
    assert (state / "demo.txt").stat().st_mode & 0o777 == 0o600
    links = re.findall(r"http://127.0.0.1:8000(/r/\S+)", summary)
    assert [Client().get(link).status_code for link in links] == [200] * 3


def test_password_of_the_summary_opens_the_door(state):
    seed()
    summary = (state / "demo.txt").read_text()
    name, password = re.findall(r"(?:user|password) +(\S+)", summary)
    answer = Client(REMOTE_ADDR="127.0.0.1").post("/login/", {"username": name, "password": password})
    assert answer.status_code == 302


def test_second_start_changes_nothing(state):
    seed()
    before = (state / "demo.txt").read_text()
    models = (Study, Batch, Subject, Attribute, Case, Run, EntryLink, Task)
    counts = [model.objects.count() for model in models]
    seed()
    assert (state / "demo.txt").read_text() == before
    assert [model.objects.count() for model in models] == counts


def test_lost_summary_gets_a_new_password(state):
    seed()
    before = (state / "demo.txt").read_text()
    (state / "demo.txt").unlink()
    seed()
    assert (state / "demo.txt").read_text() != before


def test_own_files_get_cases_from_the_demo_prompts(state, tmp_path):
    path = tmp_path / "chats.jsonl"
    rows = [{"messages": [{"role": "user", "content": f"Question {number}"}]} for number in range(3)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    seed(path, origin="real")
    study = Study.objects.get(slug="files")
    assert list(study.subjects.values_list("origin", flat=True)) == ["real"] * 3
    assert Prompt.objects.filter(study=study).count() == 10
    assert Case.objects.filter(subject__study=study).count() == 6
    assert [stage.state for stage in study.stages.all()] == [StageState.OPEN] * 3
    summary = (state / "demo.txt").read_text()
    assert summary.index("Your files") < summary.index("Demo study")
    seed()
    assert (state / "demo.txt").read_text() == summary, "a later start without files still tells of them"


def test_file_that_tells_nothing_is_said(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("nothing to see")
    with pytest.raises(CommandError, match="no format"):
        seed(path)
