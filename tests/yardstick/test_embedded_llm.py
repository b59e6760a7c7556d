"""Only the plumbing is asserted: never the speed of the local model nor what it says."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest

from tests.patience import PATIENCE
from yardstick.embedded import llm, paths
from yardstick.embedded.children import Child, launch, stop, wait_until


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("YARDSTICK_STATE", str(tmp_path))
    yield tmp_path
    paths.remove_sockets()


@contextlib.contextmanager
def running() -> Iterator[str]:
    """The endpoint's base URL for as long as the block runs."""
    paths.make_folders()
    child = llm.start()
    try:
        llm.wait(child)
        yield paths.llm_base_url()
    finally:
        stop([child])


def test_local_model_answers_through_the_openai_client_and_keeps_its_port(state: Path) -> None:
    with running() as base_url:
        with openai.OpenAI(base_url=base_url, api_key="none", max_retries=0, timeout=PATIENCE) as client:
            answer = client.chat.completions.create(
                model=llm.MODEL, max_tokens=4, messages=[{"role": "user", "content": "Say hello."}]
            )
            models = [model.id for model in client.models.list()]
        assert answer.usage is not None
        assert 1 <= answer.usage.completion_tokens <= 4
        assert models == [llm.MODEL]
        port = paths.llm_port()
    assert not llm.is_ready()

    with running() as base_url:
        assert base_url == f"http://127.0.0.1:{port}/v1"


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells what a process holds")
def test_model_that_nobody_asks_gives_its_memory_back_and_answers_again(state: Path) -> None:
    paths.make_folders()
    paths.record_llm_port(port := llm._free_port(0))
    child = launch(llm.command(port, seconds_awake=1), marker=state)
    try:
        llm.wait(child)
        wait_until(lambda: megabytes(child, "VmRSS") < megabytes(child, "VmHWM") / 2, child)
        with openai.OpenAI(base_url=paths.llm_base_url(), api_key="none", max_retries=0, timeout=PATIENCE) as client:
            question: Any = {"role": "user", "content": "Say hello."}
            answer = client.chat.completions.create(model=llm.MODEL, max_tokens=4, messages=[question])
        assert answer.usage is not None
        assert answer.usage.completion_tokens >= 1
    finally:
        stop([child])


def megabytes(child: Child, what: str) -> float:
    """What a process holds now (``VmRSS``), or held at most (``VmHWM``)."""
    lines = Path("/proc", str(child.process.pid), "status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(what)) / 1024
