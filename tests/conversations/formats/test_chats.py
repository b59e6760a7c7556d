import json
from contextlib import suppress
from io import BytesIO
from typing import Any

import pytest

from conversations.formats import (
    ConversationRow,
    Format,
    NotRecognised,
    Options,
    RowError,
    SubjectPolicy,
    Turn,
    default_options,
    parse,
    reader_of,
    recognise,
)

TURNS = (Turn("user", "How long?"), Turn("assistant", "2 cm"))
MESSAGES = [{"role": "user", "content": "How long?"}, {"role": "assistant", "content": "2 cm"}]
SHAREGPT = [{"from": "human", "value": "How long?"}, {"from": "gpt", "value": "2 cm"}]
EACH = Options(SubjectPolicy.CONVERSATION)


def rows(file_format: Format, *values: Any, options: Options = EACH) -> list[Any]:
    data = "\n".join(map(json.dumps, values)).encode()
    with suppress(NotRecognised):  # the values are hostile too
        assert recognise(data) is file_format
    return list(parse(BytesIO(data), file_format, options))


def one(file_format: Format, value: Any, options: Options = EACH) -> ConversationRow:
    (row,) = rows(file_format, value, options=options)
    assert isinstance(row, ConversationRow), row
    return row


def refused(file_format: Format, value: Any, options: Options = EACH) -> RowError:
    (row,) = rows(file_format, value, options=options)
    assert isinstance(row, RowError), row
    return row


def node(name: str, parent: str | None, role: str, *parts: Any, **message: Any) -> dict[str, Any]:
    content = {"content_type": "text", "parts": list(parts)}
    return {"id": name, "parent": parent, "message": {"author": {"role": role}, "content": content, **message}}


def test_openai_messages_with_the_subject_in_a_field() -> None:
    value = {"user_id": 7, "conversation_id": "c1", "messages": MESSAGES, "model": "m"}
    row = one(Format.OPENAI, value, Options(subject_field="user_id"))
    assert row == ConversationRow(line=1, subject="7", conversation="c1", turns=TURNS, model="m")


def test_openai_subject_field_inside_an_object() -> None:
    value = {"metadata": {"user": "u1"}, "messages": MESSAGES}
    assert one(Format.OPENAI, value, Options(subject_field="metadata.user")).subject == "u1"


@pytest.mark.parametrize("value", [None, "", "  ", True, ["u1"]])
def test_openai_row_without_a_user_id_is_never_guessed(value: Any) -> None:
    row = {"session_id": "s1", "user_id": value, "messages": MESSAGES}
    assert refused(Format.OPENAI, row, Options(subject_field="user_id")).field == "user_id"


def test_openai_without_a_stated_policy_is_refused() -> None:
    assert refused(Format.OPENAI, {"messages": MESSAGES}, Options()).field == "subject"


def test_conversation_without_an_id_is_named_by_its_text() -> None:
    first, second, other = rows(
        Format.OPENAI, {"messages": MESSAGES}, {"messages": MESSAGES}, {"messages": MESSAGES[:1]}
    )
    assert isinstance(first, ConversationRow)
    assert isinstance(second, ConversationRow)
    assert isinstance(other, ConversationRow)
    assert first.subject == second.subject != other.subject
    assert first.conversation is None


def test_one_subject_for_the_file() -> None:
    assert one(Format.OPENAI, {"messages": MESSAGES}, Options(SubjectPolicy.FILE, file_subject="me")).subject == "me"
    assert refused(Format.OPENAI, {"messages": MESSAGES}, Options(SubjectPolicy.FILE)).field == "subject"


def test_content_parts_are_joined_and_what_is_not_text_is_noted() -> None:
    parts = [
        {"type": "text", "text": "Look"},
        {"type": "image_url", "image_url": {"url": "data:"}},
        {"type": "input_text", "text": "here"},
    ]
    assert (
        one(Format.OPENAI, {"messages": [{"role": "user", "content": parts}]}).turns[0].content == "Look\n[image]\nhere"
    )


