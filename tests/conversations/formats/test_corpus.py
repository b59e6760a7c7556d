"""What is stored and reported of the golden corpus: `tests/corpus/README.md` says how it is written."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from conversations.formats import (
    AttributeRow,
    CaseRow,
    ConversationRow,
    Format,
    JudgmentRow,
    Options,
    PassedOver,
    PromptRow,
    ResponseRow,
    RowError,
    SelectionRow,
    SubjectRow,
    examine,
    parse,
)

CORPUS = Path(__file__).resolve().parents[2] / "corpus"
CASES = sorted(path.parent for path in CORPUS.glob("*/*/expected.json"))
FIELDS: dict[type, tuple[str, tuple[str, ...]]] = {
    SubjectRow: ("subjects", ("subject", "origin")),
    AttributeRow: ("attributes", ("subject", "text", "system")),
    PromptRow: ("prompts", ("prompt", "text")),
    CaseRow: ("cases", ("subject", "prompt")),
    SelectionRow: ("selections", ("system", "subject", "prompt")),
    ResponseRow: ("responses", ("system", "prompt", "kind", "text")),
    JudgmentRow: ("judgments", ("rater", "stage", "label")),
    RowError: ("problems", ("field", "kept")),
}


def read(folder: Path, options: Options) -> dict[str, list[Any]]:
    (source,) = folder.glob("source.*")
    stream = BytesIO(source.read_bytes())
    found: dict[str, list[Any]] = {}
    for row in parse(stream, examine(stream, options).format, options):
        name, value = as_expected(row)
        found.setdefault(name, []).append(value)
    return found


def as_expected(row: Any) -> tuple[str, Any]:
    if isinstance(row, PassedOver):
        return "passed_over", row.name
    if isinstance(row, ConversationRow):
        value = {
            "subject": row.subject,
            "conversation": row.conversation,
            "turns": [[one.role, one.content] for one in row.turns],
        }
        return "conversations", value | ({"model": row.model} if row.model else {})
    name, fields = FIELDS[type(row)]
    return name, {field: getattr(row, field) for field in fields}


@pytest.mark.parametrize("folder", CASES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_corpus(folder: Path) -> None:
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    options = Options.from_json(expected.pop("options", {}))
    assert read(folder, options) == expected


def test_corpus_has_a_file_for_every_reader() -> None:
    found = {examine(BytesIO(next(folder.glob("source.*")).read_bytes())).format for folder in CASES}
    assert found == set(Format)
