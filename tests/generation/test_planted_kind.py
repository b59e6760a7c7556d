"""A sixth kind, planted in a copy of the code: its package, two lines and a command, and everybody offers it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from accounts.models import User
from conversations.models import Membership
from tests.generation.worker import database_url

PROJECT = Path(__file__).parents[2]
COPIED = (
    "accounts",
    "conversations",
    "raters",
    "judgments",
    "generation",
    "reports",
    "yardstick",
    "templates",
    "static",
)
PACKAGE = """
from rest_framework import serializers
from django import forms
from generation.configuration import RunConfiguration
from generation.enums import RunKind
from generation.kinds.command import KindCommand
from generation.kinds.fields import KindFields
from generation.kinds.kind import GenerationKind
from generation.kinds.run_form import RunForm
from generation.queries.estimates import CostEstimate

class Configuration(RunConfiguration):
    templates: dict[str, int] = {}
    up_to: int

class Form(RunForm):
    up_to = forms.IntegerField()

    def configuration(self):
        return Configuration(up_to=self.cleaned_data["up_to"])

class Fields(KindFields):
    up_to = serializers.IntegerField(required=False)
    needed = {"up_to": "Say how far."}

    def configuration(self, study, given):
        return Configuration(**given)

class Command(KindCommand):
    help = "Count."
    limit_help = "At most so many numbers."
    nothing = "everything is counted."

    def add_arguments(self, parser):
        parser.add_argument("--up-to", type=int, required=True)

    def configuration(self, study, options):
        return Configuration(up_to=options["up_to"])

def estimate(study, endpoint, configuration, *, limit):
    return CostEstimate(configuration.up_to, 0, 0, 0, 0)

KIND = GenerationKind(name=RunKind.COUNTING, button="Count it", lead="Counts all the way.", configuration=Configuration, form=Form,
    fields=Fields, command=Command, estimate=estimate, start=None, produce=None, without_calls="Counted by hand.")
"""
COMMAND = """
from generation.enums import RunKind
from generation.management.starting import RunCommand

class Command(RunCommand):
    kind = RunKind.COUNTING
"""
ASKING = """
import io, json, sys
import django
django.setup()
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient
from accounts.models import User
settings.ALLOWED_HOSTS = ["testserver"]
slug, owner = sys.argv[1], User.objects.get(username=sys.argv[2])
browser, api = Client(), APIClient()
browser.force_login(owner)
api.force_authenticate(owner)
page = reverse("generation:run-create", args=[slug, "counting"])
estimates = f"/api/v1/studies/{slug}/runs/estimate/"
said = io.StringIO()
call_command("count", study=slug, up_to=7, estimate=True, stdout=said)
print(json.dumps({
    "list": browser.get(reverse("generation:run-list", args=[slug])).content.decode(),
    "card": browser.get(reverse("generation:card", args=[slug])).content.decode(),
    "form": browser.get(page).content.decode(),
    "estimate": browser.post(page, {"endpoint": sys.argv[3], "up_to": 7}).content.decode(),
    "api": api.post(estimates, {"kind": "counting", "up_to": 7}, format="json").json(),
    "refused": api.post(estimates, {"kind": "counting"}, format="json").json(),
    "command": said.getvalue(),
}))
"""


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    for name in COPIED:
        shutil.copytree(PROJECT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)  # tells the version
    generation = tmp_path / "generation"
    enums, registry = generation / "enums.py", generation / "kinds" / "registry.py"
    last = '    MENTIONS = "mentions", "Detect mentions by a model"\n'
    enums.write_text(enums.read_text().replace(last, f'{last}    COUNTING = "counting", "Count"\n'))
    registry.write_text(
        registry.read_text()
        .replace("from generation.kinds import ", "from generation.kinds import counting, ", 1)
        .replace("    mentions.KIND,\n", "    mentions.KIND,\n    counting.KIND,\n")
    )
    (generation / "kinds" / "counting").mkdir()
    (generation / "kinds" / "counting" / "__init__.py").write_text(PACKAGE)
    (generation / "management" / "commands" / "count.py").write_text(COMMAND)
    return tmp_path


@pytest.mark.django_db(transaction=True)
def test_planted_kind_is_offered_by_page_api_and_command(study, endpoint, planted):
    owner = User.objects.create_user("planter")
    Membership.objects.create(study=study, user=owner, role="owner")
    environment = {**os.environ, "DATABASE_URL": database_url(), "YARDSTICK_SECRET_KEY": settings.SECRET_KEY}
    asked = subprocess.run(
        [sys.executable, "-c", ASKING, study.slug, owner.username, str(endpoint.pk)],
        cwd=planted,
        env={**environment, "DJANGO_SETTINGS_MODULE": "yardstick.settings", "PYTHONPATH": str(planted)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert asked.returncode == 0, asked.stderr
    said = json.loads(asked.stdout.splitlines()[-1])
    assert "Count it" in said["list"]
    assert "Count it" in said["card"]
    assert "Counts all the way." in said["form"]
    assert 'name="up_to"' in said["form"]
    assert "Counted by hand." in said["estimate"]
    assert said["api"]["items"] == 7
    assert "Say how far." in json.dumps(said["refused"])
    assert said["command"].startswith("7 items, 0 calls")
