import json
import tracemalloc
from dataclasses import replace
from io import BytesIO
from itertools import chain
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.formats import (
    AttributeRow,
    ConversationRow,
    Format,
    Options,
    RowError,
    SubjectPolicy,
    Turn,
    default_options,
    examine,
    parse,
    recognise,
)
from conversations.formats.containers.streams import stream_of

HEADER = b"user_id,conversation_id,turn,role,content\n"
TWO = b"u1,c1,0,user,How long?\nu1,c1,1,assistant,2 cm\n"


def rows(data: bytes, options: Options | None = None) -> list[Any]:
    """Without what is said at the end of conversations that are left out for another problem."""
    found = parse(BytesIO(data), Format.CSV, options or Options())
    return [row for row in found if not (isinstance(row, RowError) and "left out for a row" in row.found)]


def test_no_turn_is_left_out_without_a_word() -> None:
    data = HEADER + b"u1,c2,0,user,Hi\nu1,c2,1,assistant,Hello\nu1,c1,0,user,Hi,x\nu1,c3,0,user,Hi\nu1,c4,0,user,Hi\n"
    found = list(parse(BytesIO(data), Format.CSV, Options()))
    assert [row.conversation for row in found if isinstance(row, ConversationRow)] == ["c4"]
    told = [row.found for row in found if isinstance(row, RowError)]
    assert told == [
        "6",
        "2 turns of 'c2', left out for a row that can't be",
        "1 turn of 'c3', left out for a row that can't be",
    ]


def conversations(data: bytes) -> list[str | None]:
    return [row.conversation for row in rows(data) if isinstance(row, ConversationRow)]


def errors(data: bytes) -> list[tuple[int, str]]:
    return [(row.line, row.field) for row in rows(data) if isinstance(row, RowError)]


def test_rows_become_turns_of_their_conversation() -> None:
    turns = (Turn("user", "How long?"), Turn("assistant", "2 cm"))
    assert rows(HEADER + TWO) == [ConversationRow(line=2, subject="u1", conversation="c1", turns=turns)]


def test_other_columns_delimiter_quotes_and_line_ends() -> None:
    data = b'\xef\xbb\xbfwho;chat;from;said\r\nu1;c1;human;"one\r\ntwo; ""three"""\r\nu1;c1;gpt;ok\r\n'
    mapping = {"subject": "who", "conversation": "chat", "role": "from", "content": "said"}
    (row,) = rows(data, Options(columns=mapping))
    assert isinstance(row, ConversationRow)
    assert row.turns == (Turn("user", 'one\r\ntwo; "three"'), Turn("assistant", "ok"))


def test_proposed_options_find_common_column_names() -> None:
    data = b"session_id\tspeaker\ttext\nc1\tuser\thi\n"
    assert recognise(data) is Format.CSV
    options = default_options(Format.CSV, data)
    assert options.subject_policy is SubjectPolicy.CONVERSATION
    (row,) = rows(data, options)
    assert isinstance(row, ConversationRow)
    assert (row.subject, row.conversation) == ("c1", "c1")


def test_missing_column_refuses_the_file() -> None:
    assert errors(b"user_id,conversation_id,role\nu1,c1,user\n") == [(1, "content")]


def test_conversation_that_goes_on_further_down_is_whole() -> None:
    data = HEADER + TWO + b"u1,c2,0,user,x\nu1,c1,2,user,more\nu1,c3,0,user,y\n"
    assert [(row.conversation, len(row.turns)) for row in rows(data) if isinstance(row, ConversationRow)] == [
        ("c1", 3),
        ("c2", 1),
        ("c3", 1),
    ]
    assert errors(data) == []


NUMBERED = [
    ("u1", "c1", 0, "user", "How long?"),
    ("u1", "c1", 1, "assistant", "2 cm"),
    ("u1", "c1", 7, "user", "Thanks"),
    ("u2", "c1", 0, "user", "Another person's c1"),
    ("u2", "c2", 3, "user", "How wide?"),
    ("u2", "c2", 2, "system", "Be brief."),
    ("u2", "c2", 10, "assistant", "3 cm"),
    ("u3", "twice", 0, "user", "One"),
    ("u3", "twice", 0, "user", "The other"),
    ("u4", "bad role", 0, "user", "x"),
    ("u4", "bad role", 1, "narrator", "y"),
    ("", "no user", 0, "user", "x"),
    ("u5", "no user", 1, "user", "its other half"),
]


def stored(data: bytes, options: Options | None = None) -> dict[tuple[str, str | None], tuple[Turn, ...]]:
    return {
        (row.subject, row.conversation): row.turns for row in rows(data, options) if isinstance(row, ConversationRow)
    }


