"""Each format is one module with one reader: registered once, told by its own example, described in the documentation."""

import importlib
import json
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from conversations.formats import (
    Format,
    Reader,
    RowError,
    default_options,
    parse,
    reader_of,
    readers,
    recognise,
    shown_readers,
)
from conversations.formats.options import SubjectPolicy
from conversations.formats.registry import READERS, by_format

DOCUMENTATION = (Path(__file__).resolve().parents[3] / "docs" / "upload-formats.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (.+)\n((?:(?!## ).*\n?)*)", DOCUMENTATION, re.MULTILINE))
TURNS = [{"role": "user", "content": "How tall?"}, {"role": "assistant", "content": "75 cm."}]
LABELLED = {"sample_index": 0, "user_id": "u1", "items": [{"attribute": "Likes tea", "relevant": True}]}
# Of the formats that the documentation describes without showing one.
EXAMPLES: dict[str, dict[str, Any]] = {
    "wildchat": {"conversation_hash": "c1", "hashed_ip": "h1", "conversation": TURNS},
    "lmsys": {"conversation_id": "c1", "conversation": TURNS},
    "chatgpt": {
        "mapping": {
            "a": {
                "id": "a",
                "parent": None,
                "message": {"author": {"role": "user"}, "content": {"content_type": "text", "parts": ["How tall?"]}},
            }
        }
    },
    "claude": {"uuid": "c1", "chat_messages": [{"uuid": "m1", "sender": "human", "text": "How tall?"}]},
    "grok": {
        "conversation": {"id": "g1", "user_id": "u1"},
        "responses": [{"response": {"_id": "r1", "message": "How tall?", "sender": "human"}}],
    },
    "open_webui": {
        "id": "c1",
        "user_id": "u1",
        "chat": {"messages": [{"id": "a", "role": "user", "content": "How tall?"}]},
    },
    "librechat": {
        "conversationId": "c1",
        "messages": [{"messageId": "a", "isCreatedByUser": True, "text": "How tall?"}],
    },
    "deepseek": {
        "id": "c1",
        "inserted_at": "2026-01-05T10:00:00Z",
        "mapping": {
            "1": {"id": "1", "parent": None, "message": {"fragments": [{"type": "REQUEST", "content": "How tall?"}]}}
        },
    },
    "gemini_takeout": {"header": "Gemini Apps", "title": "Prompted How tall?", "time": "2026-01-05T10:00:00Z"},
    "prism": {
        "user_id": "u1",
        "conversation_id": "c1",
        "conversation_history": [{"role": "user", "content": "How tall?"}],
    },
    "longmemeval": {"question_id": "q1", "question": "How tall?", "haystack_sessions": [TURNS]},
    "locomo": {
        "sample_id": "x",
        "conversation": {
            "speaker_a": "Ann",
            "speaker_b": "Bob",
            "session_1": [{"speaker": "Ann", "text": "How tall?"}],
        },
    },
    "argilla": {
        "fields": {"prompt": "How tall?", "response_a": "75 cm.", "response_b": "High."},
        "responses": {"preference": [{"value": "response_a", "user_id": "u1"}]},
    },
    "label_studio": {
        "id": 1,
        "data": {"prompt": "How tall?", "answer1": "75 cm.", "answer2": "High."},
        "annotations": [{"completed_by": 1, "result": [{"from_name": "better", "value": {"selected": "left"}}]}],
    },
    "verified_attributes": {"session_id": "s1", "gold_memories": [{"memory_id": "m1", "value": "Likes tea"}]},
    "release_task4": {
        "user_id": "u1",
        "conversations": [{"conversation_hash": "c1", "conversation": TURNS}],
        "merged_attributes": [{"attribute": "Likes tea"}],
    },
    "release_task5": {
        "user_id": "u1",
        "prompt_index": 1,
        "prompt_text": "What to drink?",
        "profile_attributes": [{"attribute": "Likes tea"}],
    },
    "release_task6": {
        "user_id": "u1",
        "prompt_id": "u1_1",
        "model_tag": "m1",
        "prompt_text": "What to drink?",
        "attributes": [{"attribute": "Likes tea", "is_relevant": True}],
        "response_no_context": "Water.",
        "response_personalized": "Tea.",
    },
    "release_votes": {"model": "m1", "prompt_index": 1} | LABELLED,
    "release_majority": {"prompt_id": "u1_1"} | LABELLED,
}


def modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(readers.__path__, f"{readers.__name__}."):
        yield importlib.import_module(found.name)


def example_of(reader: Reader) -> bytes:
    shown = re.search(r"```(?:jsonl|json|csv)\n(.*?)```", SECTIONS[reader.section], re.DOTALL)
    return shown[1].encode() if shown else json.dumps(EXAMPLES[reader.name]).encode()


@pytest.fixture(params=READERS, ids=lambda reader: reader.name)
def reader(request: pytest.FixtureRequest) -> Reader:
    found: Reader = request.param
    return found


def test_every_reader_that_is_made_is_registered_once() -> None:
    made = [module.READER for module in modules() if hasattr(module, "READER")]
    assert sorted(one.name for one in made) == sorted(one.name for one in READERS)
    assert set(map(id, made)) == set(map(id, READERS))


def test_formats_that_a_batch_may_hold_are_the_readers() -> None:
    assert [one.name for one in shown_readers()] == list(Format)
    assert {reader_of(one).name for one in Format} == {one.name for one in READERS}


def test_second_reader_of_one_name_is_refused() -> None:
    twin = replace(reader_of(Format.CLAUDE), name="openai")
    with pytest.raises(ValueError, match="Two readers are named openai"):
        by_format([*READERS, twin])


def test_reader_of_a_format_that_no_batch_may_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="no_format"):
        by_format([*READERS, replace(READERS[0], name="no_format")])


def test_format_without_a_reader_is_refused() -> None:
    with pytest.raises(ValueError, match=rf"Without a reader: {READERS[-1].name}\."):
        by_format(READERS[:-1])


def test_reader_is_told_by_its_example_and_reads_it(reader: Reader) -> None:
    data = example_of(reader)
    assert recognise(data).value == reader.name
    options = default_options(Format(reader.name), data)
    if options.subject_policy is SubjectPolicy.FILE:
        options = replace(options, file_subject="me")
    rows = list(parse(BytesIO(data), Format(reader.name), options))
    assert rows
    assert [row for row in rows if isinstance(row, RowError)] == []


def test_reader_is_described(reader: Reader) -> None:
    assert reader.label
    assert reader.help
    assert reader.section in SECTIONS


def test_documentation_says_whether_the_uploader_says_what_one_subject_is(reader: Reader) -> None:
    """In the table of formats: by the reader's own name, or by that of its section."""
    table = dict(re.findall(r"^\| \[(.+?)\]\(#.+?\) \| .+ \| (.+?) \|$", DOCUMENTATION, re.MULTILINE))
    named = next(name for name in (reader.label, reader.section, "Research release") if name in table)
    assert table[named].startswith("you say") is not reader.names_subjects
