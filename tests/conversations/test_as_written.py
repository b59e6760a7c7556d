"""Turns of people stay as they were written; their code and tables can be read."""

import re
import time
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.as_written import as_written
from conversations.highlighting import Span, mark_evidence

LINES = [
    "a | b",
    "|-|-|",
    "| 1 | <2> |",
    "```",
    "```python",
    "~~~",
    "x = `y`",
    "",
    "    indented",
    "- - -",
    "\r",
    "\x0c",
]
BLOCK = re.compile(r"<code [^>]*>(.*?)</code>", re.DOTALL)


def blocks(text: str) -> list[str]:
    return [unescape(found) for found in BLOCK.findall(as_written(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no code, a | b", []),
        ("see\n```python\nif a:\n    b\n```\nthen", ["```python\nif a:\n    b\n```\n"]),
        ("~~~~\n```\n~~~\n~~~~", ["~~~~\n```\n~~~\n~~~~"]),
        ("```\ncut off", ["```\ncut off"]),
        ("```one line``` of code", []),
        ("is\n| a | b |\n|---|:-:|\n| 1 | 2 |\n\nso", ["| a | b |\n|---|:-:|\n| 1 | 2 |\n"]),
        ("a | b\n- - -\nc", []),
    ],
)
def test_fences_and_tables_are_blocks_whole(text: str, expected: list[str]) -> None:
    assert blocks(text) == expected


@given(st.lists(st.sampled_from(LINES), max_size=12), st.data())
def test_not_one_character_and_not_one_mark_is_lost(lines: list[str], data: st.DataObject) -> None:
    text = "\n".join(lines)
    ends = st.integers(0, len(text) + 2)
    places = [sorted((data.draw(ends), data.draw(ends))) for _quote in range(2)]
    spans = [Span(start, end, str(number)) for number, (start, end) in enumerate(places)]
    html = as_written(text, spans)
    assert unescape(re.sub(r"<[^>]*>", "", html)) == text
    marked = "".join(re.findall(r"<mark [^>]*>(.*?)</mark>", html, re.DOTALL))
    assert marked == "".join(re.findall(r"<mark [^>]*>(.*?)</mark>", mark_evidence(text, spans), re.DOTALL))


def test_many_blocks_cost_little() -> None:
    text = "```\n```\n" * 7_000 + "a|b\n" * 5_000
    started = time.process_time()
    assert len(as_written(text)) < 2 * len(text)
    assert time.process_time() - started < 1