@settings(deadline=None)  # the machine may be busy
@given(order=st.permutations(NUMBERED))
def test_every_order_of_the_rows_gives_the_same_conversations(order: list[tuple[object, ...]]) -> None:
    data = HEADER + "".join(",".join(map(str, row)) + "\n" for row in order).encode()
    assert stored(data) == {
        ("u1", "c1"): (Turn("user", "How long?"), Turn("assistant", "2 cm"), Turn("user", "Thanks")),
        ("u2", "c1"): (Turn("user", "Another person's c1"),),
        ("u2", "c2"): (Turn("system", "Be brief."), Turn("user", "How wide?"), Turn("assistant", "3 cm")),
    }
    assert sorted(field for _, field in errors(data)) == ["role", "subject", "turn"]


@settings(deadline=None)
@given(
    conversations=st.lists(
        st.lists(st.sampled_from(["user", "assistant"]), max_size=6).map(lambda roles: ["user", *roles]), max_size=4
    ),
    seed=st.randoms(use_true_random=False),
)
def test_without_numbers_each_conversation_keeps_the_order_of_its_rows(
    conversations: list[list[str]], seed: Random
) -> None:
    waiting = {f"c{number}": list(enumerate(roles)) for number, roles in enumerate(conversations)}
    data = b"conversation_id,role,content\n"
    while names := [name for name, turns in waiting.items() if turns]:
        name = seed.choice(names)
        place, role = waiting[name].pop(0)
        data += f"{name},{role},text {place}\n".encode()
    assert stored(data, Options(SubjectPolicy.CONVERSATION)) == {
        (f"c{number}", f"c{number}"): tuple(Turn(role, f"text {place}") for place, role in enumerate(roles))
        for number, roles in enumerate(conversations)
    }


def test_row_of_nobody_costs_the_conversations_around_it() -> None:
    """It may have been a turn of each of them; of one that ended before or begins later it was none."""
    lines = ["u1,before,0,user,x", "u1,around,0,user,x", "u1,near,0,user,x", ",,9,user,x", "u1,next,0,user,x"]
    lines += ["u1,around,1,user,x", "u1,later,0,user,x"]
    assert conversations(HEADER + "\n".join(lines).encode()) == ["before", "later"]


def test_memory_does_not_grow_with_the_file() -> None:
    """A thousand conversations of 5 kB a turn, every one open from the first row to the last."""

    numbers = ((turn, number) for turn in range(4) for number in range(1_000))
    rows = (f"u,c{number},{turn},user,{'x' * 5_000}\n".encode() for turn, number in numbers)
    tracemalloc.start()
    found = parse(stream_of(chain([HEADER], rows)), Format.CSV, Options())
    assert sum(len(row.turns) for row in found if isinstance(row, ConversationRow)) == 4_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5 * 1024 * 1024, "the file has 20 MB"


def test_column_that_was_named_for_the_subject_is_used() -> None:
    data = b"owner,user_id,conversation_id,role,content\nann,7,c1,user,Hi\n"
    proposed = default_options(Format.CSV, data)
    assert [subject for subject, _ in stored(data, replace(proposed, subject_field="owner"))] == ["ann"]


def test_column_that_is_missing_is_named_with_those_that_are_there() -> None:
    (error,) = rows(b"user_id,comment,response\nu1,How long?,2 cm\n")
    assert isinstance(error, RowError)
    assert error.field == "conversation_id"
    assert error.found == "the columns 'user_id', 'comment', 'response'"


def test_same_conversation_id_of_two_subjects_is_two_conversations() -> None:
    assert conversations(HEADER + TWO + b"u2,c1,0,user,x\n") == ["c1", "c1"]


def test_bad_row_refuses_its_conversation_only() -> None:
    data = HEADER + TWO + b"u1,c2,0,narrator,x\nu1,c2,1,user,x\nu1,c3,0,user,y\n"
    assert conversations(data) == ["c1", "c3"]
    assert errors(data) == [(4, "role")]


def test_turns_out_of_order_are_an_error() -> None:
    assert errors(HEADER + b"u1,c1,1,user,x\nu1,c1,1,assistant,y\n") == [(3, "turn")]


def test_row_without_a_user_id_is_an_error() -> None:
    assert errors(HEADER + b",c1,0,user,x\n" + TWO) == [(2, "subject")]


def test_row_that_is_not_utf8_or_holds_nul_is_an_error() -> None:
    data = HEADER + b"u1,c1,0,user,\xff\nu1,c2,0,user,a\x00b\nu1,c3,0,user,y\n"
    assert errors(data) == [(2, "content"), (3, "content")]
    assert conversations(data) == ["c3"]


