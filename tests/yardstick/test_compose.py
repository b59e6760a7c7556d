"""No container engine here: the file is held against the published schema and against the rest of the project."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from yardstick.embedded import processes

ROOT = Path(__file__).resolve().parents[2]
# From the Compose specification (Apache-2.0, see the LICENSE beside it).
SCHEMA = Path(__file__).parent / "compose-spec" / "schema.json"
APPLICATION = {"migrate", "web", "worker-llm", "worker-default", "beat"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return loaded


def celery_arguments(arguments: list[str]) -> list[str]:
    return [part for part in arguments[arguments.index("yardstick") + 1 :] if not part.isdigit()]


def test_compose_file_satisfies_the_compose_schema(compose: dict[str, Any]) -> None:
    jsonschema.validate(compose, json.loads(SCHEMA.read_text()))


def test_application_services_share_settings_and_files(compose: dict[str, Any]) -> None:
    services = {name: compose["services"][name] for name in APPLICATION}
    assert set(compose["services"]) == APPLICATION | {"postgres", "valkey"}
    for name, service in services.items():
        assert service["environment"] == services["web"]["environment"], name
        assert service["volumes"] == ["files:/data"], name
        assert service["read_only"], name


def test_services_wait_for_the_migration(compose: dict[str, Any]) -> None:
    for name in APPLICATION - {"migrate"}:
        assert compose["services"][name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_database_and_broker_are_not_published(compose: dict[str, Any]) -> None:
    published = {name for name, service in compose["services"].items() if "ports" in service}
    assert published == {"web"}


def test_workers_are_started_as_in_the_demo(compose: dict[str, Any]) -> None:
    for command in (processes.worker_llm(), processes.worker_default()):
        ours = celery_arguments(list(command.arguments))
        theirs = [part for part in celery_arguments(compose["services"][command.name]["command"]) if part[0] != "$"]
        assert theirs == ours


@pytest.mark.parametrize(
    "name", ["POSTGRES_PASSWORD", "YARDSTICK_SECRET_KEY", "YARDSTICK_LLM_API_KEY", "YARDSTICK_ALLOWED_HOSTS"]
)
def test_secret_has_no_default_in_the_compose_file(name: str) -> None:
    uses = re.findall(r"\$\{" + name + r"([^}]*)\}", (ROOT / "docker-compose.yml").read_text())
    assert uses
    assert all(use.lstrip(":").startswith("?") for use in uses)


def test_image_runs_as_an_ordinary_user_from_the_hashed_lock() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert users == ["yardstick"]
    assert any("--require-hashes -r requirements.lock" in line for line in lines)
    assert any(line.startswith("HEALTHCHECK") for line in lines)


def test_image_receives_every_application_and_nothing_else() -> None:
    wanted = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    applications = {path.parent.name for path in ROOT.glob("*/apps.py")}
    assert applications <= wanted
    assert not wanted & {"tests", "var", ".env", ".git", "demo"}


def test_every_setting_from_the_environment_is_documented() -> None:
    sources = [ROOT / "yardstick" / "settings.py", *(ROOT / "yardstick" / "embedded").glob("*.py")]
    pattern = re.compile(r'(?:environment\.\w+|environ\.get)\(\s*"([A-Z_]+)"')
    names = {name for path in sources for name in pattern.findall(path.read_text())}
    names |= set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))
    documented = (ROOT / "docs" / "operators.md").read_text()
    missing = sorted(name for name in names - {"PYTHONPATH"} if f"`{name}`" not in documented)
    assert missing == []


def test_image_carries_the_file_that_names_the_version() -> None:
    """Exports say which version wrote them; without pyproject.toml the image would not start."""
    assert "!pyproject.toml" in (ROOT / ".dockerignore").read_text().splitlines()
