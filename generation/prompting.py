"""Prompt templates: files with a version, filled with data that stays data.

Whatever comes from conversations, attributes or prompts goes into the user role. A template whose system part has a
place for data can't be loaded. What is data is JSON between boundaries; what must be sent as it is (a prompt to be
answered, guidelines) is made inert all the same.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from generation.harmless_text import escaped_json, inert

FOLDER = Path(__file__).parent / "prompts"
_PLACE = re.compile(r"\{\{(\w+)\}\}")
_PARTS = re.compile(r"\A## system\n(?P<system>.*?)\n## user\n(?P<user>.*)\Z", re.DOTALL)
_NAME = re.compile(r"[a-z][a-z0-9-]*")
_CHARACTERS_PER_TOKEN = 3.2
_MORE_FOR_AN_ESCAPE = 4
_DIGITS = re.compile("[0-9]")

type Messages = list[dict[str, str]]


class TemplateError(Exception):
    """A template is missing, malformed, or lacks a value."""


@dataclass(frozen=True, slots=True)
class PromptTemplate:
    name: str
    version: int
    system: str
    user: str

    @property
    def label(self) -> str:
        return f"{self.name} v{self.version}"

    def messages(self, **values: str) -> Messages:
        """The two messages. Values are put in by one pass, so a place named inside a value stays as it is.

        No value keeps a control token, whoever forgot to make it data: data has none left that could be broken here.
        """
        places = set(_PLACE.findall(self.user))
        if places != set(values):
            raise TemplateError(f"{self.label} has places for {sorted(places)}, not for {sorted(values)}.")
        user = _PLACE.sub(lambda match: inert(values[match.group(1)]), self.user)
        return [{"role": "system", "content": self.system}, {"role": "user", "content": user}]


@cache
def load(name: str, version: int) -> PromptTemplate:
    if not _NAME.fullmatch(name):
        raise TemplateError(f"{name!r} is no name of a template.")
    path = FOLDER / f"{name}-v{version}.md"
    try:
        parts = _PARTS.match(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise TemplateError(f"There is no template {name} in version {version}.") from error
    if parts is None:
        raise TemplateError(f"{path.name} needs a “## system” and a “## user” part.")
    if _PLACE.search(parts["system"]):
        raise TemplateError(f"{path.name} would put data into the system role.")
    return PromptTemplate(name, version, parts["system"].strip(), parts["user"].strip())


def boundary(*contents: str) -> str:
    """A line that delimits data: the same for the same data, and contained in none of it."""
    number = 0
    while True:
        digest = hashlib.sha256("\0".join([str(number), *contents]).encode("utf-8", "replace")).hexdigest()[:16]
        line = f"----- data {digest} -----"
        if not any(digest in content for content in contents):
            return line
        number += 1


def as_lines(rows: Sequence[Mapping[str, Any]]) -> str:
    """JSON, one object a line: no value can break out of its line, forge another one, or hold a control token."""
    return "\n".join(escaped_json(json.dumps(row, ensure_ascii=False)) for row in rows)


def estimate_tokens(text: str) -> int:
    """An upper-side estimate without a tokenizer: 3.2 characters a token, one for each digit, and one for each byte of
    a character outside ASCII but its first. An escape such as \\u003c may take a token for each of its characters.
    """
    ascii_count = len(text.encode("ascii", "ignore"))
    digits = len(_DIGITS.findall(text))
    beyond = len(text.encode("utf-8", "replace")) - len(text)
    escapes = _MORE_FOR_AN_ESCAPE * text.count("\\u")
    return int((ascii_count - digits) / _CHARACTERS_PER_TOKEN) + digits + beyond + escapes + 1


def tokens_of(messages: Messages) -> int:
    return sum(estimate_tokens(message["content"]) + 4 for message in messages)
