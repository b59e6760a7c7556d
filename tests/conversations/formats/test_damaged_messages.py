"""One damaged message costs that message: what is stored and what is reported are together what was there."""

import json
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest

from conversations.formats import ConversationRow, Format, Options, RowError, SubjectPolicy, examine, parse, recognise

SAID = ("How tall is it?", "75 cm.", "And the chair?", "45 cm.", "And the lamp?", "30 cm.")
ODD = ("narrator", 7, ["x"], {"a": 1}, None)
EACH = Options(SubjectPolicy.CONVERSATION)
Message = dict[str, Any]
Wrapped = Callable[[list[Message]], Any]


def speaker(place: int, user: str = "user", assistant: str = "assistant") -> str:
    return assistant if place % 2 else user


def chatgpt(messages: list[Message]) -> Any:
    nodes = {
        str(place): {"parent": str(place - 1) if place else None, "message": message}
        for place, message in enumerate(messages)
    }
    return [{"id": "c1", "current_node": str(len(messages) - 1), "mapping": nodes}]


def deepseek(messages: list[Message]) -> Any:
    nodes = {
        str(place): {"parent": str(place - 1) if place else None, "message": {"fragments": [message]}}
        for place, message in enumerate(messages)
    }
    return [{"id": "c1", "inserted_at": "2026-01-05", "mapping": nodes}]


def grok(messages: list[Message]) -> Any:
    return {
        "conversations": [{"conversation": {"id": "c1"}, "responses": [{"response": message} for message in messages]}]
    }


def joined(named: Message, message: Any) -> Any:
    """What is no message has no name either."""
    return named | message if isinstance(message, dict) else message


def open_webui(messages: list[Message]) -> Any:
    tree = {
        str(place): joined({"id": str(place), "parentId": str(place - 1) if place else None}, message)
        for place, message in enumerate(messages)
    }
    return [{"id": "c1", "chat": {"history": {"currentId": str(len(messages) - 1), "messages": tree}}}]


def librechat(messages: list[Message]) -> Any:
    linked = [
        joined({"messageId": str(place), "parentMessageId": str(place - 1) if place else None}, message)
        for place, message in enumerate(messages)
    ]
    return {"conversationId": "c1", "messages": linked}


# How the format wraps messages, under which names a message holds its speaker and its text, and what users and models are called.
FORMATS: dict[str, tuple[Wrapped, str, str, str, str]] = {
    "openai": (lambda each: {"conversation_id": "c1", "messages": each}, "role", "content", "user", "assistant"),
    "sharegpt": (lambda each: {"id": "c1", "conversations": each}, "from", "value", "human", "gpt"),
    "wildchat": (lambda each: {"conversation_hash": "c1", "hashed_ip": "u1", "conversation": each}, "role", "content", "user", "assistant"),
    "lmsys": (lambda each: {"conversation_id": "c1", "conversation": each}, "role", "content", "user", "assistant"),
    "claude": (lambda each: [{"uuid": "c1", "chat_messages": each}], "sender", "text", "human", "assistant"),
    "chatgpt": (chatgpt, "author", "content", "user", "assistant"),
    "deepseek": (deepseek, "type", "content", "REQUEST", "RESPONSE"),
    "grok": (grok, "sender", "message", "human", "assistant"),
    "open_webui": (open_webui, "role", "content", "user", "assistant"),
    "librechat": (librechat, "sender", "text", "User", "GPT"),
}  # fmt: skip


def message_of(name: str, place: int) -> Message:
    _wrapped, role, content, user, assistant = FORMATS[name]
    message: Message = {role: speaker(place, user, assistant), content: SAID[place]}
    if name == "chatgpt":
        message = {"author": {"role": speaker(place)}, "content": {"content_type": "text", "parts": [SAID[place]]}}
    return message | ({"isCreatedByUser": place % 2 == 0} if name == "librechat" else {})


def read(data: bytes, named: Format) -> tuple[list[str], list[RowError]]:
    stream = BytesIO(data)
    rows = list(parse(stream, examine(stream, EACH, named).format, EACH))
    stored = [turn.content for row in rows if isinstance(row, ConversationRow) for turn in row.turns]
    return stored, [row for row in rows if isinstance(row, RowError)]


