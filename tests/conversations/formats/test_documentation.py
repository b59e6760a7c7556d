import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from conversations.formats import RowError, default_options, examine, limits, parse, reader_of

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "upload-formats.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```(?:jsonl|json|csv)\n(.*?)```", TEXT, re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES)
def test_documented_example_is_read_without_an_error(example: str) -> None:
    data = example.encode()
    seen = examine(BytesIO(data))
    file_format, options = seen.format, default_options(seen.format, seen.head)
    if not reader_of(file_format).names_subjects:
        options = replace(options, file_subject="me")
    rows = list(parse(BytesIO(data), file_format, options))
    assert rows
    assert [row for row in rows if isinstance(row, RowError)] == []


def test_documented_limits_are_those_of_the_code() -> None:
    for limit in (
        limits.MAX_BRACKETS,
        limits.MAX_TURNS,
        limits.MAX_TURN_CHARACTERS,
        limits.MAX_CONVERSATION_CHARACTERS,
        limits.MAX_ATTRIBUTE_CHARACTERS,
        limits.MAX_DEPTH,
        limits.MAX_FIELD_NAME_CHARACTERS,
    ):
        assert f"{limit:,}" in TEXT
