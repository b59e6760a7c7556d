"""script/bootstrap and script/demo as a shell runs them, in a copy that has nothing set up."""

import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from yardstick.embedded import paths
from yardstick.embedded.__main__ import parser

NEEDED = ("bash", "cat", "chmod", "dirname", "env", "ln", "mkdir", "rm", "rmdir", "sleep")
# Stands for the installer: slow, and it notices when it is not alone.
UV = """#!/usr/bin/env bash
echo "uv $1 $2" >> "$0.log"
case "$1" in
  venv) mkdir -p .venv/bin && ln -sf PYTHON .venv/bin/python ;;
  pip) mkdir "$0.alone" || exit 9; sleep 1; rmdir "$0.alone" ;;
esac
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The scripts, a lock file, and a folder of programs that is the whole PATH."""
    shutil.copytree(paths.PROJECT / "script", tmp_path / "script")
    (tmp_path / "requirements.lock").write_text("# nothing to install\n")
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in NEEDED:
        (programs / name).symlink_to(str(shutil.which(name)))
    (programs / "python3").symlink_to(sys.executable)
    (programs / "uv").write_text(UV.replace("PYTHON", sys.executable))
    (programs / "uv").chmod(0o755)
    return tmp_path


def start(project: Path, *command: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [str(project / command[0]), *command[1:]],
        env={"PATH": str(project / "bin"), "HOME": str(project)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def installer_calls(project: Path) -> list[str]:
    log = project / "bin" / "uv.log"
    return log.read_text().splitlines() if log.exists() else []


@pytest.mark.parametrize("locker", ["flock", "perl", "python3"])
def test_second_bootstrap_waits_and_finds_everything_there(project: Path, locker: str) -> None:
    if locker != "python3":
        found = shutil.which(locker)
        if found is None:
            pytest.skip(f"no {locker} here")
        (project / "bin" / locker).symlink_to(found)
    both = [start(project, "script/bootstrap") for _ in range(2)]
    said = [process.communicate()[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert sorted("waiting for it" in each for each in said) == [False, True]
    assert sorted("Setting up" in each for each in said) == [False, True]
    assert installer_calls(project).count("uv pip sync") == 1


def test_killed_bootstrap_leaves_no_lock(project: Path) -> None:
    (project / "bin" / "flock").symlink_to(str(shutil.which("flock")))
    first = start(project, "script/bootstrap")
    while "uv pip sync" not in installer_calls(project):
        time.sleep(0.02)
    first.kill()
    first.communicate()
    # The installer it had started is waited for, not run over.
    second = start(project, "script/bootstrap")
    assert "Setting up" in second.communicate()[1]
    assert second.returncode == 0


# Stands for the checks and both lanes of tests: one lane names what failed, one breaks without a word.
PYTHON_OF_THE_TESTS = """#!/usr/bin/env bash
case "$*" in
  *"-m browser"*) echo "FAILED tests/demo/test_demo_data.py::test_opens - AssertionError: closed"; echo "1 failed"; exit 1 ;;
  *"not browser"*) echo "usage: no such option"; exit 4 ;;
  *cpu_count*) echo 2 ;;
esac
"""


def test_last_lines_of_the_tests_say_what_failed(project: Path) -> None:
    (project / "script" / "bootstrap").write_text("#!/usr/bin/env bash\n")
    for name in ("grep", "mktemp", "sh", "tail", "tee"):
        (project / "bin" / name).symlink_to(str(shutil.which(name)))
    programs = project / ".venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "python").write_text(PYTHON_OF_THE_TESTS)
    for name in ("ruff", "lint-imports", "djlint", "mypy"):
        (programs / name).write_text("#!/usr/bin/env bash\n")
    (programs / "lint-imports").write_text("#!/usr/bin/env bash\necho broken; exit 1\n")
    for program in programs.iterdir():
        program.chmod(0o755)
    process = start(project, "script/test")
    out, _ = process.communicate()
    assert process.returncode == 1
    closing = out.splitlines()
    closing = closing[next(place for place, line in enumerate(closing) if line.startswith("script/test: ")) + 1 :]
    assert closing == [
        "== Failed in the lane other:",
        "usage: no such option",
        "== Failed in the lane static:",
        "FAILED: lint-imports",
        "== Failed in the lane browser:",
        "FAILED tests/demo/test_demo_data.py::test_opens - AssertionError: closed",
    ]


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["--port", "9000", "--help"]])
def test_help_of_the_demo_only_helps(project: Path, arguments: list[str]) -> None:
    process = start(project, "script/demo", *arguments)
    out, complaint = process.communicate()
    assert (process.returncode, complaint) == (0, "")
    assert installer_calls(project) == []
    assert not (project / ".venv").exists() and not (project / "var").exists()
    for option in options_of_the_demo():
        assert re.search(rf"^  .*{option}\b", out, re.MULTILINE)
    assert set(re.findall(r"--[a-z]+", out)) == options_of_the_demo()


def options_of_the_demo() -> set[str]:
    commands = next(action for action in parser()._actions if action.choices)
    assert isinstance(commands.choices, dict)
    return {name for action in commands.choices["demo"]._actions for name in action.option_strings if name[:2] == "--"}
