"""The wheel holds all that the product needs: it runs where there is no checkout."""

import os
import secrets
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILD = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d"]
COMMAND = "from importlib.metadata import entry_points as e; e(group='console_scripts')['yardstick'].load()()"
FOUND = """
import django
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import get_template
from django.utils.translation import gettext, override

django.setup()
print(get_template("judgments/history.html").origin.name)
print(finders.find("img/logo.svg"))
from conversations.default_texts import default_guidelines
from generation import adversarial
from generation.prompting import load
from reports.dataset.versions import APP_VERSION
from yardstick.project.seeding.studies import demo_files

assert default_guidelines(1) and load("extraction", 1) and adversarial._FILE.exists() and APP_VERSION and demo_files()
with override("de"):
    assert gettext("Finish") != "Finish"
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the wheel is installed: a pure one is unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([*BUILD, str(folder)], cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def run(site: Path, *arguments: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("YARDSTICK_")}
    environment |= {
        "PYTHONPATH": str(site),
        "DJANGO_SETTINGS_MODULE": "yardstick.settings",
        "YARDSTICK_STATE": str(site.parent / "state"),
        "YARDSTICK_BASE_URL": "http://localhost:8000",
        "YARDSTICK_SECRET_KEY": secrets.token_urlsafe(50),
    }
    done = subprocess.run(
        [sys.executable, *arguments], cwd=site.parent, env=environment, text=True, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_its_command_says_what_it_does(site: Path) -> None:
    said = run(site, "-c", COMMAND, "--help")
    assert said.startswith("usage: yardstick ")
    assert "demo" in said


def test_settings_are_checked_and_templates_static_files_and_data_are_found_in_it(site: Path) -> None:
    assert "no issues" in run(site, "-m", "django", "check")
    template, static = run(site, "-c", FOUND).split()
    assert Path(template) == site / "yardstick/project_files/templates/judgments/history.html"
    assert Path(static) == site / "yardstick/project_files/static/img/logo.svg"


def test_tests_and_tools_stay_outside(site: Path) -> None:
    found = {path.name for path in site.iterdir() if path.suffix != ".dist-info"}
    assert found == {"accounts", "conversations", "raters", "judgments", "generation", "reports", "yardstick"}
