"""A format is told by its first elements; what is not read here is named and never misread."""

import json
from io import BytesIO
from typing import Any

import pytest

from conversations.formats import (
    ConversationRow,
    Format,
    NotRecognised,
    Options,
    SubjectPolicy,
    Turn,
    examine,
    parse,
    recognise,
)
from conversations.formats.decoding import closed

TURN = {"role": "user", "content": "Hi"}
FOREIGN: dict[str, Any] = {
    "Google activity": {"header": "YouTube", "title": "Watched x", "titleUrl": "https://example.org"}
}


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("is_list", [True, False])
@pytest.mark.parametrize("name", FOREIGN)
def test_format_that_is_not_read_is_named(name: str, is_list: bool, indent: int | None) -> None:
    value = [FOREIGN[name]] * 2 if is_list else FOREIGN[name]
    with pytest.raises(NotRecognised, match=rf"looks like .*{name}.*not supported"):
        recognise(json.dumps(value, indent=indent).encode())


@pytest.mark.parametrize(
    "value",
    [
        {"conversations": {"from": "human"}},
        {"conversations": ["Hi"]},
        {"conversations": [{"speaker": "a", "words": "Hi"}]},
        {"mapping": {"subject": "user_id"}},
        {"mapping": {"a": {"column": 1}}},
        {"chat_messages": "Hi"},
        {"kind": 3},
        {"conversation_id": "c", "conversation": [{"question": "Hi"}]},
        {"messages": None},
    ],
)
def test_name_of_one_field_tells_no_format(value: Any) -> None:
    with pytest.raises(NotRecognised, match=f"has the fields {', '.join(value)}"):
        recognise(json.dumps(value).encode())


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"conversations": []}, Format.SHAREGPT),
        ({"conversations": [{"role": "user", "content": "Hi"}]}, Format.SHAREGPT),
        ({"mapping": {}}, Format.CHATGPT),
        ({"conversation_id": "c", "conversation": [TURN]}, Format.LMSYS),
        ({"conversation_id": "c", "hashed_ip": "h", "conversation": [TURN]}, Format.WILDCHAT),
    ],
)
def test_empty_parts_still_tell(value: Any, found: Format) -> None:
    assert recognise(json.dumps(value).encode()) is found
    assert recognise(b"[" + json.dumps(value).encode() + b", ") is found


@pytest.mark.parametrize("length", range(20, 400, 7))
def test_head_may_be_cut_off_anywhere(length: int) -> None:
    chat = {"mapping": {"a": {"id": "a", "parent": None, "message": {"author": {"role": "user"}}}}, "title": "é" * 300}
    assert recognise(json.dumps([chat], ensure_ascii=False).encode()[:length]) is Format.CHATGPT


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"PK\x03\x04" + b"\x00" * 26 + b"conversations.json", "once all of it is here"),
        (b"PAR1\x15\x04", "once all of it is here"),
        (b"\x1f\x8b\x08\x00", "once all of it is here"),
        ("user_id;conversation_id;role\nu1;Tür;x\n".encode("cp1252"), "Windows-1252: choose that encoding"),
        (b"", "empty"),
        (b"\xef\xbb\xbf \n", "empty"),
        (b"[" + b"9" * 4_301 + b"]", "a number of more than 4,300 digits"),
        (b'{"messages": ' + b"9" * 4_301 + b"}", "a number of more than 4,300 digits"),
        (b'[{"mapping": {}, "n": ' + b"1" * 5_000 + b"}]", "a number of more than 4,300 digits"),
        (b"[" * 5_000, "levels"),
        (b'{"' + b"n" * 1_001 + b'": 1}', "a name of 1,001 characters"),
    ],
)
def test_refusal_says_what_stands_in_the_way(head: bytes, words: str) -> None:
    with pytest.raises(NotRecognised, match=words):
        recognise(head)


@pytest.mark.parametrize(
    ("cut", "whole"),
    [
        (b'{"a": [1, {"b": 2, "c": "x, [', b'{"a": [1, {"b": 2}]}'),
        (b'[1, 2, "\\"]', b"[1, 2]"),
        (b'{"a": {"b', b'{"a": {}}'),
        (b"[1]]]]", b"[1]"),
        (b"", b""),
    ],
)
def test_beginning_of_a_value_is_closed_behind_its_last_whole_part(cut: bytes, whole: bytes) -> None:
    assert closed(cut) == whole


CONVERSATION = {"messages": [TURN]}


@pytest.mark.parametrize(
    "value",
    [
        CONVERSATION,
        {"data": [CONVERSATION, CONVERSATION]},
        {"meta": {"page": [1, 2]}, "data": [CONVERSATION], "next": None},
        {"result": {"total": 1, "items": [CONVERSATION]}},
        {"users": [{"id": 1}], "chats": [CONVERSATION]},
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_list_in_an_object_is_read_as_that_list(value: Any, indent: int | None) -> None:
    data = json.dumps(value, indent=indent).encode()
    assert recognise(data) is Format.OPENAI
    rows = list(parse(BytesIO(data), Format.OPENAI, Options(SubjectPolicy.CONVERSATION)))
    assert rows
    assert all(isinstance(row, ConversationRow) and row.turns == (Turn("user", "Hi"),) for row in rows)


def test_several_lists_that_can_be_read_are_named_and_one_is_chosen() -> None:
    data = json.dumps({"kept": [CONVERSATION], "archived": [CONVERSATION, CONVERSATION]}).encode()
    with pytest.raises(NotRecognised, match=r"2 lists that can be read: choose one. They are “kept”, “archived”"):
        recognise(data)
    assert len(list(parse(BytesIO(data), Format.OPENAI, Options(SubjectPolicy.CONVERSATION, part="archived")))) == 2
    with pytest.raises(NotRecognised, match=r"no list “gone” in this object. Its lists: “kept”, “archived”"):
        examine(BytesIO(data), Options(part="gone"))
