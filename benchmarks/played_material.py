"""Uploads for benchmarks/played_studies.py: real sessions as subjects, real requests as prompts, two responses a case.

The conversations are de-identified real data that stays outside this project. Of each case the generic response is what an assistant
once answered to that request; the personalized one ends with a line on something that people verified of the subject. That is no good personalization
and need not be: the scripted raters know from a table what they think of a pair.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conversations.scans import leak_reasons

SYSTEM = "memory assistant"
LENGTHS = {"prompt": (20, 240), "response": (200, 1800), "attribute": (20, 160)}  # characters

type Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pair:
    """A case with its two responses. ``subject`` and ``prompt``: indices from 0 on."""

    subject: int
    prompt: int
    asked: str
    generic: str
    attribute: str

    @property
    def personalized(self) -> str:
        return f"{self.generic}\n\n{addition(self.attribute)}"


def addition(attribute: str) -> str:
    """What the personalized response has more."""
    return f"One thing to keep in view with this: {attribute.rstrip('.')}."


@dataclass(frozen=True, slots=True)
class Material:
    rows: list[Row]
    pairs: list[Pair]


def build(folder: Path, *, subjects: int, prompts: int, each: int) -> Material:
    """``each``: comparisons of one subject. Refuses where the folder has too little."""
    requests, sessions = requests_of(folder, prompts), sessions_of(folder, subjects)
    rows: list[Row] = [{"kind": "prompt", "prompt": f"p{at}", "text": ask} for at, (ask, _reply) in enumerate(requests)]
    pairs: list[Pair] = []
    for at, (session, attribute) in enumerate(sessions):
        rows += _subject_rows(at, session, attribute)
        for number in range(at * each, (at + 1) * each):
            ask, reply = requests[number % prompts]
            pairs.append(Pair(at, number % prompts, ask, reply, attribute))
    return Material([*rows, *(row for pair in pairs for row in _response_rows(pair))], pairs)


def requests_of(folder: Path, count: int) -> list[tuple[str, str]]:
    """So many distinct first turns with the answer they got."""
    found = _requests(folder)[:count]
    if len(found) < count:
        raise SystemExit(f"{folder} has only {len(found)} fit requests.")
    return found


def sessions_of(folder: Path, count: int) -> list[tuple[Row, str]]:
    """So many sessions, each with a fact that people verified of this subject and of no other."""
    found = _sessions(folder)[:count]
    if len(found) < count:
        raise SystemExit(f"{folder} has only {len(found)} fit sessions.")
    return found


def _requests(folder: Path) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    for row in _lines(folder / "wildchat_singles.jsonl"):
        ask, reply = (message["content"].strip() for message in row["messages"][:2])
        if _fits("prompt", ask) and _fits("response", reply):
            found.setdefault(ask, reply)
    return list(found.items())


def _sessions(folder: Path) -> list[tuple[Row, str]]:
    verified = {
        row["session_id"]: row["gold_memories"] for row in _lines(folder / "wildchat_verified_attributes.jsonl")
    }
    found: dict[str, Row] = {}
    for row in _lines(folder / "wildchat_sessions.jsonl"):
        known = (each["value"].strip() for each in verified.get(row["session_id"], []))
        text = next((text for text in known if _fits("attribute", addition(text)) and text not in found), None)
        if text is not None:
            found[text] = row
    return [(row, text) for text, row in found.items()]


def _fits(kind: str, text: str) -> bool:
    shortest, longest = LENGTHS[kind]
    return shortest <= len(text) <= longest and text.isascii() and not leak_reasons(text)


def _subject_rows(number: int, session: Row, attribute: str) -> Iterator[Row]:
    name = f"s{number}"
    turns = [{"role": turn["role"], "content": turn["content"]} for turn in session["messages"]]
    yield {"kind": "subject", "subject": name, "origin": "real"}
    yield {"kind": "conversation", "subject": name, "conversation": session["session_id"], "turns": turns}
    yield {"kind": "attribute", "subject": name, "id": f"a{number}", "attribute": attribute, "system": SYSTEM}


def _response_rows(pair: Pair) -> Iterator[Row]:
    case = {"kind": "response", "system": SYSTEM, "subject": f"s{pair.subject}", "prompt": f"p{pair.prompt}"}
    yield {"kind": "case", "subject": case["subject"], "prompt": case["prompt"]}
    yield {**case, "response": "generic", "text": pair.generic}
    given = [{"attribute": f"a{pair.subject}", "given": True}]
    yield {**case, "response": "personalized", "text": pair.personalized, "attributes": given}


def _lines(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)
