"""What a program carries that has only started: large libraries are imported by the function that uses them."""

import json
import os
import subprocess
import sys
from functools import cache

import pytest

# Each takes a tenth of a second to some seconds of a processor, and up to 100 MB.
COMPUTING = {"numpy", "scipy", "pyarrow", "bm25s", "openpyxl", "tokenizers", "safetensors", "xllamacpp"}
ELSEWHERE = {"openai", "requests", "matplotlib", "pandas", "sklearn"}
WEB = (
    "import yardstick.wsgi; from django.urls import get_resolver, reverse; reverse('home'); get_resolver().url_patterns"
)
# As ``celery beat`` and workers do before their first task.
WORKER = "from yardstick import celery_app; celery_app.loader.init_worker(); celery_app.finalize()"


@cache
def modules_after(program: str) -> set[str]:
    """The modules of a fresh interpreter that has run this."""
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", f"{program}; import json, sys; print(json.dumps(list(sys.modules)))"],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "yardstick.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(told.stdout.splitlines()[-1]))


@pytest.mark.parametrize("program", [WEB, WORKER], ids=["web", "worker"])
def test_a_program_that_has_only_started_carries_nothing_large(program):
    assert not (COMPUTING | ELSEWHERE) & modules_after(program)


def test_scheduler_and_workers_carry_no_pages():
    """The tasks alone: no address is resolved before a task needs one."""
    assert not {"yardstick.urls", "judgments.rating.views", "reports.report.views"} & modules_after(WORKER)
