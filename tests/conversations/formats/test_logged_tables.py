"""Tables whose rows repeat what was said before: a session is told once and whole, in every order of its rows."""

import csv
import json
from io import BytesIO, StringIO
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.formats import ConversationRow, Format, RowError, default_options, parse

SAID = ("Rain?", "Later.", "Wind?", "None.", "Snow?", "No.")


def messages(count: int) -> list[dict[str, str]]:
    return [{"role": "assistant" if place % 2 else "user", "content": text} for place, text in enumerate(SAID[:count])]


def logged(place: int) -> list[str]:
    """The exchange that begins at this place, with all that was said before it."""
    answer = json.dumps({"role": "assistant", "content": SAID[place + 1]})
    return [f"t{place}", f"2026-05-01T10:00:{place:02}Z", "s1", "u1", json.dumps(messages(place + 1)), answer]


def table(rows: list[list[str]], header: str = "id,timestamp,sessionId,userId,input,output") -> bytes:
    text = StringIO()
    csv.writer(text).writerows([header.split(","), *rows])
    return text.getvalue().encode()


def read(data: bytes) -> list[Any]:
    return list(parse(BytesIO(data), Format.CSV, default_options(Format.CSV, data)))


def texts(data: bytes) -> list[list[str]]:
    return [[turn.content for turn in row.turns] for row in read(data) if isinstance(row, ConversationRow)]


@settings(deadline=None)
@given(st.permutations([0, 2, 4]))
def test_a_session_is_told_once_whatever_the_order_of_its_rows(order: list[int]) -> None:
    assert texts(table([logged(place) for place in order])) == [[*SAID]]


def test_what_was_said_before_the_first_row_that_is_there_is_kept() -> None:
    assert texts(table([logged(4)])) == [[*SAID]]
    assert texts(table([logged(4), logged(2)])) == [[*SAID]]
    assert texts(table([logged(4)[:2] + logged(4)[3:]], "id,timestamp,userId,input,output")) == [[*SAID]]


def test_flat_rows_of_json_are_told_alike() -> None:
    names = ("conversation_id", "user_id", "prompt", "response")
    rows = [dict(zip(names, ("s1", "u1", messages(place + 1), SAID[place + 1]), strict=True)) for place in (0, 2, 4)]
    assert texts("\n".join(map(json.dumps, rows)).encode()) == [[*SAID]]


def test_instructions_are_told_at_the_beginning_only() -> None:
    system = {"role": "system", "content": "Be brief."}
    rows = [logged(place) for place in (0, 2)]
    for row in rows:
        row[4] = json.dumps([system, *json.loads(row[4])])
    assert texts(table(rows)) == [["Be brief.", *SAID[:4]]]


def test_a_person_who_asks_the_same_again_is_told_again() -> None:
    rows = [["s1", "u1", "Rain?", ""], ["s1", "u1", "Rain?", "Later."]]
    assert texts(table(rows, "session,user,prompt,response")) == [["Rain?", "Rain?", "Later."]]


def test_turns_that_are_left_out_for_a_row_are_counted_once() -> None:
    bad = logged(4)
    bad[4] = json.dumps([*messages(4), {"role": "nobody", "content": "Snow?"}])
    found = [row for row in read(table([logged(0), logged(2), bad])) if isinstance(row, RowError)]
    assert [row.found for row in found] == ["'nobody'", "4 turns of 's1', left out for a row that can't be"]
