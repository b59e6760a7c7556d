"""What code and documentation cite is there: a reader who follows a name finds the file."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
ROOMS = "docs|accounts|conversations|raters|judgments|generation|reports|yardstick|tests|benchmarks|demo|script|static"
# Names of templates are Django's to find; a NAME in capitals stands for any.
CITED = re.compile(rf"(?<![\w/.-])((?:{ROOMS})/[a-z0-9_/-]+\.(?:py|md|js|css|toml)\b)|(?<![\w/.-])([A-Z]{{4,}}\.md)\b")
READ = {".py", ".md", ".html", ".css", ".js", ".toml"}
PLANTED = {"test_cited_files.py", "test_fence.py"}  # what these name is not there on purpose


def own_files() -> list[Path]:
    """By folder and not by git, which refuses a checkout of another user's."""
    inside = [path for room in ROOMS.split("|") for path in (ROOT / room).rglob("*")]
    return [path for path in (*ROOT.iterdir(), *inside) if path.suffix in READ and "/migrations/" not in str(path)]


def cited_in(text: str) -> set[str]:
    return {path or name for path, name in CITED.findall(text)}


def missing(text: str) -> set[str]:
    return {cited for cited in cited_in(text) if not (ROOT / cited).exists()}


def test_every_cited_file_exists() -> None:
    found = {path: missing(path.read_text()) for path in own_files() if path.name not in PLANTED}
    assert len(found) > 500
    assert {str(path.relative_to(ROOT)): names for path, names in found.items() if names} == {}


def test_a_cited_file_that_is_not_there_is_seen() -> None:
    assert missing("See docs/nowhere.md, judgments/work/claiming.py and PLANS.md, but not README.md.") == {
        "docs/nowhere.md",
        "PLANS.md",
    }
