"""Archives as vendors mail them: conversations and memories of one person, in one batch."""

import io
import json
import zipfile
from typing import Any

import pytest

from conversations.formats import Format, Options, SubjectPolicy
from conversations.models import Attribute, Comparison, Conversation, Study
from judgments.models import Judgment
from tests import factories
from tests.conversations.importing import bring

pytestmark = pytest.mark.django_db
ME = Options(SubjectPolicy.FILE, file_subject="me")
CLAUDE = {
    "users.json": [{"uuid": "u", "full_name": "Ann Moe", "email_address": "ann@example.org"}],
    "projects.json": [{"uuid": "p", "name": "Boat", "prompt_template": "", "docs": []}],
    "conversations.json": [{"uuid": "c1", "chat_messages": [{"uuid": "m", "sender": "human", "text": "Which wood?"}]}],
    "memories.json": [{"conversations_memory": "Builds a boat.", "project_memories": {"p": "- Uses larch"}}],
}


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def study() -> Study:
    return factories.study()


def packed(files: dict[str, Any]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, value in files.items():
            archive.writestr(name, json.dumps(value))
    return content.getvalue()


def chat(name: str) -> dict[str, Any]:
    saved = {"content_type": "model_editable_context", "model_set_context": "1. [2026-01-02]. Keeps bees."}
    messages = [("assistant", saved), ("user", {"content_type": "text", "parts": [f"Question of {name}?"]})]
    mapping = {
        f"m{place}": {
            "parent": f"m{place - 1}" if place else None,
            "message": {"author": {"role": role}, "content": content},
        }
        for place, (role, content) in enumerate(messages)
    }
    return {"id": name, "mapping": mapping, "current_node": "m1"}


def stored(study: Study) -> list[tuple[str, str, str]]:
    rows = Attribute.objects.filter(subject__study=study).order_by("pk")
    return [(row.text, row.system.name, row.reason) for row in rows]


def test_archive_of_claude_gives_conversations_and_memories(study: Study) -> None:
    batch = bring(study, [], content=packed(CLAUDE), filename="claude.zip", format=Format.CLAUDE, options=ME)
    assert Conversation.objects.filter(subject__study=study).count() == 1
    assert stored(study) == [("Builds a boat.", "Claude memory", ""), ("Uses larch", "Claude memory", "")]
    assert [one["name"] for one in batch.passed_over] == ["projects.json", "users.json"]
    assert "Ann" not in json.dumps(batch.passed_over)
    assert batch.bytes_read == batch.size


def test_memory_in_every_file_of_a_split_export_is_one_attribute(study: Study) -> None:
    content = packed({"conversations-000.json": [chat("c1")], "conversations-001.json": [chat("c2")]})
    for _ in range(2):
        bring(study, [], content=content, filename="chatgpt.zip", format=Format.CHATGPT, options=ME)
    assert Conversation.objects.filter(subject__study=study).count() == 2
    assert stored(study) == [("Keeps bees.", "ChatGPT memory", "Saved on 2026-01-02.")]


def test_answers_of_two_people_to_one_task_are_judgments_of_two_raters(study: Study) -> None:
    data = {"prompt": "Which wood?", "answer1": "Any.", "answer2": "Larch."}
    said = [{"from_name": "better", "type": "pairwise", "value": {"selected": side}} for side in ("left", "right")]
    annotations = [{"completed_by": by, "result": [result]} for by, result in enumerate(said)]
    task = {"id": 1, "data": data, "annotations": annotations}
    batch = bring(study, [task], format=Format.LABEL_STUDIO, options=ME)
    given = Judgment.objects.filter(batch=batch).order_by("label")
    assert [(one.rater.name, one.label) for one in given] == [
        ("Label Studio 0 (uploaded)", 1),
        ("Label Studio 1 (uploaded)", 5),
    ]
    assert Comparison.objects.get().generic.text == "Any."


def test_somebody_who_says_two_things_of_one_task_is_taken_at_the_first_and_told(study: Study) -> None:
    said = [{"from_name": "better", "value": {"selected": side}} for side in ("left", "right")]
    data = {"prompt": "Which wood?", "answer1": "Any.", "answer2": "Larch."}
    task = {"id": 1, "data": data, "annotations": [{"completed_by": 7, "result": [result]} for result in said]}
    batch = bring(study, [task], format=Format.LABEL_STUDIO, options=ME)
    assert [one.label for one in Judgment.objects.filter(batch=batch)] == [1]
    assert [(one.field, one.found) for one in batch.problems.all()] == [("label", "5")]
