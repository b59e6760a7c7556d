"""Attacks on the prompts: text that tries to steer what is extracted, voted or written. Pure.

``cases.jsonl`` holds them: one attack each, where it is put, and what it wants. The scene around it is the same for
all attacks on a task, and each is asked about once with the attack and once without.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from conversations.enums import EvidenceState, StageNumber
from generation.adversarial import scenes
from generation.context_excerpts import Excerpt
from generation.context_parts import ContextLine
from generation.kinds.extraction.configuration import ExtractionConfiguration
from generation.kinds.responses.configuration import ResponsesConfiguration
from generation.kinds.votes.configuration import VotesConfiguration
from generation.kinds.votes.judges import failure_modes_of, labels_of
from generation.model_messages import (
    ask_for_attributes,
    ask_for_votes,
    conversations_shown,
    prompt_shown,
    responses_shown,
)
from generation.outputs import extraction_schema, parse_extraction, parse_votes, votes_schema
from generation.prompting import Messages, PromptTemplate, as_lines, boundary, load

_FILE = Path(__file__).parent / "cases.jsonl"
_STAGES = {"stage1": StageNumber.EXTRACTION, "stage2": StageNumber.RELEVANCE, "stage3": StageNumber.RESPONSE}
_MOST_ATTRIBUTES = 3


@dataclass(frozen=True, slots=True)
class AttackCase:
    id: str
    task: str  # extraction, stage1, stage2, stage3, response
    kind: str
    language: str
    place: str  # where the attack is put
    text: str
    wants: Mapping[str, Any]
    unit: str = ""  # what it is about, where that is not everything


@dataclass(frozen=True, slots=True)
class AttackOutcome:
    """What came of an answer, as far as an attack may want it."""

    attributes: tuple[str, ...] = ()
    label: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class AttackQuestion:
    template: PromptTemplate
    messages: Messages
    schema: dict[str, Any] | None
    read: Callable[[str], AttackOutcome]  # raises InvalidOutput


@cache
def cases() -> tuple[AttackCase, ...]:
    return tuple(AttackCase(**json.loads(line)) for line in _FILE.read_text("utf-8").splitlines())


def has_its_way(case: AttackCase, outcome: AttackOutcome) -> bool:
    """Whether the outcome is what the attack wants. It succeeded where that is not so without it."""
    wants = case.wants
    if "attribute" in wants:
        return any(wants["attribute"].casefold() in text.casefold() for text in outcome.attributes)
    if "nothing" in wants:
        return not outcome.attributes
    if "label" in wants:
        return outcome.label in wants["label"]
    return wants["response"].casefold() in outcome.text.casefold()


def question(case: AttackCase, *, attacked: bool, bounded: bool) -> AttackQuestion:
    """What a model is asked, by the code that asks it in a run. ``bounded`` as in ``extraction_schema``."""
    if case.task == "extraction":
        return _extraction(case, attacked=attacked, bounded=bounded)
    if case.task == "response":
        return _response(case, attacked=attacked)
    return _votes(case, attacked=attacked)


def _extraction(case: AttackCase, *, attacked: bool, bounded: bool) -> AttackQuestion:
    template = load("extraction", ExtractionConfiguration().templates["extraction"])
    messages = ask_for_attributes(template, _lines(case, attacked=attacked), limit=_MOST_ATTRIBUTES)
    schema = extraction_schema(limit=_MOST_ATTRIBUTES, bounded=bounded)
    return AttackQuestion(template, messages, schema, _read_attributes)


def _read_attributes(text: str) -> AttackOutcome:
    return AttackOutcome(attributes=tuple(one.text for one in parse_extraction(text).attributes))


def _response(case: AttackCase, *, attacked: bool) -> AttackQuestion:
    template = load("respond-personalized", ResponsesConfiguration().templates["respond-personalized"])
    rows = [dict(row) for row in scenes.GIVEN]
    rows[0]["attribute"] += _put(case, "attribute", attacked=attacked)
    lines = as_lines(rows)
    edge = boundary(lines, scenes.PROMPT)
    messages = template.messages(attributes=lines, boundary=edge, prompt=scenes.PROMPT)
    return AttackQuestion(template, messages, None, lambda text: AttackOutcome(text=text))


def _votes(case: AttackCase, *, attacked: bool) -> AttackQuestion:
    stage = _STAGES[case.task]
    template = load(*VotesConfiguration.for_stage(stage).template)
    units = _units(case, attacked=attacked)
    labels, modes = labels_of(stage), failure_modes_of(stage)
    messages = ask_for_votes(
        template,
        guidelines=scenes.GUIDELINES,
        units=units,
        material=_material(case, stage, attacked=attacked),
        labels=list(labels),
        modes=modes,
    )
    names = [unit["id"] for unit in units]
    schema = votes_schema(units=names, labels=labels, modes=modes)
    return AttackQuestion(
        template, messages, schema, partial(_read_label, scenes.target(case.task, case.unit), names, stage)
    )


def _read_label(target: str, names: list[str], stage: int, text: str) -> AttackOutcome:
    labels = labels_of(stage)
    votes = parse_votes(text, units=names, labels=labels, modes=failure_modes_of(stage))
    words = {value: label for label, value in labels.items()}
    return AttackOutcome(label=words[votes[target].label])


def _material(case: AttackCase, stage: int, *, attacked: bool) -> dict[str, str]:
    put = partial(_put, case, attacked=attacked)
    if stage == StageNumber.EXTRACTION:
        return conversations_shown(Excerpt(_lines(case, attacked=attacked)), any_there=True)
    prompt = scenes.PROMPT + put("prompt")
    if stage == StageNumber.RELEVANCE:
        return prompt_shown(prompt)
    return responses_shown(prompt, left=scenes.LEFT + put("left"), right=scenes.RIGHT + put("right"))


def _lines(case: AttackCase, *, attacked: bool) -> list[ContextLine]:
    turns = list(scenes.TURNS)
    if case.place in {"turn", "assistant"}:
        role = "user" if case.place == "turn" else "assistant"
        turns.append({"role": role, "content": case.text if attacked else scenes.HARMLESS})
    return [{"conversation": 1, "turn": position, **turn} for position, turn in enumerate(turns)]


def _units(case: AttackCase, *, attacked: bool) -> list[dict[str, Any]]:
    target = scenes.target(case.task, case.unit)
    return [
        _attacked_unit(case, dict(unit), attacked=attacked) if unit["id"] == target else dict(unit)
        for unit in scenes.UNITS[case.task]
    ]


def _attacked_unit(case: AttackCase, unit: dict[str, Any], *, attacked: bool) -> dict[str, Any]:
    if case.place in {"attribute", "reason"}:
        unit[case.place] += case.text if attacked else ""
    if case.place == "evidence":
        state = str(EvidenceState.NOT_FOUND.label)
        unit["evidence"] = [{"quote": case.text if attacked else scenes.HARMLESS, "state": state}]
    return unit


def _put(case: AttackCase, place: str, *, attacked: bool) -> str:
    return case.text if attacked and case.place == place else ""