def test_tool_calls_stand_where_there_is_no_content() -> None:
    call = {"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "search"}}]}
    turns = one(Format.OPENAI, {"messages": [*MESSAGES, call, {"role": "tool", "content": "found"}]}).turns
    assert turns[2:] == (Turn("assistant", "[tool call: search]"), Turn("tool", "found"))


@pytest.mark.parametrize(
    ("messages", "field"),
    [
        ([], "messages"),
        ("text", "messages"),
        (["text"], "messages[0]"),
        ([{"role": "user", "content": None}], "messages[0].content"),
        ([{"role": "user", "content": "x" * 500_001}], "messages[0].content"),
    ],
)
def test_bad_turn_refuses_the_conversation_and_says_where(messages: Any, field: str) -> None:
    assert refused(Format.OPENAI, {"messages": messages}).field == field


def test_odd_message_costs_that_message_and_says_where() -> None:
    messages = [*MESSAGES, {"role": "narrator", "content": "x"}, {"role": "user", "content": "Thanks"}]
    conversation, problem = rows(Format.OPENAI, {"messages": messages})
    assert isinstance(conversation, ConversationRow)
    assert [turn.content for turn in conversation.turns] == [*(turn.content for turn in TURNS), "Thanks"]
    assert isinstance(problem, RowError)
    assert (problem.field, problem.kept) == ("messages[2].role", True)


def test_sharegpt() -> None:
    assert one(Format.SHAREGPT, {"id": "c1", "conversations": SHAREGPT}).turns == TURNS
    data = json.dumps([{"id": "c1", "conversations": SHAREGPT}], indent=2).encode()
    assert recognise(data) is Format.SHAREGPT
    assert [row.line for row in parse(BytesIO(data), Format.SHAREGPT, EACH)] == [1]


def test_wildchat_subject_is_the_hashed_ip() -> None:
    value = {"conversation_hash": "c1", "hashed_ip": "u1", "conversation": MESSAGES, "language": "English"}
    row = one(Format.WILDCHAT, value | {"toxic": False, "redacted": True}, Options())
    assert (row.subject, row.conversation, row.language) == ("u1", "c1", "English")
    assert row.flags == {"toxic": False, "redacted": True}
    assert refused(Format.WILDCHAT, value | {"hashed_ip": None}, Options()).field == "hashed_ip"


def test_lmsys_is_toxic_if_any_turn_was_flagged() -> None:
    value = {"conversation_id": "c1", "conversation": MESSAGES, "redacted": False}
    row = one(Format.LMSYS, value | {"openai_moderation": [{"flagged": False}, {"flagged": True}]})
    assert row.flags == {"toxic": True, "redacted": False}
    assert row.subject == "c1"


def test_chatgpt_follows_the_branch_shown_last_and_drops_what_was_hidden() -> None:
    mapping = {
        "root": {"id": "root", "message": None, "parent": None},
        "set-up": node("set-up", "root", "system", "Be kind"),
        "about": node("about", "set-up", "user", "I am", metadata={"is_user_system_message": True}),
        "first": node("first", "about", "user", "Hi", {"content_type": "image_asset_pointer"}),
        "old": node("old", "first", "assistant", "The first answer"),
        "call": node("call", "first", "assistant", "search()", recipient="browser"),
        "new": node("new", "call", "assistant", "The second answer", metadata={"model_slug": "m"}),
    }
    value = {"conversation_id": "c1", "mapping": mapping, "current_node": "new"}
    found = rows(Format.CHATGPT, value, options=Options(SubjectPolicy.FILE, file_subject="me"))
    (row,) = (each for each in found if isinstance(each, ConversationRow))
    assert row.turns == (Turn("user", "Hi\n[image]"), Turn("assistant", "The second answer"))
    assert (row.subject, row.conversation, row.model) == ("me", "c1", "m")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"current_node": "nowhere"}, "current_node"),
        ({"current_node": None}, "current_node"),
        ({"mapping": {"a": node("a", "b", "user", "x"), "b": node("b", "a", "user", "x")}}, "mapping"),
        ({"mapping": {"a": {"message": None, "parent": None}}}, "mapping"),
    ],
)
def test_chatgpt_tree_that_can_not_be_followed_is_an_error(change: dict[str, Any], field: str) -> None:
    mapping = {"a": node("a", None, "user", "x"), "b": node("b", None, "user", "y")}
    assert refused(Format.CHATGPT, {"mapping": mapping, "current_node": "a"} | change).field == field


def test_claude_export() -> None:
    messages = [
        {"sender": "human", "text": "How long?"},
        {"sender": "assistant", "text": "", "content": [{"type": "text", "text": "2 cm"}]},
    ]
    assert one(Format.CLAUDE, {"uuid": "c1", "chat_messages": messages}).turns == TURNS


def test_formats_without_a_user_id_need_a_policy() -> None:
    needing = {file_format for file_format in Format if not reader_of(file_format).names_subjects}
    logs = {Format.OPENAI, Format.SHAREGPT, Format.LMSYS, Format.OASST, Format.PREFERENCES, Format.OPENAI_EVALS}
    exports = {Format.CHATGPT, Format.CLAUDE, Format.DEEPSEEK, Format.LIBRECHAT, Format.GEMINI_TAKEOUT, Format.MEMORIES}
    assert needing == logs | exports | {Format.ARGILLA, Format.LABEL_STUDIO}


def test_openai_options_propose_the_field_that_names_a_user() -> None:
    with_session = json.dumps({"session_id": "s1", "messages": MESSAGES}).encode()
    assert default_options(Format.OPENAI, with_session) == Options(subject_field="session_id")
    assert default_options(Format.OPENAI, json.dumps({"messages": MESSAGES}).encode()) == EACH


def test_options_survive_json() -> None:
    options = Options(SubjectPolicy.FILE, file_subject="me", columns={"role": "from"}, system="x")
    assert Options.from_json(json.loads(json.dumps(options.as_json()))) == options


@pytest.mark.parametrize("head", [b"", b"hello", b"\x00\x01", b'{"a": 1}\n', b"[1, 2]", b"\xff\xfea\x00,\x00b\x00"])
def test_content_that_tells_of_no_format_is_not_detected(head: bytes) -> None:
    with pytest.raises(NotRecognised):
        recognise(head)


def test_detection_passes_over_a_bad_first_line_and_a_cut_off_head() -> None:
    line = json.dumps({"messages": MESSAGES}).encode()
    assert recognise(b"{oops\n" + line + b"\n") is Format.OPENAI
    assert recognise(line[:20]) is Format.OPENAI
