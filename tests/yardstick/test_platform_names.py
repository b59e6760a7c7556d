"""A platform is named in its two slices and where those are registered, and nowhere else."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.yardstick.platform_names import platforms_named, platforms_named_in_text

PROJECT = Path(__file__).parents[2]
APPS = ("accounts", "conversations", "raters", "judgments", "generation", "reports", "yardstick")
SLICES = ("raters/platforms/", "judgments/crowd/platforms/")
SHARED = ("base.py", "calling.py", "__init__.py")  # directly in these folders: what all platforms share
EXCEPTIONS = {
    "raters/enums.py": "what links store, and whose token older accounts hold",
    "raters/models.py": "a default and a constraint, which stand in the database",
    "yardstick/settings.py": "what an operator sets",
}
PLANTED = [
    "if link.platform == Platform.OPEN: pass",
    "links = EntryLink.objects.exclude(platform=enums.Platform.OTHER)",
    "if link.platform != 'other': pass",
    "if 'open' == row['platform']: pass",
    "if platform.name in {'open', 'other'}: pass",
    "links = links.filter(entry_link__platform='other')",
    "links = links.filter(platform__in=['open', 'other'])",
    "match link.platform:\n    case 'open' | 'none': pass",
    "from raters.platforms import prolific",
    "words = 'Look on Prolific.'",
    "PROLIFIC_HOST = 'somewhere'",
    "there = 1  # as Prolific has it",
    "crowd = PLATFORMS['other']",
    "statement = \"SELECT 1 WHERE COALESCE(link.platform, 'open') = x\"",
    "statement = \"SELECT 1 WHERE link.platform <> 'open'\"",
    "statement = \"SELECT 1 WHERE link.platform NOT IN ('other', 'open')\"",
]
ALLOWED = [
    "if platform_of(link.platform).is_crowd: pass",
    "links = links.filter(platform__in=crowd_names())",
    "links = links.filter(entry_link__platform=platform.name)",
    "if stage.state == 'open': pass",
    "if link.platform == account.platform: pass",
    "choices = Platform.choices, Platform.values",
    "open_stage(stage, state='open')",
]


def modules() -> Iterator[tuple[str, str]]:
    for app in APPS:
        for path in sorted((PROJECT / app).rglob("*.py")):
            name = path.relative_to(PROJECT).as_posix()
            if "/migrations/" not in name and not is_of_a_platform(name):
                yield name, path.read_text(encoding="utf-8")


def is_of_a_platform(name: str) -> bool:
    return any(name.startswith(folder) and name.removeprefix(folder) not in SHARED for folder in SLICES)


def test_no_module_names_a_platform() -> None:
    found = {name: lines for name, source in modules() if (lines := platforms_named(source))}
    assert {name: lines for name, lines in found.items() if name not in EXCEPTIONS} == {}
    assert set(found) == set(EXCEPTIONS), "an exception that is not needed any more goes"


def test_no_page_style_or_script_names_a_platform() -> None:
    paths = [
        path
        for folder in ("templates", "static")
        for suffix in ("html", "txt", "css", "js")
        for path in sorted((PROJECT / folder).rglob(f"*.{suffix}"))
    ]
    assert paths
    found = {path: lines for path in paths if (lines := platforms_named_in_text(path.read_text(encoding="utf-8")))}
    assert found == {}


@pytest.mark.parametrize("source", PLANTED)
def test_a_planted_name_is_found(source: str) -> None:
    assert platforms_named(source)


@pytest.mark.parametrize("source", ALLOWED)
def test_what_names_no_platform_is_left_alone(source: str) -> None:
    assert platforms_named(source) == []


def test_a_planted_name_in_a_template_is_found() -> None:
    assert platforms_named_in_text('{% if link.platform == "other" %}') == [1]
    assert platforms_named_in_text('.form:has(option[value="prolific"])') == [1]
    assert platforms_named_in_text('{% if stage.state == "open" %}') == []
