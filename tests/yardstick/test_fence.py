"""The fence has no holes: violations of each kind, planted in a copy of the code, are all caught."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
ROOTS = ("accounts", "conversations", "raters", "judgments", "generation", "reports", "yardstick")
# What is planted: (file, line of code) -> what lint-imports must say of it.
PLANTED = {
    # an app imports an app above it
    (
        "conversations/queries/cases.py",
        "from judgments.models import Task",
    ): "conversations.queries.cases -> judgments.models",
    ("raters/services/links.py", "from reports.models import Export"): "raters.services.links -> reports.models",
    # a room imports a room above it, or beside it
    (
        "judgments/work/leases.py",
        "from judgments.rating.answering import submit",
    ): "judgments.work.leases -> judgments.rating.answering",
    (
        "judgments/rating/lessons.py",
        "from judgments.oversight.intervals import Z",
    ): "judgments.rating.lessons -> judgments.oversight.intervals",
    (
        "judgments/crowd/lists.py",
        "from judgments.authoring.reads import twins",
    ): "judgments.crowd.lists -> judgments.authoring.reads",
    (
        "judgments/stages/gating.py",
        "from judgments.eligibility.live import live_tasks",
    ): "judgments.stages.gating -> judgments.eligibility.live",
    (
        "reports/stats/shares.py",
        "from reports.dataset.dataset import Dataset",
    ): "reports.stats.shares -> reports.dataset.dataset",
    (
        "reports/exports/card.py",
        "from reports.report.parts import Part",
    ): "reports.exports.card -> reports.report.parts",
    # a layer inside a room imports one above it (the first of these passed when forms stood outside)
    (
        "judgments/crowd/forms.py",
        "from judgments.crowd.views.lists import crowd",
    ): "judgments.crowd.forms -> judgments.crowd.views.lists",
    (
        "judgments/work/progress.py",
        "from judgments.work.building import build_tasks",
    ): "judgments.work.progress -> judgments.work.building",
    (
        "conversations/forms/batches.py",
        "from conversations.api.batches import BatchList",
    ): "conversations.forms.batches -> conversations.api.batches",
    (
        "accounts/sessions.py",
        "from accounts.views.security import security",
    ): "accounts.sessions -> accounts.views.security",
    # a function imports what its module may not, late
    (
        "reports/dataset/tables/table.py",
        "def _late() -> None:\n    from reports.dataset.reading import snapshot",
    ): "reports.dataset.tables.table -> reports.dataset.reading",
    # the ground knows the project, the embedded services know an app
    ("accounts/hosts.py", "from yardstick import settings"): "accounts.hosts -> yardstick.settings",
    ("yardstick/embedded/lock.py", "from accounts.models import User"): "yardstick.embedded.lock -> accounts.models",
}
# Modules that stand in no layer.
STRAY = [
    "accounts/stray.py",
    "conversations/stray.py",
    "raters/stray.py",
    "judgments/stray.py",
    "judgments/work/stray.py",
    "judgments/crowd/stray.py",
    "generation/stray.py",
    "reports/stray.py",
    "reports/exports/stray.py",
]


@pytest.fixture(scope="module")
def verdict(tmp_path_factory) -> str:
    copy = tmp_path_factory.mktemp("planted")
    for root in ROOTS:
        shutil.copytree(PROJECT / root, copy / root, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT / "pyproject.toml", copy)
    for file, line in PLANTED:
        with (copy / file).open("a", encoding="utf-8") as module:
            module.write(f"\n{line}\n")
    for file in STRAY:
        (copy / file).write_text("", encoding="utf-8")
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    result = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False, env={"COLUMNS": "300"})
    assert result.returncode == 1
    return result.stdout


@pytest.mark.parametrize("planted", PLANTED.values())
def test_a_planted_import_is_caught(verdict, planted):
    assert f" {planted} (l." in verdict


@pytest.mark.parametrize("file", STRAY)
def test_a_module_in_no_layer_is_caught(verdict, file):
    assert f"- {file.removesuffix('.py').replace('/', '.')}\n" in verdict
