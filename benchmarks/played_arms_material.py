"""Uploads for benchmarks/played_arms.py: several arms on a case, what each system selected, and facts that are true or not.

Real, de-identified sessions are the subjects and real requests the prompts; both stay outside this project. Of each subject two facts are
uploaded: one that people verified of them, and one that people verified of somebody else. A personalized response is what an assistant once
answered to that request, and one line more for each fact that its arm was given: the scripted raters know from a table what they think of such a line.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.played_material import requests_of, sessions_of

type Row = dict[str, Any]

TRUE, FALSE = "true", "false"
RELEVANT_EACH = 6  # all but one of so many prompts make a fact matter


@dataclass(frozen=True, slots=True)
class PlayedArm:
    """``line``: how its responses speak of a fact; no two arms of a study have the same. ``effect`` by what it was given, in points."""

    system: str
    policy: str
    line: str
    given: tuple[str, ...]  # of TRUE and FALSE, what its policy leaves
    effect: float
    only_relevant: bool = False

    def gives(self, prompt: int) -> tuple[str, ...]:
        """Nothing is silence: a tie that nobody is asked about."""
        return self.given if matters(prompt) or not self.only_relevant else ()


@dataclass(frozen=True, slots=True)
class ArmPair:
    """What one arm made of a case. ``subject``, ``prompt`` and ``arm``: indices from 0 on."""

    subject: int
    prompt: int
    arm: int
    asked: str
    generic: str
    added: str

    @property
    def personalized(self) -> str:
        return f"{self.generic}\n\n{self.added}"


@dataclass(frozen=True, slots=True)
class ArmMaterial:
    """``pairs``: those that are asked about; of the others the arm is silent."""

    rows: list[Row]
    pairs: list[ArmPair]
    known: list[dict[str, str]]  # of each subject, the text of TRUE and of FALSE
    requests: list[tuple[str, str]]  # what was asked, and the reply


def matters(prompt: int) -> bool:
    return prompt % RELEVANT_EACH != 0


def build(folder: Path, arms: Sequence[PlayedArm], *, subjects: int, prompts: int, each: int) -> ArmMaterial:
    """``each``: cases of one subject."""
    requests, sessions = requests_of(folder, prompts), sessions_of(folder, subjects)
    rows: list[Row] = [{"kind": "prompt", "prompt": f"p{at}", "text": ask} for at, (ask, _reply) in enumerate(requests)]
    facts = [text for _session, text in sessions]
    everybody = [{TRUE: fact, FALSE: facts[(at + 7) % len(facts)]} for at, fact in enumerate(facts)]
    pairs: list[ArmPair] = []
    systems = sorted({arm.system for arm in arms})
    for at, ((session, _fact), known) in enumerate(zip(sessions, everybody, strict=True)):
        rows += _subject_rows(at, session, known, systems)
        for number in range(at * each, (at + 1) * each):
            prompt = number % prompts
            rows.append({"kind": "case", "subject": f"s{at}", "prompt": f"p{prompt}"})
            rows += _of_systems(arms, at, prompt, requests[prompt][1])
            made = [_pair((arm, number), at, prompt, requests[prompt], known) for number, arm in enumerate(arms)]
            rows += (_response_row(arm, pair, given=arm.gives(prompt)) for arm, pair in zip(arms, made, strict=True))
            pairs += (pair for pair in made if pair.added)
    return ArmMaterial(rows, pairs, everybody, requests)


def _subject_rows(at: int, session: Row, known: dict[str, str], systems: Sequence[str]) -> Iterator[Row]:
    turns = [{"role": turn["role"], "content": turn["content"]} for turn in session["messages"]]
    yield {"kind": "subject", "subject": f"s{at}", "origin": "real"}
    yield {"kind": "conversation", "subject": f"s{at}", "conversation": session["session_id"], "turns": turns}
    for system in systems:
        for name, text in known.items():
            yield {
                "kind": "attribute",
                "subject": f"s{at}",
                "id": f"{system}-{at}-{name}",
                "attribute": text,
                "system": system,
            }


def _of_systems(arms: Sequence[PlayedArm], subject: int, prompt: int, reply: str) -> Iterator[Row]:
    """Once for all arms of a system: its generic response, and what it would use itself."""
    case = {"subject": f"s{subject}", "prompt": f"p{prompt}"}
    for system in sorted({arm.system for arm in arms}):
        own = next((arm.given for arm in arms if arm.system == system and arm.policy == "own"), (TRUE,))
        listed = [{"attribute": f"{system}-{subject}-{name}", "selected": True} for name in own]
        yield {"kind": "response", **case, "system": system, "response": "generic", "text": reply}
        yield {"kind": "selection", **case, "system": system, "attributes": listed}


def _pair(
    numbered: tuple[PlayedArm, int], subject: int, prompt: int, request: tuple[str, str], known: dict[str, str]
) -> ArmPair:
    arm, number = numbered
    added = "\n\n".join(said(arm, known[name]) for name in arm.gives(prompt))
    return ArmPair(subject, prompt, number, *request, added)


def _response_row(arm: PlayedArm, pair: ArmPair, *, given: Sequence[str]) -> Row:
    return {
        "kind": "response",
        "subject": f"s{pair.subject}",
        "prompt": f"p{pair.prompt}",
        "system": arm.system,
        "response": "personalized",
        "text": pair.personalized if given else pair.generic,
        "attributes": [{"attribute": f"{arm.system}-{pair.subject}-{name}", "given": True} for name in given],
        "arm": {"policy": arm.policy},
    }


def said(arm: PlayedArm, fact: str) -> str:
    return arm.line.format(fact.rstrip("."))
