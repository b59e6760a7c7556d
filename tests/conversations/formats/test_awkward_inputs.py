"""What people upload besides what a format says: nothing of it is left out without a word."""

import json
from io import BytesIO
from typing import Any

import pytest

from conversations.formats import ConversationRow, Options, RowError, SubjectPolicy, default_options, examine, parse

ANSWER = {"role": "assistant", "content": "Ho"}


def read(data: bytes) -> tuple[list[list[str]], list[RowError]]:
    seen = examine(BytesIO(data))
    options = default_options(seen.format, seen.head)
    if options.subject_policy is SubjectPolicy.FILE:
        options = Options(SubjectPolicy.FILE, file_subject="p1", columns=options.columns)
    rows = list(parse(BytesIO(data), seen.format, options))
    said = [[turn.content for turn in row.turns] for row in rows if isinstance(row, ConversationRow)]
    return said, [row for row in rows if isinstance(row, RowError)]


def log(first: Any) -> bytes:
    return json.dumps({"user_id": "u1", "messages": [first, ANSWER]}).encode()


@pytest.mark.parametrize("asked", ["", "Guten Tag"])
def test_an_instruction_beside_its_input_is_asked_with_it(asked: str) -> None:
    whole = "\n\n".join(filter(None, ["Translate:", asked]))
    row = {"instruction": "Translate:", "input": asked, "output": "Good day"}
    assert read(json.dumps(row).encode()) == ([[whole, "Good day"]], [])
    table = f"instruction,input,output\nTranslate:,{asked},Good day\n".encode()
    assert read(table) == ([[whole, "Good day"]], [])


@pytest.mark.parametrize("role", ["\u200buser", " User: ", "HUMAN\ufeff", "user\u200e"])
def test_a_role_is_known_by_its_letters(role: str) -> None:
    assert read(log({"role": role, "content": "Hi"})) == ([["Hi", "Ho"]], [])


def test_a_text_under_another_name_is_read_and_a_text_without_any_is_a_problem() -> None:
    assert read(log({"role": "user", "content": [{"type": "text", "value": "Hi"}]})) == ([["Hi", "Ho"]], [])
    parts = [{"role": "user", "content": "Hi"}, {"role": "user", "content": [{"type": "text", "words": "x"}]}, ANSWER]
    said, (problem,) = read(json.dumps({"user_id": "u1", "messages": parts}).encode())
    assert (said, problem.field, problem.kept) == ([["Hi", "Ho"]], "messages[1].content[0].text", True)


def test_row_numbers_of_pandas_and_joined_names_are_read() -> None:
    assert read(b",USERID,CHATID,ROLE,TEXT\n0,u1,c1,user,Hi\n1,u1,c1,bot,Ho\n") == ([["Hi", "Ho"]], [])
    said, problems = read(b",user_id,conversation_id,role,content\nwhat?,u1,c1,user,Hi\n")
    assert (said, [problem.found for problem in problems][:1]) == ([], ["something"])


@pytest.mark.parametrize(
    "history",
    [
        [["Hi", "Ho"]],
        '[["Hi", "Ho"]]',
        [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ho"}],
    ],
    ids=["pairs", "pairs as text", "messages"],
)
def test_what_was_said_before_an_exchange_is_told_before_it(history: Any) -> None:
    row = {"user_id": "u1", "instruction": "And then?", "input": "", "output": "Bye", "history": history}
    assert read(json.dumps(row).encode()) == ([["Hi", "Ho", "And then?", "Bye"]], [])
    assert read(json.dumps(row | {"history": []}).encode()) == ([["And then?", "Bye"]], [])