def test_row_with_too_few_cells_is_an_error() -> None:
    assert errors(HEADER + TWO + b"u1,c2\nu1,c3,0,user,y\n") == [(4, "")]


def test_file_cut_off_inside_quotes_is_reported() -> None:
    data = HEADER + TWO + b'u1,c2,0,user,"cut'
    assert errors(data) == [(4, "")]
    assert rows(data)[-1] == RowError(line=4, field="", expected="a row of CSV", found="unexpected end of data")


@pytest.mark.parametrize(
    "data",
    [
        b"user_id,prompt,response\nu1,Hi,Hello\n",
        b"sep=;\r\nUser ID;User Message;Bot-Response\r\nu1;Hi;Hello\r\n",
        b'userId,input,output,\nu1,"{""messages"": [{""role"": ""user"", ""content"": ""Hi""}]}","{""role"": ""assistant"", ""content"": ""Hello""}",\n,,,\n',
        b'{"user_id": "u1", "question": "Hi", "answer": "Hello"}\n',
        b'userId,input,output\nu1,"[{""role"": ""system"", ""content"": ""x""}, {""role"": ""user"", ""content"": ""Hi""}]",Hello\n',
    ],
)  # fmt: skip
def test_exchange_a_row_under_the_names_people_give(data: bytes) -> None:
    seen = examine(BytesIO(data))
    (row,) = parse(BytesIO(data), seen.format, default_options(seen.format, seen.head))
    assert isinstance(row, ConversationRow)
    assert (row.subject, [turn.content for turn in row.turns if turn.role != "system"]) == ("u1", ["Hi", "Hello"])


@pytest.mark.parametrize("moment", ["9" * 40, "99999999999999.5", "-" + "9" * 40])
def test_a_moment_beyond_any_is_a_problem_and_costs_no_turn(moment: str) -> None:
    data = f"user_id,conversation_id,time,role,content\nu1,c1,{moment},user,One\nu2,c2,1,user,Two\n".encode()
    assert errors(data) == [(2, "time")]
    assert conversations(data) == ["c1", "c2"]


def test_exchanges_of_a_conversation_are_in_the_order_of_time_and_said_once() -> None:
    history = '[{""role"": ""user"", ""content"": ""One""}, {""role"": ""assistant"", ""content"": ""1""}, {""role"": ""user"", ""content"": ""Two""}]'
    data = f'sessionId,userId,timestamp,input,output\ns1,u1,2026-05-01T10:01:00Z,"{history}",2\ns1,u1,2026-05-01T10:00:00Z,One,1\n'.encode()
    (row,) = parse(BytesIO(data), Format.CSV, default_options(Format.CSV, data))
    assert isinstance(row, ConversationRow)
    assert [turn.content for turn in row.turns] == ["One", "1", "Two", "2"]


def test_flat_rows_of_json_are_the_same_table() -> None:
    rows_of_json = [
        {"user_id": "u1", "conversation_id": "c1", "turn": turn, "role": role, "content": text}
        for turn, role, text in [(1, "assistant", "Hello"), (0, "user", "Hi")]
    ]
    data = "\n".join(map(json.dumps, rows_of_json)).encode()
    (row,) = parse(BytesIO(data), Format.CSV, default_options(Format.CSV, data))
    assert isinstance(row, ConversationRow)
    assert [turn.content for turn in row.turns] == ["Hi", "Hello"]


def test_content_in_a_column_without_a_name_is_a_problem() -> None:
    found = rows(b"user_id,conversation_id,role,content,\nu1,c1,user,Hi,\nu1,c2,user,Hi,what?\n")
    assert [row.found for row in found if isinstance(row, RowError)] == ["something"]


def test_subject_is_the_column_that_was_named() -> None:
    data = b"owner,conversation_id,turn,role,content\nu7,c1,0,user,Hi\n"
    (row,) = rows(data, Options(SubjectPolicy.FIELD, "owner"))
    assert row.subject == "u7"


def test_attribute_a_row() -> None:
    data = b"User,Memory,Confidence,Category,Quote\nu1,Is vegetarian,0.9,food,no meat for me\nu1,,0.5,,\nu2,Likes tea,high,,\n"
    seen = examine(BytesIO(data))
    assert seen.format is Format.ATTRIBUTES
    row, *problems = parse(BytesIO(data), seen.format, default_options(seen.format, seen.head))
    assert isinstance(row, AttributeRow)
    assert (row.subject, row.text, row.confidence, row.type, row.evidence[0].quote) == (
        "u1",
        "Is vegetarian",
        0.9,
        "food",
        "no meat for me",
    )
    assert [(problem.line, problem.field) for problem in problems] == [(3, "attribute"), (4, "confidence")]
