"""Prompts without an answer are prompts, whatever their table is wrapped in; and no column is left out without a word."""

import json
from io import BytesIO
from typing import Any

import pytest

from conversations.formats import (
    CaseRow,
    Format,
    NotRecognised,
    Options,
    PromptRow,
    RowError,
    SubjectPolicy,
    default_options,
    examine,
    parse,
)
from tests.conversations.workbooks import workbook

ASKED = ["How tall is it?", "Why, and how?"]


def read(data: bytes, options: Options | None = None) -> list[Any]:
    seen = examine(BytesIO(data))
    assert seen.format is Format.PROMPTS
    return list(parse(BytesIO(data), seen.format, options or default_options(seen.format, seen.head)))


@pytest.mark.parametrize(
    "data",
    [
        b'prompt,topic\nHow tall is it?,home\n"Why, and how?",\n',
        b'question\nHow tall is it?\n"Why, and how?"\n',
        b"sep=;\r\nTopic;User Prompt;;\r\nhome;How tall is it?;;\r\n;Why, and how?;;\r\n",
        b"Category\tinput\nhome\tHow tall is it?\nhome\tWhy, and how?\n",
        "\n".join(json.dumps({"prompt": each, "topic": None}) for each in ASKED).encode(),
        json.dumps({"data": [{"question": each, "id": each} for each in ASKED]}).encode(),
        'prompt,topic\nHow tall is it?,\n"Why, and how?",\n'.encode("utf-16"),
        workbook(Sheet=[["Question", "Topic"], *([each, "home"] for each in ASKED)]),
    ],
    ids=["csv", "one column", "excel", "tsv", "jsonl", "list in an object", "utf-16", "xlsx"],
)
def test_prompts_alone_in_every_wrapping(data: bytes) -> None:
    rows = read(data)
    assert [type(row) for row in rows] == [PromptRow, PromptRow]
    assert [row.text for row in rows] == ASKED


def test_with_a_user_each_row_is_a_case_too() -> None:
    prompt, case, alone, problem = read(b"user_id,prompt_id,prompt\nu1,7,Hi\n,8,Ho\n")
    assert (prompt.prompt, case) == ("7", CaseRow(line=2, subject="u1", prompt="7"))
    assert (alone.text, problem.field, problem.kept) == ("Ho", "subject", True)


def test_a_person_who_was_named_for_the_file_is_asked_all_of_it() -> None:
    rows = read(b"prompt\nHi\nHo\n", Options(SubjectPolicy.FILE, file_subject="u1"))
    assert [row.subject for row in rows if isinstance(row, CaseRow)] == ["u1", "u1"]


def test_the_same_text_has_the_same_name_wherever_it_stands() -> None:
    first, second = read(b"prompt\nHi\nHo\n"), read(b"topic,prompt\nhome,Ho\nhome,Hi\n")
    assert [row.prompt for row in first] == [row.prompt for row in second][::-1]


def test_columns_that_are_not_read_and_rows_without_a_prompt_are_told() -> None:
    kept, empty, others = read(b"prompt,ideal answer,topic\nHi,Hello,x\n,Hello,x\n")
    assert kept.text == "Hi"
    assert [(row.line, row.field, row.kept) for row in (empty, others)] == [(3, "prompt", False), (1, "", True)]
    assert "'ideal answer'" in others.found


@pytest.mark.parametrize(
    "data",
    [
        b"question,answer\nHi,Ho\n",
        b"user_id,conversation_id,prompt\nu1,c1,Hi\n",
        b"text,label\nHi,1\n",
        b'{"prompt": "Hi", "messages": [{"role": "user", "content": "Hi"}]}\n',
        b"user_id,memory,question\nu1,Likes tea,What?\n",
    ],
)
def test_what_is_something_else_is_not_taken_for_prompts(data: bytes) -> None:
    try:
        assert examine(BytesIO(data)).format is not Format.PROMPTS
    except NotRecognised as refusal:
        assert str(refusal).endswith(".")


def test_a_file_without_a_prompt_column_is_refused_with_the_columns_it_has() -> None:
    (error,) = parse(BytesIO(b"a,b\nx,y\n"), Format.PROMPTS, Options())
    assert isinstance(error, RowError)
    assert (error.field, error.found) == ("prompt", "the columns 'a', 'b'")
