"""The formats that are read here: the one place where a reader is named to the rest of the house."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from .reader import Reader
from .readers import (
    attribute_tables,
    chatgpt,
    claude,
    lmsys,
    memories,
    oasst,
    openai,
    openai_evals,
    preferences,
    prompt_tables,
    sharegpt,
    tables,
    traces,
    verified_attributes,
    wildchat,
    yardstick,
)
from .readers.annotations import argilla, label_studio
from .readers.chats import deepseek, gemini_takeout, grok, librechat, open_webui
from .readers.datasets import locomo, longmemeval, prism
from .readers.release import majority, task4, task5, task6, votes


class Format(StrEnum):
    """What ``Batch.format`` may hold, in the order in which uploaders are shown the formats."""

    YARDSTICK = "yardstick"
    OPENAI = "openai"
    SHAREGPT = "sharegpt"
    WILDCHAT = "wildchat"
    LMSYS = "lmsys"
    CHATGPT = "chatgpt"
    CLAUDE = "claude"
    GROK = "grok"
    DEEPSEEK = "deepseek"
    GEMINI_TAKEOUT = "gemini_takeout"
    OPEN_WEBUI = "open_webui"
    LIBRECHAT = "librechat"
    TRACES = "traces"
    OASST = "oasst"
    PREFERENCES = "preferences"
    ARGILLA = "argilla"
    LABEL_STUDIO = "label_studio"
    OPENAI_EVALS = "openai_evals"
    PRISM = "prism"
    LOCOMO = "locomo"
    LONGMEMEVAL = "longmemeval"
    CSV = "csv"
    PROMPTS = "prompts"
    ATTRIBUTES = "attributes"
    MEMORIES = "memories"
    VERIFIED_ATTRIBUTES = "verified_attributes"
    RELEASE_TASK4 = "release_task4"
    RELEASE_TASK5 = "release_task5"
    RELEASE_TASK6 = "release_task6"
    RELEASE_VOTES = "release_votes"
    RELEASE_MAJORITY = "release_majority"


# In the order in which a file is held against them: the most telling first.
READERS: tuple[Reader, ...] = (
    yardstick.READER,
    argilla.READER,
    label_studio.READER,
    deepseek.READER,
    chatgpt.READER,
    claude.READER,
    verified_attributes.READER,
    task6.READER,
    task5.READER,
    task4.READER,
    votes.READER,
    majority.READER,
    grok.READER,
    open_webui.READER,
    librechat.READER,
    gemini_takeout.READER,
    oasst.READER,
    prism.READER,
    locomo.READER,
    longmemeval.READER,
    openai_evals.READER,
    traces.READER,
    preferences.READER,
    wildchat.READER,
    lmsys.READER,
    sharegpt.READER,
    openai.READER,
    memories.READER,
    attribute_tables.READER,
    prompt_tables.READER,
    tables.READER,
)


def by_format(readers: Iterable[Reader]) -> Mapping[Format, Reader]:
    """Raises ValueError unless every format has one reader, and every reader a format."""
    found: dict[Format, Reader] = {}
    for reader in readers:
        named = Format(reader.name)
        if named in found:
            raise ValueError(f"Two readers are named {named}.")
        found[named] = reader
    if missing := set(Format) - found.keys():
        raise ValueError(f"Without a reader: {', '.join(sorted(missing))}.")
    return found


_READERS = by_format(READERS)


def reader_of(format: Format) -> Reader:  # noqa: A002 - what it is called everywhere
    return _READERS[format]


def shown_readers() -> list[Reader]:
    """In the order in which uploaders are shown them."""
    return [_READERS[one] for one in Format]
