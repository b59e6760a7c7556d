"""Those who play in benchmarks/played_arms.py: raters of all three stages, who know only what their pages hold."""

import re
import uuid
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from benchmarks.played_arms_material import TRUE, ArmMaterial, ArmPair
from benchmarks.played_pages import FORM, PANE, PROMPT, Visitor, group, letters

# What the pages hold: templates/judgments/parts/*.html.
UNIT = re.compile(r'<div class="unit" data-unit="(\d+)">(.*?)</fieldset>', re.DOTALL)
STATEMENT = re.compile(r'<p class="unit__text"[^>]*>(.*?)</p>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class FactSheet:
    """A page of stage 1 or 2. ``prompt`` is None at stage 1; ``is_true``: of each unit's statement, of this subject."""

    is_true: list[bool]
    prompt: int | None


@dataclass(frozen=True, slots=True)
class ResponseSheet:
    """A page of stage 3. Without a ``pair`` it is a control, and left is its right side or is not."""

    prompt: int
    pair: ArmPair | None
    personalized_is_left: bool

    @property
    def place(self) -> tuple[int, ...]:
        return (self.pair.subject, self.pair.prompt, self.pair.arm) if self.pair else (self.prompt,)


class PlayedMind(Protocol):
    def response(self, rater: int, sheet: ResponseSheet) -> int: ...
    def facts(self, sheet: FactSheet) -> list[int]: ...


@dataclass
class Knowledge:
    """What raters recognize of the material, by the letters of its texts."""

    material: ArmMaterial

    @cached_property
    def prompts(self) -> dict[str, int]:
        return {letters(asked): at for at, (asked, _reply) in enumerate(self.material.requests)}

    @cached_property
    def facts(self) -> dict[frozenset[str], str]:
        """The true one of each subject's two."""
        return {frozenset(map(letters, known.values())): letters(known[TRUE]) for known in self.material.known}

    @cached_property
    def pairs(self) -> dict[int, list[tuple[str, ArmPair]]]:
        """By prompt, the longest addition first: one may hold another."""
        found: dict[int, list[tuple[str, ArmPair]]] = {}
        for pair in self.material.pairs:
            found.setdefault(pair.prompt, []).append((letters(pair.added), pair))
        return {prompt: sorted(pairs, key=lambda one: -len(one[0])) for prompt, pairs in found.items()}

    def fact_sheet(self, page: str, stage: int, statements: list[str]) -> FactSheet:
        true = self.facts[frozenset(map(letters, statements))]
        prompt = None if stage == 1 else self.prompts[letters(group(PROMPT.search(page)))]
        return FactSheet([letters(text) == true for text in statements], prompt)

    def response_sheet(self, page: str) -> ResponseSheet:
        left, right = (letters(pane) for pane in PANE.findall(page))
        prompt = self.prompts[letters(group(PROMPT.search(page)))]
        for added, pair in self.pairs[prompt]:
            if left.endswith(added) or right.endswith(added):
                return ResponseSheet(prompt, pair, left.endswith(added))
        return ResponseSheet(prompt, None, left == letters(self.material.requests[prompt][1]))


@dataclass
class ArmRater:
    base: str
    address: str
    number: int
    stage: int
    knowledge: Knowledge
    visitor: Visitor = field(init=False)
    page: str = field(init=False, default="")
    rating: str = field(init=False, default="")

    def __post_init__(self) -> None:
        self.visitor = Visitor(self.base)

    def one_page(self, reader: PlayedMind) -> bool:
        """Arrives at first; then one page, with both its steps. Whether there was one."""
        if not self.rating:
            self._arrive()
        if FORM.search(self.page) is None:
            self.page = self.visitor.get(self.rating)
            return FORM.search(self.page) is not None
        before = self._assignment()
        self._send(reader)
        if FORM.search(self.page) and self._assignment() == before:  # the attributes, after the overall answer
            self._send(reader)
        return True

    def _assignment(self) -> str:
        return self._said("assignment")

    def _said(self, name: str) -> str:
        return group(re.search(rf'<form id="task-form"[^>]*data-{name}="([^"]*)"', self.page))

    def _send(self, reader: PlayedMind) -> None:
        units = [(int(unit), group(STATEMENT.search(body))) for unit, body in UNIT.findall(self.page)]
        body = {
            "answers": [
                {"unit": unit, "label": label, "failure_mode": "", "note": ""}
                for (unit, _text), label in zip(
                    units, self._labels(reader, [text for _unit, text in units]), strict=True
                )
            ],
            "missing_attributes": "",
            "comment": "",
            "active_ms": 30_000,
            "revision": int(self._said("draft-revision")),
            "client_id": str(uuid.uuid4()),
        }
        self.page = self.visitor.send(self._said("submit-url"), json=body).json()["parts"]["task"]

    def _labels(self, reader: PlayedMind, statements: list[str]) -> list[int]:
        if self.stage < 3:
            return reader.facts(self.knowledge.fact_sheet(self.page, self.stage, statements))
        sheet = self.knowledge.response_sheet(self.page)
        label = reader.response(self.number, sheet)
        return [6 - label if sheet.personalized_is_left else label] * len(statements)

    def _arrive(self) -> None:
        """Reads what it is about, agrees where that is asked, and is led to the first page."""
        asked = self.visitor.get(self.address)
        agreed = {"agree": "on"} if 'name="agree"' in asked else {}
        begun = self.visitor.send(self.address, data=agreed)
        self.rating, self.page = str(begun.url), begun.text