def damaged(
    name: str, place: int, change: Callable[[list[Any], int, str, str], None]
) -> tuple[list[str], list[RowError]]:
    wrapped, role, content, _user, _assistant = FORMATS[name]
    messages = [message_of(name, each) for each in range(len(SAID))]
    change(messages, place, role, content)
    data = json.dumps(wrapped(messages)).encode()
    assert recognise(data) is Format(name)
    return read(data, Format(name))


def costs_itself(name: str, place: int, found: tuple[list[str], list[RowError]], *, is_told: bool = True) -> None:
    stored, problems = found
    others = [text for number, text in enumerate(SAID) if number != place]
    assert [text for text in stored if text in others] == others, (name, place, problems)
    assert not is_told or len(stored) + len(problems) == len(SAID), (name, place, stored, problems)
    assert all(problem.kept for problem in problems)


@pytest.mark.parametrize("odd", ODD, ids=repr)
@pytest.mark.parametrize("name", FORMATS)
def test_odd_speaker_costs_its_message_and_is_told(name: str, odd: Any) -> None:
    for place in range(len(SAID)):
        costs_itself(name, place, damaged(name, place, lambda each, at, role, _content: each[at].update({role: odd})))


@pytest.mark.parametrize("odd", ODD, ids=repr)
@pytest.mark.parametrize("name", FORMATS)
def test_odd_text_costs_its_message_and_is_told(name: str, odd: Any) -> None:
    """A text that is null says nothing in some formats: nothing is lost with it."""
    for place in range(len(SAID)):
        found = damaged(name, place, lambda each, at, _role, content: each[at].update({content: odd}))
        costs_itself(name, place, found, is_told=odd is not None)


@pytest.mark.parametrize("name", FORMATS)
def test_message_without_a_speaker_or_a_text_costs_itself(name: str) -> None:
    for place in range(len(SAID)):
        costs_itself(name, place, damaged(name, place, lambda each, at, role, _content: each[at].pop(role)))
        found = damaged(name, place, lambda each, at, _role, content: each[at].pop(content))
        costs_itself(name, place, found, is_told=False)


@pytest.mark.parametrize("odd", [7, ["x"], True, "x", None, []], ids=repr)
@pytest.mark.parametrize("name", FORMATS)
def test_what_is_no_message_costs_itself_and_is_told(name: str, odd: Any) -> None:
    is_told = name != "chatgpt" or odd is not None  # there a node without a message is no message
    for place in range(len(SAID)):
        found = damaged(name, place, lambda each, at, _role, _content: each.__setitem__(at, odd))
        costs_itself(name, place, found, is_told=is_told)


@pytest.mark.parametrize("name", FORMATS)
def test_file_that_breaks_off_keeps_the_conversations_before_the_break(name: str) -> None:
    """Of a list and of lines alike, wherever the break is: two conversations stand before the third."""
    wrapped, *_names = FORMATS[name]
    value = wrapped([message_of(name, place) for place in range(len(SAID))])
    inner = value["conversations"] if name == "grok" else value
    element = json.dumps(inner[0] if isinstance(inner, list) else inner)
    for begin, between in (("[", ","), ("", "\n")):
        whole = begin + element + between + element + between
        for length in range(0, len(element), 37):
            stored, problems = read((whole + element[:length]).encode(), Format(name))
            assert stored == [*SAID, *SAID], (begin, length)
            assert problems or not (begin or length), (begin, length)


@pytest.mark.parametrize("odd", [7, ["x"], "x", None, []], ids=repr)
@pytest.mark.parametrize("name", ["chatgpt", "deepseek"])
def test_what_is_no_node_costs_itself_and_is_told(name: str, odd: Any) -> None:
    for place in range(len(SAID)):
        wrapped = FORMATS[name][0]([message_of(name, each) for each in range(len(SAID))])
        wrapped[0]["mapping"][str(place)] = odd
        costs_itself(name, place, read(json.dumps(wrapped).encode(), Format(name)))


@pytest.mark.parametrize("name", ["chatgpt", "deepseek", "open_webui", "librechat"])
def test_a_message_that_is_not_there_costs_no_other(name: str) -> None:
    """Also where it is the one that was seen last."""
    for place in range(len(SAID)):
        wrapped = FORMATS[name][0]([message_of(name, each) for each in range(len(SAID))])
        messages = (
            wrapped["messages"]
            if name == "librechat"
            else wrapped[0].get("mapping") or wrapped[0]["chat"]["history"]["messages"]
        )
        del messages[place if name == "librechat" else str(place)]
        costs_itself(name, place, read(json.dumps(wrapped).encode(), Format(name)), is_told=False)
